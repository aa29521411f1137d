import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { Content, CONTENT_MAX, contentProblem, normaliseContent } from "../../src/domain/Content.ts"
import { anyText, family, loneHigh, loneLow, sentences, thumb } from "./texts.ts"
import "./seed.ts"

const codeOf = (text: string) => contentProblem(normaliseContent(text))?.code
const isContent = Schema.is(Content)

describe("Content", () => {
  it.prop("normalises once and for all", { text: anyText }, ({ text }) => {
    const once = normaliseContent(text)
    assert.strictEqual(normaliseContent(once), once)
    assert.notInclude(once, "\r")
  })

  it.prop("has one rule, for the decoder and for the schema", { text: anyText }, ({ text }) =>
    assert.strictEqual(isContent(text), contentProblem(text) === undefined)
  )

  it("turns line ends of all systems into line feeds and changes nothing else", () => {
    assert.strictEqual(normaliseContent("a\r\nb\rc\nd\r\r\n"), "a\nb\nc\nd\n\n")
    assert.strictEqual(normaliseContent(" e\u0301 \u00a0 x "), " e\u0301 \u00a0 x ")
  })

  // G1
  it.each([
    ["1,000 ASCII letters", "x".repeat(1000), undefined],
    ["1,001 ASCII letters", "x".repeat(1001), "content_too_long"],
    ["1,000 emoji", thumb.repeat(1000), undefined],
    ["1,001 emoji", thumb.repeat(1001), "content_too_long"],
    ["142 families, 994 code points", family.repeat(142), undefined],
    ["143 families, 1,001 code points", family.repeat(143), "content_too_long"],
    ["1,000 families", family.repeat(1000), "content_too_long"],
    ["1,001 lone surrogates", loneHigh.repeat(1001), "content_too_long"],
    ["1,001 spaces", " ".repeat(1001), "content_too_long"],
    ["1,000 letters after line ends are normalised", "x".repeat(998) + "\r\n\r\n", undefined]
  ])("judges %s by code points", (_name, text, code) => assert.strictEqual(codeOf(text), code))

  // G1
  it("says how long a text is that is too long", () =>
    assert.include(contentProblem(thumb.repeat(CONTENT_MAX + 234))?.message, "1234"))

  // G3
  it.each([
    ["nothing", ""],
    ["a space", " "],
    ["zero-width spaces between spaces", " \u200b\u200b "],
    ["tabs and line ends", "\t\r\n\n"],
    ["no-break and ideographic spaces", "\u00a0\u3000\u2003"],
    ["line and paragraph separators", "\u2028\u2029"],
    ["a byte order mark", "\ufeff"],
    ["a soft hyphen", "\u00ad"],
    ["joiners", "\u200d\u200c\u2060"],
    ["a variation selector", "\ufe0f"],
    ["tag characters", "\u{e0041}\u{e007f}"],
    ["Hangul fillers", "\u115f\u1160\u3164\uffa0"],
    ["blank braille", "\u2800"],
    ["a Mongolian vowel separator", "\u180e"]
  ])("finds no content in %s", (_name, text) => assert.strictEqual(codeOf(text), "empty_content"))

  // G2, T17
  it.each([
    ["a lone high surrogate", loneHigh],
    ["a lone low surrogate in a text", `a${loneLow}b`],
    ["a high surrogate at the end", `a${loneHigh}`],
    ["surrogates in the wrong order", `a${loneLow}${loneHigh}`],
    ["half an emoji beside a whole one", thumb + thumb.slice(0, 1)],
    ["NUL in a text", "a\u0000b"],
    ["a bell", "a\u0007"],
    ["an escape sequence", "\u001b[31mred"],
    ["DEL", "a\u007f"],
    ["a C1 control", "a\u0085b"],
    ["a vertical tab", "a\u000bb"],
    ["a right-to-left override", "evil\u202etxt.exe"],
    ["a left-to-right override", "a\u202db"],
    ["9 marks on one letter", "Z" + "\u0351".repeat(9)],
    ["500 marks on one letter", "Z" + "\u0351".repeat(500)],
    ["marks of several kinds on one letter", "o" + "\u0300\u0323\u0488".repeat(3)],
    ["marks with joiners between them", "o" + "\u0300\u200d".repeat(9)],
    ["tone marks piled on a Thai letter", "ก" + "\u0e49".repeat(9)],
    ["a tower in the middle of a text", `${"long ".repeat(20)}t${"\u0334".repeat(12)}ower${" and on".repeat(20)}`]
  ])("refuses %s", (_name, text) => assert.strictEqual(codeOf(text), "invalid_content"))

  // G2: nothing but what is refused or unseen; which of the two codes says it does not matter
  it.each([["\u202e"], ["\u0000"], ["\u0000\u0000 "]])("refuses %j alone", (text) => assert.isDefined(codeOf(text)))

  it.each([
    ["a line feed and a tab", "a\n\tb"],
    ["a family", family],
    ["a heart with its variation selector", "❤️"],
    ["Persian with a non-joiner", "می\u200cخواهم"],
    ["Arabic and Hebrew", "سلام שלום"],
    ["bidirectional isolates", "\u2068سلام\u2069"],
    ["combining marks alone", "\u0301"],
    ["a piece of HTML", "<img src=x onerror=alert(1)>"],
    ["8 marks on one letter", "Z" + "\u0351".repeat(8)],
    ["8 marks on each of many letters", `Z${"\u0351".repeat(8)}`.repeat(50)],
    ["a vowel sign drawn out", "नह" + "\u0940".repeat(30)],
    ["keycaps, flags, skin tones and tags", "1️⃣#️⃣ 🇩🇪🇯🇵 👩🏽‍💻 🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}"],
    ["many emoji in a row", "❤️".repeat(100) + "👩‍❤️‍💋‍👨".repeat(50)],
    ["a Sanskrit syllable in Tibetan letters", "ཧཱུྃ ཨོཾ་མ་ཎི་པདྨེ་ཧཱུྃ"],
    ["the replacement character", "a\ufffdb"]
  ])("allows %s", (_name, text) => assert.isUndefined(codeOf(text)))

  it.each(Object.entries(sentences))("allows a sentence in %s, composed or not", (_language, text) => {
    for (const form of ["NFC", "NFD"] as const) assert.isUndefined(contentProblem(text.normalize(form)))
    assert.strictEqual(normaliseContent(text), text)
  })
})
