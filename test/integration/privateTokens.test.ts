/** Tokens that leave private rooms out: nothing of them reaches whoever shows one, whatever else the user has open. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { ChatClient } from "../support/ChatClient.ts"
import { ServerProcess } from "../support/ServerProcess.ts"
import { hourLong, SECRET } from "../identity/minted.ts"

let server: ServerProcess
beforeAll(async () => {
  server = await ServerProcess.start({ AUTH_SECRET: SECRET, RATE_LIMIT_PER_SEC: "0" })
})
afterAll(async () => {
  assert.strictEqual(await server.stop(), 0)
})

describe("a token that is for other rooms only", () => {
  it("hears nothing of private rooms, makes none and lists none", async () => {
    const connect = async (name: string, claims = {}) => ChatClient.v1(server, { token: await hourLong(name, claims) })
    const limits = { rooms: ["global"] }
    const [alice, bob, limited] = [await connect("alice"), await connect("bob"), await connect("bob", limits)]
    const { roomId } = await alice.ask({ type: "direct", to: "bob", content: "psst" })
    const { roomId: group } = await alice.ask({ type: "group", title: "Trip", invite: ["bob"] })
    await bob.next({ type: "chat", roomId, content: "psst" })
    await bob.next({ type: "invited", roomId: group })

    for (const frame of [
      { type: "direct", to: "alice", content: "hello" },
      { type: "group", invite: ["alice"] },
      { type: "subscribe", roomId },
      { type: "history", roomId }
    ]) {
      assert.deepInclude(await limited.ask(frame), { type: "error", code: "forbidden_room" })
    }
    assert.deepInclude(await limited.ask({ type: "conversations" }), { rooms: [] })
    assert.lengthOf((await bob.ask({ type: "conversations" }))["rooms"] as ReadonlyArray<unknown>, 2)
    const authorization = `Bearer ${await hourLong("bob", limits)}`
    const listed = await server.fetch("/api/conversations", { headers: { authorization } })
    assert.deepInclude(await listed.json(), { count: 0, conversations: [] })
    // everything before the answers above came before them
    assert.deepStrictEqual(
      limited.received.filter((frame) => String(frame["roomId"]).includes(":")),
      []
    )
  })
})
