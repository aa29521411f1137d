import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { plainLetters } from "../../src/moderation/plainLetters.ts"
import { WordTree } from "../../src/moderation/WordTree.ts"

/** Few letters, so that words overlap and end in one another; one of two units, and two that are of no word. */
const Text = Schema.Array(Schema.Literals(["a", "b", "c", "𐐨", " ", "-"]))
const Words = Schema.Array(Text.check(Schema.isMinLength(1), Schema.isMaxLength(5)))

const isLetter = (text: string | undefined) => text !== undefined && /[\p{L}\p{N}\p{M}]/u.test(text)

const apart = (a: string | undefined, b: string | undefined) => !isLetter(a) || !isLetter(b)

/** What the tree is to find, looked for at every place. */
const found = (words: ReadonlyArray<ReadonlyArray<string>>, text: ReadonlyArray<string>, whole: boolean) =>
  words.some((word) =>
    text.some((_, start) => {
      const end = start + word.length
      if (end > text.length || word.some((letter, i) => text[start + i] !== letter)) return false
      return !whole || (apart(text[start - 1], text[start]) && apart(text[end - 1], text[end]))
    })
  )

describe("a tree of words", () => {
  for (const whole of [false, true]) {
    it.effect.prop(
      `finds what a look at every place finds, ${whole ? "words of their own" : "anywhere"}`,
      { words: Words, text: Text },
      ({ text, words }) =>
        Effect.sync(() => {
          const tree = new WordTree(
            words.map((word) => word.join("")),
            whole
          )
          assert.strictEqual(tree.isIn(text.join("")), found(words, text, whole))
        }),
      { arbitrary: { runs: 500 } }
    )
  }

  it("looks at each part of the longest text once, whatever the words", () => {
    // every letter of the text goes on with the longest word, and every one but the last ends it
    const words = Array.from({ length: 200 }, (_, i) => `${"a".repeat(i + 1)}b`)
    const tree = new WordTree(words, true)
    assert.isFalse(tree.isIn("a".repeat(16_384)))
    assert.isTrue(tree.isIn(`${"a".repeat(3)}b`))
  })
})

describe("a text in plain letters", () => {
  it("is no longer than what it is of, but for letters that stand for several", () => {
    assert.strictEqual(plainLetters("Ｈello  \n WÖRLD |"), "hello world l")
    assert.strictEqual(plainLetters("ﬁ ß æ"), "fi ss ae")
  })

  it("is plain already when it is one", () => {
    const text = plainLetters("Ｈello 𝔴𝔬𝔯𝔩𝔡 कला 日本 ё")
    assert.strictEqual(plainLetters(text), text)
  })
})
