import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import type { Dialect } from "../../src/domain/ClientFrame.ts"
import { decodeUpgradeQuery } from "../../src/ws/UpgradeQuery.ts"
import { anyText, thumb } from "../domain/texts.ts"
import "../domain/seed.ts"

const decode = (query: string | Record<string, string>, dialect: Dialect = "plain", maxHistory = 200) =>
  decodeUpgradeQuery(new URLSearchParams(query), dialect, maxHistory)

const accepted = (query: string | Record<string, string>, dialect?: Dialect): Record<string, unknown> => {
  const result = decode(query, dialect)
  if (Result.isFailure(result)) assert.fail(result.failure.message)
  const { history, identity, room } = result.success
  const { connectionId, ...who } = identity
  assert.match(connectionId, /^[0-9a-f-]{36}$/)
  return { ...who, history, room }
}

const refused = (query: string | Record<string, string>): { code: string; field: unknown; message: string } => {
  const result = decode(query)
  if (Result.isSuccess(result)) assert.fail(`accepted ${JSON.stringify(result.success)}`)
  const { code, field, message } = result.failure
  return { code, field, message }
}

describe("the query of an upgrade", () => {
  it("makes an anonymous visitor of the global room from nothing", () =>
    assert.deepInclude(accepted(""), {
      userId: "anonymous",
      username: "Anonymous",
      dialect: "plain",
      room: "global",
      history: undefined
    }))

  it("begins in no room in hubbub.v1 unless one is named", () => {
    assert.strictEqual(accepted("", "hubbub.v1").room, undefined)
    assert.strictEqual(accepted("room=lobby", "hubbub.v1").room, "lobby")
  })

  it("says who, under what name, where, and how much of the past", () =>
    assert.deepInclude(accepted("userId=user123&username=Zo%C3%AB+Bell&room=team:a&history=20"), {
      userId: "user123",
      username: "Zoë Bell",
      room: "team:a",
      history: 20
    }))

  it("gives every connection an id of its own", () => {
    const ids = Array.from({ length: 100 }, () => Result.getOrThrow(decode("userId=a")).identity.connectionId)
    assert.strictEqual(new Set(ids).size, 100)
  })

  it("normalises a name before it judges it", () => {
    assert.strictEqual(accepted({ username: "  Zoe\u0308 \u00a0 Bell " }).username, "Zoë Bell")
    assert.strictEqual(accepted({ username: ` ${"x".repeat(50)} ` }).username, "x".repeat(50))
    assert.strictEqual(accepted({ username: thumb.repeat(50) }).username, thumb.repeat(50))
  })

  it.each([
    ["0", 0],
    ["1", 1],
    ["200", 200]
  ])("takes a history of %s", (history, count) => assert.strictEqual(accepted({ history }).history, count))

  it("bounds the history by the page it is told", () => {
    assert.isTrue(Result.isSuccess(decode("history=20", "plain", 20)))
    assert.isTrue(Result.isFailure(decode("history=21", "plain", 20)))
  })

  it("ignores what it does not know, and takes the first of two", () =>
    assert.deepInclude(accepted("role=admin&type=system&__proto__=x&userId=a&userId=b"), { userId: "a" }))

  it.each([
    ["an empty user", "userId=", "invalid_user_id", "userId"],
    ["a user of 65 characters", { userId: "x".repeat(65) }, "invalid_user_id", "userId"],
    ["a user with a space", "userId=a+b", "invalid_user_id", "userId"],
    ["a user with CRLF", "userId=a%0d%0aSet-Cookie:x", "invalid_user_id", "userId"],
    ["an empty name", "username=", "invalid_username", "username"],
    ["a blank name", "username=+%C2%A0", "invalid_username", "username"],
    ["a name of 51 characters", { username: "x".repeat(51) }, "invalid_username", "username"],
    ["a name of 51 emoji", { username: thumb.repeat(51) }, "invalid_username", "username"],
    // T32
    ["a name with a zero-width space", { username: "ad\u200bmin" }, "invalid_username", "username"],
    ["a name with an override", { username: "a\u202eb" }, "invalid_username", "username"],
    // T26
    ["a name with a line feed", { username: "admin\nINFO ok" }, "invalid_username", "username"],
    ["a name with NUL", "username=a%00b", "invalid_username", "username"],
    // T37
    ["an empty room", "room=", "invalid_room", "room"],
    ["a room with a path", "room=../etc", "invalid_room", "room"],
    ["a room with a key separator", "room=R%23x", "invalid_room", "room"],
    ["a room of 65 characters", { room: "r".repeat(65) }, "invalid_room", "room"],
    // T30
    ["an empty history", "history=", "invalid_history", "history"],
    ["a history of 201", "history=201", "invalid_history", "history"],
    ["a negative history", "history=-1", "invalid_history", "history"],
    ["half a message", "history=1.5", "invalid_history", "history"],
    ["a history in hexadecimal", "history=0x10", "invalid_history", "history"],
    ["a history with an exponent", "history=1e2", "invalid_history", "history"],
    ["a history in words", "history=all", "invalid_history", "history"],
    ["a history with a space", "history=+5", "invalid_history", "history"],
    ["a history in digits of another script", { history: "٥" }, "invalid_history", "history"]
  ] as const)("is refused for %s, with code and field", (_name, query, code, field) => {
    const answer = refused(query)
    assert.deepInclude(answer, { code, field })
    assert.include(answer.message, field)
    assert.isBelow(answer.message.length, 200)
  })

  it.prop("never throws, whatever is in it", { a: anyText, b: anyText }, ({ a, b }) => {
    for (const name of ["userId", "username", "room", "history"]) {
      const result = decode({ [name]: a, [b]: a })
      if (Result.isFailure(result)) assert.isBelow(result.failure.message.length, 200)
    }
  })
})
