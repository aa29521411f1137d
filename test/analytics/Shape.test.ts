import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import { LENGTH_BINS, lengthBin, shapeOf } from "../../src/analytics/Shape.ts"
import { codePoints } from "../../src/domain/codePoints.ts"
import { anyText, family, loneHigh, loneLow, thumb } from "../domain/texts.ts"
import "../domain/seed.ts"

/** The definitions, as plain as they can be written. */
const defined = (text: string) => ({
  codePoints: codePoints(text),
  link: /https?:\/\/\S/i.test(text),
  mention: /(?<![\p{L}\p{M}\p{Nd}_])@[\p{L}\p{Nd}_]/u.test(text),
  question: /[?\uff1f\u061f\u037e]/.test(text),
  emoji: /(?![©®™])\p{Extended_Pictographic}|\p{Regional_Indicator}{2}|[0-9#*]\ufe0f?\u20e3/u.test(text)
})

/** What the definitions are made of, and what is almost that. */
const PIECES = [
  ...Array.from("htpsHTPS:/@_?;#*07aé Жक9١ा中\u0301\ufe0f\u20e3\u200d\n\u3000"),
  ...Array.from("\uff1f\u061f\u037e¿©®™↔→❤☎✓〰〽㊗㊙※‼⁉ⓂⒶ"),
  "http",
  "https",
  "://",
  "ſ",
  thumb,
  family,
  "🇩",
  "🇪",
  "🀄",
  "𝒳",
  "𞤀",
  "𐀀",
  "🏽",
  loneHigh,
  loneLow,
  "\ud83c",
  "\udde9"
]
const Pieced = Arbitrary.map(Arbitrary.array(Arbitrary.schema(Schema.Literals(PIECES)), { maxLength: 12 }), (pieces) =>
  pieces.join("")
)

describe("shapeOf", () => {
  it.prop("says what the definitions say, of texts made of their parts", { text: Pieced }, ({ text }) =>
    assert.deepStrictEqual(shapeOf(text), defined(text))
  )

  it.prop("says what the definitions say, of any text", { text: anyText }, ({ text }) =>
    assert.deepStrictEqual(shapeOf(text), defined(text))
  )

  it("says what the definitions say, of every code point to U+1FFFF alone and beside others", () => {
    for (let codePoint = 0; codePoint <= 0x1ffff; codePoint++) {
      const character = String.fromCodePoint(codePoint)
      for (const text of [character, `${character}@${character}`]) {
        const [said, truth] = [shapeOf(text), defined(text)]
        // deepStrictEqual takes seconds for as many
        const same =
          said.codePoints === truth.codePoints &&
          said.link === truth.link &&
          said.mention === truth.mention &&
          said.question === truth.question &&
          said.emoji === truth.emoji
        if (!same) assert.deepStrictEqual(said, truth, codePoint.toString(16))
      }
    }
  })

  it.each([
    ["", false],
    ["http://a", true],
    ["see HTTPS://EXAMPLE.com", true],
    ["xhttp://a", true],
    ["http://", false],
    ["http:// a", false],
    ["http://\n", false],
    ["http:/a", false],
    ["http//a", false],
    ["ftp://a", false],
    ["://a", false],
    ["httpss://a", false],
    ["http:// http://b", true],
    ["http://👍", true]
  ])("finds the link in %j: %s", (text, link) => assert.strictEqual(shapeOf(text).link, link))

  it.each([
    ["@alice", true],
    ["hi @alice", true],
    ["(@_)", true],
    ["@7", true],
    ["@Жанна", true],
    ["@कमल", true],
    ["@١", true],
    ["@𝒳", true],
    ["👍@alice", true],
    ["@@alice", true],
    ["-@alice", true],
    ["alice@example.org", false],
    ["a_@b", false],
    ["é@b", false],
    ["e\u0301@b", false],
    ["का@b", false],
    ["𝒳@b", false],
    ["@", false],
    ["@ alice", false],
    ["@-", false],
    ["@👍", false],
    ["@\u0301", false]
  ])("finds the mention in %j: %s", (text, mention) => assert.strictEqual(shapeOf(text).mention, mention))

  it.each([
    ["what?", true],
    ["何?", true],
    ["何？", true],
    ["ماذا؟", true],
    ["τί\u037e", true],
    ["a; b", false],
    ["¿", false],
    ["!", false]
  ])("finds the question in %j: %s", (text, question) => assert.strictEqual(shapeOf(text).question, question))

  it.each([
    [thumb, true],
    [family, true],
    ["a ❤ b", true],
    ["❤️", true],
    ["🇩🇪", true],
    ["🇩", false],
    ["🇩 🇪", false],
    ["a🇩🇪", true],
    ["1️⃣", true],
    ["1⃣", true],
    ["#️⃣", true],
    ["a️⃣", false],
    ["⃣", false],
    ["\ufe0f⃣", false],
    ["123", false],
    ["#*", false],
    ["© ® ™", false],
    ["©️", false],
    ["™👍", true],
    ["→", false],
    [":-)", false]
  ])("finds the emoji in %j: %s", (text, emoji) => assert.strictEqual(shapeOf(text).emoji, emoji))
})

describe("lengthBin", () => {
  it.each([
    [0, 0],
    [10, 0],
    [11, 1],
    [20, 1],
    [21, 2],
    [50, 2],
    [100, 3],
    [101, 4],
    [200, 4],
    [500, 5],
    [1000, 6],
    [1001, 7],
    [1_000_000, 7]
  ])("puts %i code points into bin %i", (length, bin) => assert.strictEqual(lengthBin(length), bin))

  it("has a bin for every bound and one more", () => {
    assert.strictEqual(lengthBin(Infinity), LENGTH_BINS.length)
    LENGTH_BINS.forEach((bound, bin) => assert.strictEqual(lengthBin(bound), bin))
  })
})
