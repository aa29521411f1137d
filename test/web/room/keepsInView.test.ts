import { assert, describe, it } from "@effect/vitest"
import { Virtualizer } from "@tanstack/react-virtual"
import { keepsInView, type List } from "../../../src/web/room/keepsInView.ts"

/** Rows of 40 pixels each of which 300 are in view; `measured` were drawn before. */
const listAt = (offset: number, measured: ReadonlyArray<number>): List => {
  const list: List = new Virtualizer<HTMLDivElement, HTMLLIElement>({
    count: 100,
    getScrollElement: () => null,
    estimateSize: () => 40,
    scrollToFn: () => {},
    observeElementRect: () => {},
    observeElementOffset: () => {},
    initialRect: { width: 300, height: 300 },
    initialOffset: offset
  })
  list.scrollOffset = offset
  list.scrollRect = { width: 300, height: 300 }
  list.calculateRange()
  for (const index of measured) list.itemSizeCache.set(index, 40)
  return list
}

const keeps = (list: List, index: number) => {
  const item = list.measurementsCache[index]
  return item !== undefined && keepsInView(item, 10, list)
}

describe("a row that is higher than it was taken to be moves what is in view along", () => {
  it("where it is above", () => {
    assert.isTrue(keeps(listAt(1000, []), 10))
    assert.isTrue(keeps(listAt(1000, [10]), 10))
  })
  it("where it comes into view above one that was there", () => {
    assert.isTrue(keeps(listAt(1000, [28]), 26))
  })
  it("where it reaches above the view and grows at its end", () => {
    assert.isTrue(keeps(listAt(1010, [25]), 25))
  })
})

describe("a row that is higher than it was taken to be moves nothing that is above it", () => {
  it("where it comes into view below what was there", () => {
    assert.isFalse(keeps(listAt(1000, [25, 26]), 28))
  })
  it("where what was drawn before is not in view", () => {
    assert.isFalse(keeps(listAt(1000, [60]), 26))
  })
  it("where it was there and grows", () => {
    assert.isFalse(keeps(listAt(1000, [26, 27]), 26))
  })
})
