/** A client and the fake server it talks to, over a clock that tests move. */
import { onTestFinished } from "@effect/vitest"
import { type Client, type ClientOptions, createClient } from "../../src/client/index.ts"
import { Dice } from "../support/Dice.ts"
import { FakeClock } from "./FakeClock.ts"
import { FakeServer } from "./FakeServer.ts"

export interface Site {
  readonly clock: FakeClock
  readonly server: FakeServer
  readonly client: Client
  /** Everything that was logged. */
  readonly logged: ReadonlyArray<string>
}

export const site = (options: Partial<ClientOptions> = {}, seed = 1): Site => {
  const clock = new FakeClock()
  const server = new FakeServer(clock)
  const dice = new Dice(seed)
  const logged: Array<string> = []
  const client = createClient({
    url: "ws://chat.test/ws",
    userId: "ann",
    username: "Ann",
    WebSocket: server.WebSocket,
    clock,
    random: () => dice.roll(),
    page: {},
    logger: { warn: (message) => logged.push(message) },
    ...options
  })
  onTestFinished(() => {
    void client.close()
  })
  return { clock, server, client, logged }
}

/** A client that is connected and in these rooms. */
export const joined = async (
  options: Partial<ClientOptions> = {},
  ...roomIds: ReadonlyArray<string>
): Promise<Site> => {
  const place = site(options)
  void place.client.connect()
  for (const roomId of roomIds) void place.client.room(roomId).join()
  await place.clock.advance(1000)
  return place
}

export const contents = (client: Client, roomId: string): ReadonlyArray<string> =>
  client
    .room(roomId)
    .getSnapshot()
    .messages.map(({ content }) => content)
