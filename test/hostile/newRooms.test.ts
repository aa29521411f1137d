/** Rooms without end that nobody talks in. Entering them is rationed, and nothing of them stays. */
import { randomUUID } from "node:crypto"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Inspector } from "../fuzz/Inspector.ts"
import { ChatClient, type Frame } from "../support/ChatClient.ts"
import { eventually, program, ServerProcess } from "../support/ServerProcess.ts"

const MB = 1024 * 1024
const KEY = "k".repeat(40)
/** New rooms a minute, as many of which may come at once: what the server does by default. */
const ALLOWED = 30
/** Milliseconds for which one more is allowed. */
const PER_ROOM_MS = 60_000 / ALLOWED

let server: ServerProcess
let inspector: Inspector

beforeAll(async () => {
  const env = { JOIN_LIMIT_PER_SEC: "0", ABUSE_REFUSALS: "0", ROOM_EMPTY_MS: "200", API_KEYS: `ci:${KEY}` }
  server = await ServerProcess.start(env, [process.execPath, "--inspect=0", program, "serve"])
  inspector = await Inspector.of(server)
})
afterAll(async () => {
  inspector.close()
  assert.strictEqual((await server.json("/api/analytics"))["fiberRestarts"], 0)
  assert.strictEqual(await server.stop(), 0)
  assert.isEmpty(server.log.filter(({ level }) => level === "error"))
})

const arrive = (userId: string) => ChatClient.v1(server, { userId, username: userId })

const randomRooms = (count: number) => Array.from({ length: count }, () => `junk-${randomUUID()}`)

/** Asks to enter each of these rooms without waiting for answers in between, on each of the lines in turn. */
const enter = (lines: ReadonlyArray<ChatClient>, rooms: ReadonlyArray<string>): Promise<ReadonlyArray<Frame>> =>
  Promise.all(rooms.map((roomId, n) => lines[n % lines.length]!.ask({ type: "subscribe", roomId, history: 0 })))

const ofType = (answers: ReadonlyArray<Frame>, type: string) => answers.filter((answer) => answer.type === type)

/** Waits until no room is in memory. */
const forgotten = () =>
  eventually(
    () => server.json("/health"),
    ({ rooms }) => rooms === 0
  )

/** Each of these users enters as many as they are let into, and leaves. */
const raid = async (users: ReadonlyArray<string>) => {
  for (const userId of users) {
    const line = await arrive(userId)
    const entered = ofType(await enter([line], randomRooms(500)), "subscribed")
    assert.isBelow(entered.length, 2 * ALLOWED)
    await line.close()
  }
  await server.clients(0)
  await forgotten()
}

describe("T37: a user who enters a thousand rooms that never were", () => {
  it("is let into as many as are allowed, over all connections, and is told when there may be one more", async () => {
    const since = performance.now()
    const answers = await enter([await arrive("mallory"), await arrive("mallory")], randomRooms(1000))
    const regained = Math.ceil((performance.now() - since) / PER_ROOM_MS)
    const entered = ofType(answers, "subscribed")
    assert.isAtLeast(entered.length, ALLOWED)
    assert.isAtMost(entered.length, ALLOWED + regained)
    const refused = ofType(answers, "error")
    assert.lengthOf(refused, 1000 - entered.length)
    for (const one of refused) {
      assert.deepInclude(one, { code: "rate_limited", field: "roomId" })
      assert.isAbove(Number(one["retryAfterMs"]), 0)
      assert.isAtMost(Number(one["retryAfterMs"]), PER_ROOM_MS)
    }
    assert.strictEqual((await server.json("/health"))["rooms"], entered.length)

    // nor by coming again, in whichever dialect and in which way
    const [back, plain] = await Promise.all([
      arrive("mallory"),
      ChatClient.plain(server, { userId: "mallory", username: "Mallory", room: "junk-plain" })
    ])
    assert.deepInclude(await plain.next("error"), { code: "rate_limited", field: "roomId" })
    assert.isNotEmpty(ofType(await enter([back], randomRooms(10)), "error"))
    // others have an allowance of their own
    assert.lengthOf(ofType(await enter([await arrive("bob")], randomRooms(ALLOWED)), "subscribed"), ALLOWED)
    await eventually(
      async () => (await enter([back], ["junk-at-last"]))[0]!,
      ({ type }) => type === "subscribed"
    )
  })

  it("may still enter all rooms in which something was said, or somebody is", async () => {
    const said = Array.from({ length: 2 * ALLOWED }, (_, n) => `kept-${n}`)
    for (const roomId of said) {
      const response = await server.fetch(`/api/admin/rooms/${roomId}/messages`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-api-key": KEY },
        body: JSON.stringify({ content: "welcome" })
      })
      assert.strictEqual(response.status, 201)
    }
    await forgotten()
    const carol = await arrive("carol")
    assert.strictEqual((await carol.ask({ type: "subscribe", roomId: "silent" })).type, "subscribed")
    const eve = await arrive("eve")
    assert.isNotEmpty(ofType(await enter([eve], randomRooms(2 * ALLOWED)), "error"))
    assert.lengthOf(ofType(await enter([eve], [...said, "silent"]), "subscribed"), said.length + 1)
  })

  it("is told that a name is none, which costs nothing of the allowance", async () => {
    const zoe = await arrive("zoe")
    const names = ["../etc", "a/b", "R#x#B#1", "__proto__", "a\u0000", "café", "a".repeat(65), "", "A", "a b"]
    const rounds = Array.from({ length: 50 }, () => names).flat()
    const answers = await enter([zoe], rounds)
    for (const answer of answers) assert.deepInclude(answer, { type: "error", code: "invalid_room", field: "roomId" })
    assert.lengthOf(ofType(await enter([zoe], randomRooms(ALLOWED)), "subscribed"), ALLOWED)
  })

  it("leaves nothing behind, as one of many users either", async () => {
    const users = Array.from({ length: 12 }, (_, n) => `raider-${n}`)
    await raid(users.slice(0, 4))
    const before = await inspector.heldBytes()
    await raid(users.slice(4))
    assert.isBelow(await inspector.heldBytes(), before * 1.05 + MB)
  })
})
