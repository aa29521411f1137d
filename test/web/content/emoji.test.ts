import { gzipSync } from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import { gemoji } from "gemoji"
import { all } from "../../../src/web/content/emoji/all.ts"
import { emojiPlugin } from "../../../src/web/content/emoji/emojiPlugin.ts"
import { emojiSetOf } from "../../../src/web/content/emoji/EmojiSet.ts"
import { moveInRows } from "../../../src/web/content/emoji/moveInRows.ts"
import { withRecent } from "../../../src/web/content/emoji/recentEmoji.ts"
import { onlyEmoji } from "../../../src/web/content/onlyEmoji.ts"
import { family, thumb } from "../../domain/texts.ts"

const set = emojiSetOf(all)

describe("the emoji", () => {
  it("are all there, as they were before they were packed", () => {
    const there = set.categories.flatMap(({ emojis, name }) => emojis.map((one) => ({ ...one, category: name })))
    const right = gemoji.map(({ category, description, emoji, names, tags }) => ({
      category,
      description,
      emoji,
      names,
      tags
    }))
    assert.sameDeepMembers(there, right)
  })

  it("are those that the server takes for reactions", () => {
    for (const { emojis } of set.categories) for (const { emoji } of emojis) assert.match(emoji, /^\p{RGI_Emoji}$/v)
  })

  it("take at most 29 kB of a line", () => assert.isAtMost(gzipSync(all).length, 29_000))

  it("are in a bundle as they are, in place of the module that packs them", () => {
    const { filter, handler } = emojiPlugin().transform
    assert.strictEqual(handler().code, `export const all = ${JSON.stringify(all)}`)
    assert.match("/a/src/web/content/emoji/all.ts", filter.id)
    assert.match("C:\\a\\content\\emoji\\all.ts?v=1", filter.id)
    assert.notMatch("/a/src/web/content/emoji/EmojiSet.ts", filter.id)
  })

  it("have names", () => {
    assert.strictEqual(set.byName("tada"), "🎉")
    assert.strictEqual(set.byName("+1"), thumb)
    assert.isUndefined(set.byName("toString"))
    assert.strictEqual(set.byEmoji("🎉")?.names[0], "tada")
  })

  it.each([
    ["tada", "🎉"],
    ["thumbs", "👍"],
    ["+1", "👍"],
    ["party pop", "🎉"],
    ["CAT", "🐱"],
    ["smile cat", "😸"],
    [" red_heart", "❤️"],
    ["🎉", "🎉"]
  ])("are found by %j: %s", (query, emoji) => {
    assert.include(
      set.search(query, 5).map((one) => one.emoji),
      emoji
    )
  })

  it("are not found by what none has", () => {
    for (const query of ["", " ", "qqqq", "cat qqqq", ":"]) assert.isEmpty(set.search(query))
  })

  it("are found up to as many as asked for", () => assert.lengthOf(set.search("s", 7), 7))
})

describe("emoji taken last", () => {
  it("stand first, each once, and only so many of them", () => {
    assert.deepStrictEqual(withRecent(["a", "b", "c"], "b"), ["b", "a", "c"])
    assert.lengthOf(
      withRecent(
        Array.from({ length: 24 }, (_, index) => String(index)),
        "a"
      ),
      24
    )
  })
})

describe("a message of emoji alone", () => {
  it.each(["🎉", thumb.repeat(3), family, "❤️ 🎉\n👍🏽", "🇩🇪🏴󠁧󠁢󠁳󠁣󠁴󠁿", "1️⃣"])("%s is shown large", (text) =>
    assert.isTrue(onlyEmoji(text))
  )
  it.each(["", " ", thumb.repeat(4), "🎉!", "a", "1", "©", "🎉".repeat(100)])("%j is not", (text) =>
    assert.isFalse(onlyEmoji(text))
  )
})

describe("arrows among rows of three, three, one and two", () => {
  const lengths = [3, 3, 1, 2]
  const from = (row: number, column: number) => (key: string) => moveInRows(lengths, { row, column }, key)

  it("lead to the neighbours", () => {
    const middle = from(1, 1)
    assert.deepStrictEqual(middle("ArrowRight"), { row: 1, column: 2 })
    assert.deepStrictEqual(middle("ArrowLeft"), { row: 1, column: 0 })
    assert.deepStrictEqual(middle("ArrowUp"), { row: 0, column: 1 })
    assert.deepStrictEqual(middle("ArrowDown"), { row: 2, column: 0 })
    assert.deepStrictEqual(middle("Home"), { row: 1, column: 0 })
    assert.deepStrictEqual(middle("End"), { row: 1, column: 2 })
    assert.deepStrictEqual(middle("PageDown"), { row: 3, column: 1 })
    assert.deepStrictEqual(middle("PageUp"), { row: 0, column: 1 })
  })

  it("go on in the next row, and back in the one before", () => {
    assert.deepStrictEqual(from(1, 2)("ArrowRight"), { row: 2, column: 0 })
    assert.deepStrictEqual(from(2, 0)("ArrowLeft"), { row: 1, column: 2 })
  })

  it("lead nowhere at the ends", () => {
    assert.deepStrictEqual(from(0, 0)("ArrowLeft"), { row: 0, column: 0 })
    assert.deepStrictEqual(from(0, 1)("ArrowUp"), { row: 0, column: 1 })
    assert.deepStrictEqual(from(3, 1)("ArrowRight"), { row: 3, column: 1 })
    assert.deepStrictEqual(from(3, 1)("ArrowDown"), { row: 3, column: 1 })
  })

  it("are the only keys that lead anywhere", () => assert.isUndefined(from(0, 0)("a")))
})
