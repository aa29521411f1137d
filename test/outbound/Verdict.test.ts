import { assert, describe, it } from "@effect/vitest"
import { Content, CONTENT_MAX } from "../../src/domain/Content.ts"
import { verdictOf } from "../../src/outbound/Verdict.ts"

const answer = (value: unknown) => verdictOf(JSON.stringify(value))

describe("verdictOf", () => {
  it("reads what a hook may answer", () => {
    assert.deepStrictEqual(answer({ action: "allow" }), { _tag: "allow" })
    assert.deepStrictEqual(answer({ action: "reject", reason: "no links" }), { _tag: "reject", reason: "no links" })
    assert.deepStrictEqual(answer({ action: "rewrite", content: "***" }), {
      _tag: "rewrite",
      content: Content.make("***")
    })
    assert.deepStrictEqual(answer({ action: "allow", reason: "fine", content: "x" }), { _tag: "allow" })
  })

  it("takes a rejection for one whatever it gives as its reason", () => {
    for (const reason of [undefined, null, "", " \n"]) {
      assert.deepStrictEqual(answer({ action: "reject", reason }), {
        _tag: "reject",
        reason: "the message was rejected"
      })
    }
    assert.deepStrictEqual(answer({ action: "reject", reason: " a\r\n\u202eb\u0000\u200b c\ud800 " }), {
      _tag: "reject",
      reason: "a b c\ufffd"
    })
    assert.deepStrictEqual(answer({ action: "reject", reason: "é😀".repeat(5000) }), {
      _tag: "reject",
      reason: "é😀".repeat(100)
    })
  })

  it("rewrites to what a message may say, with its line ends as ours", () => {
    assert.deepStrictEqual(answer({ action: "rewrite", content: "a\r\nb" }), {
      _tag: "rewrite",
      content: Content.make("a\nb")
    })
    assert.deepStrictEqual(answer({ action: "rewrite", content: "😀".repeat(CONTENT_MAX) }), {
      _tag: "rewrite",
      content: Content.make("😀".repeat(CONTENT_MAX))
    })
    for (const content of ["", "  ", "\u0000", "x".repeat(CONTENT_MAX + 1), "\u202ex", "\ud800", null, 1, undefined]) {
      assert.isUndefined(answer({ action: "rewrite", content }), JSON.stringify(content))
    }
  })

  it.each([
    "",
    "allow",
    '"allow"',
    "null",
    "[]",
    "{}",
    '{"action":"ALLOW"}',
    '{"action":["allow"]}',
    '{"action":"deny"}',
    '{"action":"reject","reason":1}',
    '{"__proto__":{"action":"allow"}}',
    '{"action":"allow"',
    '{"action":"allow"}{}',
    "[".repeat(60_000)
  ])("makes nothing of %s", (text) => {
    assert.isUndefined(verdictOf(text))
  })
})
