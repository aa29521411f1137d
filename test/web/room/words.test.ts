import { assert, describe, it } from "@effect/vitest"
import { HubbubError } from "../../../src/client/index.ts"
import { excerptOf, highlighted } from "../../../src/web/room/highlighted.ts"
import { joinedNames } from "../../../src/web/room/joined.ts"
import { dayName, dayOf } from "../../../src/web/room/Moment.ts"
import { refusalOf } from "../../../src/web/room/refusalOf.ts"
import { typingParts } from "../../../src/web/room/typingParts.ts"

const marked = (text: string, query: string) =>
  highlighted(text, query)
    .map(({ found, text }) => (found ? `[${text}]` : text))
    .join("")

const members = (...names: ReadonlyArray<string>) => names.map((name) => ({ userId: name, username: name }))

const at = (...parts: [number, number, number, number]) => new Date(...parts).toISOString()

describe("what was found", () => {
  it.each([
    ["release notes of the release", "rel", "[release] notes of the [release]"],
    ["unrelated words", "rel", "unrelated words"],
    ["die Straße entlang", "STRASS", "die [Straße] entlang"],
    ["a résumé, a Resume", "resume", "a [résumé], a [Resume]"],
    ["two words of many", "many two", "[two] words of [many]"],
    ["東京都に行く", "京都", "[東京都に行く]"],
    ["<b>bold</b>", "bold", "<b>[bold]</b>"],
    ["", "word", ""]
  ])("of %j is marked for %j", (text, query, expected) => {
    assert.strictEqual(marked(text, query), expected)
  })

  it("loses nothing of a text, whatever is looked for", () => {
    for (const text of ["a\u0301b c", "👩‍👩‍👧 family, ок", "مرحبا hello", "  spaces  "]) {
      for (const query of ["a", "fam", "ок", "مر", "x"]) {
        assert.strictEqual(
          highlighted(text, query)
            .map((part) => part.text)
            .join(""),
          text
        )
      }
    }
  })

  it("is seen of a long text, with some of what is before it", () => {
    const parts = excerptOf(`${"word ".repeat(100)}needle and more`, "needle", 120)
    const text = parts.map((part) => part.text).join("")
    assert.match(text, /^…word (?:word )+needle and more$/)
    assert.isBelow(text.length, 80)
  })

  it("is shown on one line, without markup", () => {
    const parts = excerptOf("> **Half** a\n> thought\n\n- see `the [code`](x)", "half code", 120)
    const text = parts.map((part) => (part.found ? `[${part.text}]` : part.text)).join("")
    assert.strictEqual(text, "[Half] a thought see the [[code]](x)")
  })
})

const said = (...names: ReadonlyArray<string>) =>
  typingParts(members(...names), "me")
    .map(({ text }) => text)
    .join("")

describe("who is typing", () => {
  it("is nobody where it is only oneself", () => {
    assert.strictEqual(said("me"), "")
  })
  it("is said with at most three names, and how many there are beside", () => {
    assert.strictEqual(said("Ada"), "Ada is typing…")
    assert.strictEqual(said("Ada", "me", "Bob"), "Ada and Bob are typing…")
    assert.strictEqual(said("A", "B", "C"), "A, B, and C are typing…")
    assert.strictEqual(said("A", "B", "C", "D"), "A, B, C, and 1 other are typing…")
    assert.strictEqual(said("A", "B", "C", "D", "E"), "A, B, C, and 2 others are typing…")
  })
  it("names nobody who is called as those are that are not named", () => {
    const parts = typingParts(members("A", "1 other", "C", "D"), "me")
    assert.deepStrictEqual(
      parts.filter(({ name }) => name).map(({ text }) => text),
      ["A", "1 other", "C"]
    )
  })
})

describe("names", () => {
  it("end with how many there are beside those that are said", () => {
    assert.strictEqual(joinedNames(["A", "B"], 10), "A and B")
    assert.strictEqual(joinedNames(["A", "B", "C"], 2), "A, B, and 1 other")
    assert.strictEqual(joinedNames(["A", "B"], 2, 30), "A, B, and 28 others")
  })
})

describe("a day", () => {
  const now = new Date(2025, 11, 31, 0, 5)
  it("is called by how near it is", () => {
    assert.strictEqual(dayName(at(2025, 11, 31, 0), now), "Today")
    assert.strictEqual(dayName(at(2025, 11, 30, 23), now), "Yesterday")
    assert.match(dayName(at(2025, 11, 29, 23), now), /Monday.*December|December.*Monday/)
    assert.notInclude(dayName(at(2025, 11, 29, 23), now), "2025")
    assert.include(dayName(at(2024, 11, 29, 23), now), "2024")
  })
  it("is another one than that of any other time", () => {
    assert.strictEqual(dayOf(at(2025, 0, 31, 0)), dayOf(at(2025, 0, 31, 23)))
    assert.notStrictEqual(dayOf(at(2025, 0, 31, 23)), dayOf(at(2025, 1, 1, 0)))
    assert.notStrictEqual(dayOf(at(2024, 11, 31, 23)), dayOf(at(2025, 0, 1, 0)))
  })
})

describe("why one is not in a room", () => {
  it("is said in words, with what to do", () => {
    assert.strictEqual(
      refusalOf("refused", new HubbubError("forbidden_room"), "group").title,
      "You may not enter this room"
    )
    assert.include(refusalOf("refused", new HubbubError("forbidden_room"), "group").detail, "invite")
    assert.include(refusalOf("refused", new HubbubError("forbidden_room"), "public").detail, "banned")
    assert.strictEqual(refusalOf("removed", undefined, "group").title, "You are not in this room any more")
    assert.include(refusalOf("removed", undefined, "public").detail, "A moderator")
    const banned = new HubbubError("banned", { message: "you are banned: spam" })
    assert.strictEqual(refusalOf("refused", banned, "public").detail, "You are banned: spam.")
    assert.include(refusalOf("refused", new HubbubError("overloaded"), "public").detail, "Try again")
  })
})
