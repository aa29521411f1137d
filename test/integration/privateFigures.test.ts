/** Private rooms in the figures: what is said there counts, and no figure says where that was. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { ChatClient } from "../support/ChatClient.ts"
import { eventually, ServerProcess } from "../support/ServerProcess.ts"

let server: ServerProcess
beforeAll(async () => {
  server = await ServerProcess.start({ RATE_LIMIT_PER_SEC: "0", JOIN_LIMIT_PER_SEC: "0" })
})
afterAll(async () => {
  assert.strictEqual(await server.stop(), 0)
})

const text = async (path: string) => (await server.fetch(path)).text()

describe("figures", () => {
  it("count what is said in private rooms, and name none of them", async () => {
    const alice = await ChatClient.v1(server, { userId: "alice", username: "alice" })
    const bob = await ChatClient.v1(server, { userId: "bob", username: "bob" })
    const two = String((await alice.ask({ type: "direct", to: "bob", content: "how are you?" }))["roomId"])
    await bob.ask({ type: "direct", to: "alice", content: "fine" })
    const group = String((await alice.ask({ type: "group", invite: ["bob"] }))["roomId"])
    for (const roomId of [group, "lobby"]) {
      await alice.ask({ type: "subscribe", roomId })
      await alice.ask({ type: "chat", roomId, content: "hello" })
    }
    await eventually(
      () => server.json("/api/analytics/summary"),
      ({ messages }) => messages === 4
    )
    const { rooms } = await server.json("/api/analytics/rooms")
    assert.deepEqual(
      (rooms as ReadonlyArray<{ readonly roomId: string; readonly messages: number; readonly share: number }>).map(
        ({ messages, roomId, share }) => ({ roomId, messages, share })
      ),
      [{ roomId: "lobby", messages: 1, share: 0.25 }]
    )
    const ofAlice = await server.json("/api/analytics/users/alice")
    assert.deepInclude(ofAlice, { messages: 3, rooms: [{ roomId: "lobby", messages: 1 }] })
    const never = two.replace(/[0-9a-f]+$/, (digits) => "0".repeat(digits.length))
    for (const roomId of [two, group]) {
      for (const path of [
        "/api/analytics",
        "/api/analytics/users",
        "/api/analytics/export?report=rooms",
        "/api/analytics/export?report=rooms&format=ndjson",
        "/api/analytics/heatmap",
        "/api/analytics/patterns",
        "/api/analytics/response-time",
        "/api/rooms",
        "/metrics"
      ]) {
        assert.notInclude(await text(path), roomId, path)
      }
      for (const pathOf of [
        (id: string) => `/api/analytics/rooms/${id}`,
        (id: string) => `/api/analytics/timeseries?metric=messages&room=${id}`,
        (id: string) => `/api/analytics/heatmap?room=${id}`,
        (id: string) => `/api/analytics/export?report=timeseries&metric=messages&room=${id}`
      ]) {
        const [real, other] = await Promise.all([roomId, never].map((id) => server.fetch(pathOf(id))))
        assert.strictEqual(real!.status, 400, pathOf(roomId))
        assert.strictEqual(await real!.text(), await other!.text())
      }
    }
  })
})
