import { assert, describe, it, onTestFinished } from "vitest"
import { ChatClient } from "../support/ChatClient.ts"
import { eventually, type Env, ServerProcess, temporaryDirectory } from "../support/ServerProcess.ts"

const start = async (env: Env) => {
  const server = await ServerProcess.start({ RATE_LIMIT_PER_SEC: "0", DRAIN_WINDOW_MS: "100", ...env })
  onTestFinished(async () => {
    await server.stop("SIGKILL")
  })
  return server
}

const talk = async (server: ServerProcess, userId: string, roomId: string, count: number) => {
  const client = await ChatClient.v1(server, { userId, username: userId })
  await client.ask({ type: "subscribe", roomId })
  for (let n = 1; n <= count; n++) client.send({ type: "chat", roomId, content: `${n}?`, ref: n })
  for (let n = 1; n <= count; n++) await client.next({ type: "ack", ref: n })
}

/** What is said of the messages so far, by every way there is. */
const counted = async (server: ServerProcess) => {
  const live = await server.json("/api/analytics")
  const summary = await server.json("/api/analytics/summary")
  const minutes = await server.json("/api/analytics/timeseries?metric=messages&bucket=1m")
  const questions = await server.json("/api/analytics/timeseries?metric=questions&bucket=15m")
  const { rooms } = (await server.json("/api/analytics/rooms")) as { readonly rooms: ReadonlyArray<object> }
  const { users } = (await server.json("/api/analytics/users")) as { readonly users: ReadonlyArray<object> }
  return {
    live: live["totalMessages"],
    lastMinutes: (live["messagesPerMinute"] as ReadonlyArray<number>).reduce((sum, n) => sum + n, 0),
    summary: summary["messages"],
    engaged: summary["engagedUsers"],
    minutes: minutes["total"],
    questions: questions["total"],
    rooms: rooms.map((room) => ({ ...room, share: 0, joins: 0 })),
    users: users.map((user) => ({ ...user, share: 0 }))
  }
}

const all = (lobby: number, den: number) => ({
  live: lobby + den,
  lastMinutes: lobby + den,
  summary: lobby + den,
  engaged: 2,
  minutes: lobby + den,
  questions: lobby + den,
  rooms: [
    { roomId: "lobby", messages: lobby, senders: 1, joins: 0, share: 0 },
    { roomId: "den", messages: den, senders: 1, joins: 0, share: 0 }
  ],
  users: [
    { userId: "alice", username: "alice", messages: lobby, share: 0 },
    { userId: "bob", username: "bob", messages: den, share: 0 }
  ]
})

const arrives = (server: ServerProcess, wanted: ReturnType<typeof all>) =>
  eventually(
    () => counted(server),
    (figures) => JSON.stringify(figures) === JSON.stringify(wanted)
  )

describe("figures", () => {
  for (const signal of ["SIGKILL", "SIGTERM"] as const) {
    for (const durability of ["journal", "store"]) {
      it(`are the same after ${signal}, and after another one, with durability ${durability}`, async () => {
        const env = { DATA_DIR: temporaryDirectory(), DURABILITY: durability }
        const first = await start(env)
        await talk(first, "alice", "lobby", 40)
        await talk(first, "bob", "den", 17)
        await arrives(first, all(40, 17))
        first.signal(signal)
        await first.exit()
        const second = await start(env)
        await arrives(second, all(40, 17))
        await talk(second, "alice", "lobby", 3)
        second.signal(signal)
        await second.exit()
        const third = await start(env)
        await arrives(third, all(43, 17))
      })
    }
  }

  it("begin anew with durability memory", async () => {
    const env = { DATA_DIR: temporaryDirectory(), DURABILITY: "memory" }
    const first = await start(env)
    await talk(first, "alice", "lobby", 2)
    await first.stop("SIGKILL")
    const second = await start(env)
    assert.strictEqual((await second.json("/api/analytics"))["totalMessages"], 0)
  })
})
