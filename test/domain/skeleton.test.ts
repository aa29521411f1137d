import { assert, describe, it } from "@effect/vitest"
import { confusables } from "../../src/domain/confusables.ts"
import { skeleton } from "../../src/domain/skeleton.ts"
import { anyText, sentences } from "./texts.ts"
import "./seed.ts"

describe("the skeleton of a text", () => {
  it.prop("is its own skeleton", { text: anyText }, ({ text }) => {
    const once = skeleton(text)
    assert.strictEqual(skeleton(once), once)
  })

  it.prop("does not depend on how the text is composed", { text: anyText }, ({ text }) => {
    for (const form of ["NFC", "NFD", "NFKC", "NFKD"])
      assert.strictEqual(skeleton(text.normalize(form)), skeleton(text))
  })

  it("is the Latin letters for each of hundreds of characters that look like them", () => {
    assert.isAbove(confusables.size, 400)
    for (const [character, letters] of confusables) {
      assert.match(letters, /^[a-z]{1,2}$/)
      assert.strictEqual(skeleton(character), letters, `U+${character.codePointAt(0)?.toString(16)}`)
    }
  })

  // T34
  it.each([
    ["the same in capitals", "ADMIN", "admin"],
    ["a Cyrillic a", "\u0430dmin", "admin"],
    ["a dotless i", "adm\u0131n", "admin"],
    ["a capital I with a dot", "adm\u0130n", "admin"],
    ["all Cyrillic", "\u0430\u0441\u0435", "ace"],
    ["Cyrillic capitals", "\u0421\u041d\u0410\u0422", "chat"],
    ["Greek capitals", "\u0397\u039f\u03a1\u0395", "hope"],
    ["Greek small letters", "\u03b7\u03bf\u03c4\u03b5", "note"],
    ["Cherokee", "\u13aa\u13a0\u13b7", "adm"],
    ["Armenian", "\u057d\u057d\u0585", "uuo"],
    ["full width", "\uff41\uff44\uff4d\uff49\uff4e", "admin"],
    ["mathematical bold", "\u{1d41a}\u{1d41d}\u{1d426}\u{1d422}\u{1d427}", "admin"],
    ["circles", "\u24d0\u24d3\u24dc\u24d8\u24dd", "admin"],
    ["black squares", "\u{1f170}\u{1f173}\u{1f17c}\u{1f178}\u{1f17d}", "admin"],
    ["flags", "\u{1f1e7}\u{1f1f4}\u{1f1f9}", "bot"],
    ["accents", "Ád\u0323m\u00efn\u0303", "admin"],
    ["strokes", "\u0142\u00f8\u0111", "lod"],
    ["a long s", "\u017fystem", "system"],
    ["a Kelvin sign", "\u212a", "k"],
    ["a sharp s", "Stra\u00dfe", "strasse"],
    ["a ligature", "\ufb01\u00e6", "fiae"],
    ["what paints nothing", "ad\u200b\u00ad\ufe0fmin", "admin"]
  ])("sees through %s", (_name, text, seen) => assert.strictEqual(skeleton(text), seen))

  it("keeps apart what does not look the same", () => {
    const all = [
      "alice",
      "alicia",
      "Ali",
      "All",
      "adm1n",
      "नेहा",
      "नोहा",
      "李雷",
      "李电",
      "はは",
      "ばば",
      "ดี",
      "ดิ",
      "علي",
      "عليا"
    ]
    assert.strictEqual(new Set(all.map(skeleton)).size, all.length)
    const sayings = Object.values(sentences)
    assert.strictEqual(new Set(sayings.map(skeleton)).size, sayings.length)
  })
})
