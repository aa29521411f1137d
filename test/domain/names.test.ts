import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { MessageId } from "../../src/domain/MessageId.ts"
import { RoomId } from "../../src/domain/RoomId.ts"
import { anonymous, UserId, userIdProblem } from "../../src/domain/UserId.ts"
import { normaliseUsername } from "../../src/domain/nameRule.ts"
import { Username, usernameProblem } from "../../src/domain/Username.ts"
import { anyText, family, loneHigh, loneLow, thumb } from "./texts.ts"
import "./seed.ts"

const nameProblem = (name: string) => usernameProblem(normaliseUsername(name))
const isUsername = Schema.is(Username)
const isUserId = Schema.is(UserId)
const isRoomId = Schema.is(RoomId)
const isMessageId = Schema.is(MessageId)

/** Characters that hide, reorder or break a line. */
const UNSEEN: ReadonlyArray<readonly [name: string, character: string]> = [
  ["NUL", "\u0000"],
  ["a line feed", "\n"],
  ["a carriage return", "\r"],
  ["a tab", "\t"],
  ["an escape", "\u001b"],
  ["a C1 control", "\u0085"],
  ["a line separator", "\u2028"],
  ["a paragraph separator", "\u2029"],
  ["a zero-width space", "\u200b"],
  ["a zero-width joiner", "\u200d"],
  ["a byte order mark", "\ufeff"],
  ["a soft hyphen", "\u00ad"],
  ["a right-to-left override", "\u202e"],
  ["a right-to-left isolate", "\u2067"],
  ["a right-to-left mark", "\u200f"],
  ["a tag character", "\u{e0041}"],
  ["a variation selector", "\ufe0f"],
  ["a Hangul filler", "\u3164"],
  ["blank braille", "\u2800"],
  ["a private use character", "\ue000"],
  ["an unassigned character", "\u{effff}"],
  ["a lone high surrogate", loneHigh],
  ["a lone low surrogate", loneLow]
]

describe("Username", () => {
  it.prop("normalises once and for all", { text: anyText }, ({ text }) => {
    const once = normaliseUsername(text)
    assert.strictEqual(normaliseUsername(once), once)
  })

  it.prop("has one rule, for the query and for the schema", { text: anyText }, ({ text }) =>
    assert.strictEqual(isUsername(text), usernameProblem(text) === undefined)
  )

  it("composes letters, joins runs of spaces and trims", () => {
    assert.strictEqual(normaliseUsername("  Zoe\u0308 \u00a0\u2003  Bell "), "Zoë Bell")
    assert.strictEqual(normaliseUsername("\u3000"), "")
  })

  it.each([
    ["one letter", "a", true],
    ["50 letters", "x".repeat(50), true],
    ["51 letters", "x".repeat(51), false],
    ["50 emoji", thumb.repeat(50), true],
    ["51 emoji", thumb.repeat(51), false],
    ["50 letters between spaces", `  ${"x".repeat(50)}  `, true],
    ["50 letters that come as 100 code points", "e\u0301".repeat(50), true],
    ["letters of many scripts", "Zoë 李雷 Ольга علي", true],
    ["nothing", "", false],
    ["spaces", " \u00a0 ", false],
    // its joiners are invisible, so not even one fits a name
    ["a family", family, false]
  ])("judges %s", (_name, text, fine) => assert.strictEqual(nameProblem(text) === undefined, fine))

  it("says how long a name is that is too long", () => assert.include(nameProblem(thumb.repeat(51)), "51"))

  // T26, T32, G2
  it.each(UNSEEN)("refuses a name with %s", (_name, character) => {
    assert.isDefined(nameProblem(`ad${character}min`))
    assert.isDefined(nameProblem(character))
  })

  // T26
  it.each([["admin\nINFO ok"], ["\u001b[31madmin"]])("refuses %j, which would forge a log line", (name) =>
    assert.isDefined(nameProblem(name))
  )
})

describe("UserId", () => {
  it.prop("has one rule, for the query and for the schema", { text: anyText }, ({ text }) =>
    assert.strictEqual(isUserId(text), userIdProblem(text) === undefined)
  )

  it.each([
    ["one letter", "a", true],
    ["64 letters", "x".repeat(64), true],
    ["65 letters", "x".repeat(65), false],
    ["64 emoji", thumb.repeat(64), true],
    ["65 emoji", thumb.repeat(65), false],
    ["an address", "bob+chat@example.org", true],
    ["nothing", "", false],
    ["a space inside", "a b", false],
    ["a no-break space inside", "a\u00a0b", false],
    ["a composed letter", "Zo\u00eb", true],
    ["the same letter in two pieces", "Zoe\u0308", false],
    ["a sign that is another letter in normal form", "\u212b", false],
    ["the id of those who give none", anonymous, true]
  ])("judges %s", (_name, text, fine) => assert.strictEqual(isUserId(text), fine))

  // T26, T32
  it.each(UNSEEN)("refuses an id with %s", (_name, character) => assert.isFalse(isUserId(`a${character}b`)))
})

describe("RoomId", () => {
  // T37
  it.each([
    ["one character", "a", true],
    ["a digit first", "7.a_b:c-d", true],
    ["64 characters", "r".repeat(64), true],
    ["65 characters", "r".repeat(65), false],
    ["255 characters", "r".repeat(255), false],
    ["nothing", "", false],
    ["capitals", "Lobby", false],
    ["a path", "../etc", false],
    ["a slash", "a/b", false],
    ["a key separator", "r#x#b#1", false],
    ["a dot first", ".a", false],
    ["a hyphen first", "-a", false],
    ["a space", "a b", false],
    ["a line feed at the end", "a\n", false],
    ["CRLF inside", "a\r\nset-cookie:x", false],
    ["NUL", "a\u0000", false],
    ["a letter outside ASCII", "café", false],
    ["an emoji", thumb, false],
    ["a Kelvin sign, which is a k to those who ignore case", "\u212a", false],
    ["a name of an object's own property", "__proto__", false],
    ["the name of an object's constructor", "constructor", true]
  ])("judges %s", (_name, text, fine) => assert.strictEqual(isRoomId(text), fine))
})

describe("MessageId", () => {
  it.each([
    ["a UUID of version 4", "550e8400-e29b-41d4-a716-446655440000", true],
    ["a UUID of version 7", "0196f1c0-0000-7000-8000-000000000000", true],
    ["capitals", "550E8400-E29B-41D4-A716-446655440000", true],
    ["no hyphens", "550e8400e29b41d4a716446655440000", false],
    ["braces", "{550e8400-e29b-41d4-a716-446655440000}", false],
    ["a digit too few", "550e8400-e29b-41d4-a716-44665544000", false],
    ["a digit too many", "550e8400-e29b-41d4-a716-4466554400000", false],
    ["a letter that is no digit", "550e8400-e29b-41d4-a716-44665544000g", false],
    ["a line feed at the end", "550e8400-e29b-41d4-a716-446655440000\n", false],
    ["nothing", "", false]
  ])("judges %s", (_name, text, fine) => assert.strictEqual(isMessageId(text), fine))
})
