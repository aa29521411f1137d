import { assert, describe, it } from "@effect/vitest"
import { blankContent } from "../Stamp.ts"
import { forbiddenWords } from "./forbiddenWords.ts"

describe("forbiddenWords", () => {
  it("are as many different words as were asked for, the same each time", () => {
    const words = forbiddenWords(200)
    assert.strictEqual(new Set(words).size, 200)
    assert.deepStrictEqual(forbiddenWords(200), words)
    assert.isTrue(words.every((word) => /^[a-z]+$/.test(word)))
  })

  it("are in nothing that the load says", () => {
    const said = blankContent(1000)
    assert.deepStrictEqual(
      forbiddenWords(200).filter((word) => said.includes(word)),
      []
    )
  })
})
