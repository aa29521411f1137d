import { assert, describe, it } from "@effect/vitest"
import { suggestionsFor } from "../../../src/web/compose/completion/suggestionsFor.ts"
import { emojiSetOf } from "../../../src/web/content/emoji/EmojiSet.ts"

const emojis = emojiSetOf("Things\n🎉\ttada hooray\tparty popper\tparty\n🎂\tbirthday\tbirthday cake\tparty")

const sources = {
  people: [
    { userId: "u-1", username: "Alan Turing" },
    { userId: "u-2", username: "Gräs Möller" },
    { userId: "u-3", username: "Ada Lovelace" },
    { userId: "u-1", username: "Alan Turing" },
    { userId: "gail", username: "Tara" },
    { userId: "me", username: "Grace" }
  ],
  roomIds: ["random", "general", "release-random", "dm:u-1:u-2", "group:abc", "general"],
  emojis,
  selfId: "me"
}

const titles = (sign: "@" | "#" | ":", query: string, more: Partial<typeof sources> = {}) =>
  suggestionsFor({ sign, query, from: 0 }, { ...sources, ...more }).map(({ title }) => title)

describe("people", () => {
  it("are offered without oneself, each once, in the order given", () =>
    assert.deepStrictEqual(titles("@", ""), ["Alan Turing", "Gräs Möller", "Ada Lovelace", "Tara"]))

  it("are found by how any word of their name begins, whatever its case and accents", () => {
    assert.deepStrictEqual(titles("@", "gras"), ["Gräs Möller"])
    assert.deepStrictEqual(titles("@", "MÖL"), ["Gräs Möller"])
    assert.deepStrictEqual(titles("@", "love"), ["Ada Lovelace"])
  })

  it("are found by id and by what is within a name, after those whose names begin so", () => {
    assert.deepStrictEqual(titles("@", "ta"), ["Tara"])
    assert.deepStrictEqual(titles("@", "ga"), ["Tara"])
    assert.deepStrictEqual(titles("@", "a"), ["Alan Turing", "Ada Lovelace", "Gräs Möller", "Tara"])
  })

  it("are written as a name and a blank, and remembered by id", () => {
    const [ada] = suggestionsFor({ sign: "@", query: "ada", from: 0 }, sources)
    assert.strictEqual(ada?.text, "@Ada Lovelace ")
    assert.deepStrictEqual(ada?.mention, { userId: "u-3", name: "Ada Lovelace" })
  })

  it("are at most eight", () => {
    const people = Array.from({ length: 20 }, (_, index) => ({ userId: `u-${index}`, username: `Name ${index}` }))
    assert.lengthOf(titles("@", "name", { people }), 8)
  })
})

describe("rooms", () => {
  it("are offered, but for those of members only", () =>
    assert.deepStrictEqual(titles("#", ""), ["#random", "#general", "#release-random"]))
  it("are found by how they begin, then by what is in them", () =>
    assert.deepStrictEqual(titles("#", "Ran"), ["#random", "#release-random"]))
})

describe("emoji", () => {
  it("are found by name and written themselves", () => {
    const [tada] = suggestionsFor({ sign: ":", query: "hoo", from: 0 }, sources)
    assert.strictEqual(tada?.text, "🎉 ")
  })
  it("are none until they are there", () =>
    assert.isEmpty(suggestionsFor({ sign: ":", query: "tada", from: 0 }, { ...sources, emojis: undefined })))
})
