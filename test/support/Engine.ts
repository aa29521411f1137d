/** The real engine on fake sockets: hub, connections, heartbeat and limits as the server composes them, with the clock in the test's hand. */
import { randomUUID } from "node:crypto"
import { ConfigProvider, Effect, Layer, Redacted } from "effect"
import { Supervisor } from "../../src/actor/Supervisor.ts"
import { NodeName } from "../../src/analytics/NodeName.ts"
import { type Configuration, loadConfig } from "../../src/AppConfig.ts"
import * as Connection from "../../src/connection/Connection.ts"
import type { Dialect } from "../../src/domain/ClientFrame.ts"
import { RoomId } from "../../src/domain/RoomId.ts"
import { UserId } from "../../src/domain/UserId.ts"
import { Username } from "../../src/domain/Username.ts"
import { Allowances } from "../../src/identity/Allowances.ts"
import { LoopGauge } from "../../src/hub/Pacer.ts"
import type { Recall } from "../../src/log/Recall.ts"
import { RoomLog } from "../../src/log/RoomLog.ts"
import { history, logOptions } from "../../src/Persistence.ts"
import { connectionOptions, engine } from "../../src/Server.ts"
import { PairKey } from "../../src/private/PairKey.ts"
import type { History } from "../../src/store/History.ts"
import * as MemoryRecords from "../../src/store/MemoryRecords.ts"
import * as MemoryRollups from "../../src/store/MemoryRollups.ts"
import * as MemoryStore from "../../src/store/MemoryStore.ts"
import type { MessageStore } from "../../src/store/MessageStore.ts"
import { FakeSocket } from "./FakeSocket.ts"

/** The defaults, with limits that a test would run into switched off. */
export const configuration = (overrides: Partial<Configuration> = {}): Configuration => ({
  ...Effect.runSync(loadConfig.pipe(Effect.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord({}))))),
  ratePerSec: 0,
  joinsPerSec: 0,
  refusals: 0,
  ...overrides
})

/** An engine whose event loop is idle, so that nothing is paced. */
export const engineLayer = (
  config: Configuration = configuration(),
  log: Layer.Layer<RoomLog> = RoomLog.layerMemory(logOptions(config)),
  past: Layer.Layer<History | Recall, never, RoomLog | MessageStore> = history
) =>
  engine(config).pipe(
    Layer.provideMerge(past),
    Layer.provide(Layer.mergeAll(MemoryStore.layer, MemoryRollups.layer, MemoryRecords.layer, NodeName.layerAlone)),
    Layer.provide(PairKey.layer(Redacted.make(Buffer.alloc(32, "a secret of tests")))),
    Layer.provide(log),
    Layer.provideMerge(Supervisor.layer),
    Layer.provide(Layer.succeed(LoopGauge, () => 0))
  )

export interface Joining {
  readonly dialect?: Dialect
  readonly username?: string
  /** The room to begin in; none for `hubbub.v1` unless given, `global` for plain. */
  readonly room?: string
  readonly history?: number
}

/** Connects a user on a socket of their own and waits until the server has taken notice. */
export const connect = Effect.fnUntraced(function* (
  config: Configuration,
  userId: string,
  { dialect = "hubbub.v1", history, room, username = userId }: Joining = {}
) {
  const allowances = yield* Allowances
  const socket = new FakeSocket()
  const begin = room ?? (dialect === "plain" ? "global" : undefined)
  const identity = {
    connectionId: randomUUID(),
    userId: UserId.make(userId),
    username: Username.make(username),
    dialect
  }
  const arrival: Connection.Arrival = {
    identity,
    allowanceKey: userId,
    room: begin === undefined ? undefined : RoomId.make(begin),
    history
  }
  const make = yield* Connection.make(connectionOptions(config), allowances)
  yield* make(socket, identity)
    .run(arrival, () => {})
    .pipe(Effect.forkScoped)
  if (dialect === "hubbub.v1") yield* socket.until(begin === undefined ? "welcome" : "subscribed")
  else yield* settle
  return socket
})

/** Joins a room and waits for the answer. */
export const subscribe = Effect.fnUntraced(function* (
  socket: FakeSocket,
  roomId: string,
  more: Record<string, unknown> = {}
) {
  const before = socket.of("subscribed").length
  socket.say({ type: "subscribe", roomId, ...more })
  yield* socket.when(() => socket.of("subscribed").length > before)
  return socket.of("subscribed").at(-1)!
})

/** Lets every fiber that can run do so, without moving the clock. */
export const settle = Effect.repeat(Effect.yieldNow, { times: 60 })

/** The content of the chat messages a client was given, in order. */
export const said = (socket: FakeSocket, roomId?: string): ReadonlyArray<unknown> =>
  socket
    .of("chat")
    .filter((frame) => roomId === undefined || frame["roomId"] === roomId)
    .map((frame) => frame["content"])
