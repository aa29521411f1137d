import { assert, describe, it } from "@effect/vitest"
import { hasTower } from "../../src/domain/combiningMarks.ts"

const MARK = /[\p{Mn}\p{Me}]/u
const FORMAT = /\p{Cf}/u

describe("a tower of marks", () => {
  it("has nine, of any there are, with any format characters between them", () => {
    for (let code = 0; code < 0x110000; code++) {
      const character = String.fromCodePoint(code)
      const storey = MARK.test(character) ? character : FORMAT.test(character) ? `\u0301${character}` : undefined
      if (storey === undefined) continue
      const name = `U+${code.toString(16)}`
      assert.isFalse(hasTower(`a${storey.repeat(8)}a`), name)
      assert.isTrue(hasTower(`a${storey.repeat(9)}`), name)
    }
  })

  it("is seen wherever it stands", () => {
    for (let before = 0; before < 30; before++) {
      assert.isTrue(hasTower("a".repeat(before) + "\u0301".repeat(9)))
      assert.isFalse(hasTower("a".repeat(before) + "\u0301".repeat(8) + "a\u0301"))
    }
  })
})
