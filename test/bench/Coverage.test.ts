import { assert, describe, it } from "@effect/vitest"
import { Coverage, type Direction } from "./Coverage.ts"

const walked = (direction: Direction, from: number, to: number, ...pages: ReadonlyArray<ReadonlyArray<number>>) => {
  const coverage = new Coverage(direction, from, to)
  for (const page of pages) coverage.page(page)
  const { foreign, misplaced, missing, repeated } = coverage
  return { missing, repeated, misplaced, foreign }
}

const perfect = { missing: 0, repeated: 0, misplaced: 0, foreign: 0 }

describe("Coverage", () => {
  it("finds nothing wrong with pages that follow each other upwards", () => {
    assert.deepStrictEqual(walked("after", 3, 9, [3, 4, 5], [6, 7, 8], [9]), perfect)
  })

  it("finds nothing wrong with pages that follow each other downwards, oldest first in each", () => {
    assert.deepStrictEqual(walked("before", 1, 7, [5, 6, 7], [2, 3, 4], [1]), perfect)
  })

  it("does not mind an empty page at the end", () => {
    assert.deepStrictEqual(walked("before", 1, 2, [1, 2], []), perfect)
  })

  it("counts what a walk that ended early left out", () => {
    assert.deepStrictEqual(walked("after", 1, 6, [1, 2], [3]), { ...perfect, missing: 3 })
  })

  it("counts a message that is on two pages, and what it moves from its place", () => {
    assert.deepStrictEqual(walked("after", 1, 4, [1, 2], [2, 3], [4]), { ...perfect, repeated: 1, misplaced: 3 })
  })

  it("counts a message that is skipped between two pages", () => {
    assert.deepStrictEqual(walked("before", 1, 5, [4, 5], [1, 2]), { ...perfect, missing: 1, misplaced: 2 })
  })

  it("tells pages in the wrong order from lost ones", () => {
    assert.deepStrictEqual(walked("after", 1, 4, [3, 4], [1, 2]), { ...perfect, misplaced: 4 })
    assert.deepStrictEqual(walked("after", 1, 2, [2, 1]), { ...perfect, misplaced: 2 })
  })

  it("counts messages that are none of the room's", () => {
    assert.deepStrictEqual(walked("after", 2, 3, [1, 2, 3, 4]), { ...perfect, misplaced: 4, foreign: 2 })
  })
})
