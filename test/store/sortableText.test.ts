import { assert, describe, it } from "@effect/vitest"
import { fromSortable, toSortable } from "../../src/store/sortableText.ts"
import { anyText } from "../domain/texts.ts"
import "../domain/seed.ts"

describe("sortable text", () => {
  it.prop(
    "compares by byte as the text does by code unit, and becomes it again",
    { a: anyText, b: anyText },
    ({ a, b }) => {
      const [x, y] = [toSortable(a), toSortable(b)]
      assert.strictEqual(Buffer.from(x).toString(), x, "no half of a character is lost in UTF-8")
      assert.strictEqual(Math.sign(Buffer.compare(Buffer.from(x), Buffer.from(y))), a < b ? -1 : a > b ? 1 : 0)
      assert.strictEqual(fromSortable(x), a)
    }
  )

  it("is the text itself where there is nothing to move", () => {
    assert.strictEqual(toSortable("alice#é語"), "alice#é語")
    assert.notStrictEqual(toSortable("😀"), "😀")
  })
})
