/** Those who write without a page: as many messages as a test needs, or as the client library lets anyone. */
import { onTestFinished } from "@effect/vitest"
import { type Client, type ClientOptions, createClient } from "../../src/client/index.ts"
import { ChatClient } from "../support/ChatClient.ts"

/** A connected client that is closed with the test. */
export const author = async (
  origin: string,
  userId: string,
  options: Pick<ClientOptions, "getToken" | "outboxMax"> = {}
): Promise<Client> => {
  const client = createClient({ ...options, url: origin, userId, username: userId })
  onTestFinished(() => client.close())
  await client.connect()
  return client
}

/** Messages under way at a time. */
const AT_ONCE = 500

/** Has somebody say everything in a room, in order, as fast as the server takes it; done once all of it is kept. */
export const fill = async (
  server: { readonly port: number },
  room: string,
  contents: ReadonlyArray<string>,
  userId = "writer"
): Promise<void> => {
  const client = await ChatClient.plain(server, { userId, username: userId, room, history: 0 })
  for (let first = 0; first < contents.length; first += AT_ONCE) {
    const some = contents.slice(first, first + AT_ONCE)
    for (const content of some) client.send({ type: "chat", content })
    await client.next({ type: "chat", content: some.at(-1) })
  }
  await client.close()
}
