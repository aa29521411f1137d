import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { Emoji } from "../../src/domain/Emoji.ts"
import { family, thumb } from "./texts.ts"
import "./seed.ts"

const isEmoji = Schema.is(Emoji)

describe("an emoji to react with", () => {
  for (const emoji of [thumb, "👍🏽", "❤️", family, "🇩🇪", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "1️⃣", "🫠"]) {
    it(`may be ${emoji}`, () => assert.isTrue(isEmoji(emoji)))
  }

  const others: ReadonlyArray<readonly [what: string, text: string]> = [
    ["nothing", ""],
    ["a letter", "a"],
    ["a digit", "1"],
    ["the name of a property", "__proto__"],
    ["two of them", thumb + thumb],
    ["one and a space", `${thumb} `],
    ["one of an unfinished pair", "🇩"],
    // the same picture would be two reactions
    ["a heart that is text", "❤"],
    ["one with a joiner behind it", `${thumb}\u200d`],
    ["a skin tone of something that has none", "🪑🏽"],
    ["a lone surrogate", "\ud83d"],
    ["very many", thumb.repeat(10_000)]
  ]
  for (const [what, text] of others) it(`is not ${what}`, () => assert.isFalse(isEmoji(text)))
})
