import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { sift } from "../../src/store/sift.ts"

const messages = (content: string, count: number) =>
  Array.from({ length: count }, (_, i) => ({ i, json: JSON.stringify({ type: "chat", content: `${content} ${i}` }) }))

describe("looking at messages for what is sought", () => {
  it.effect("finds those that have it, in order", () =>
    Effect.gen(function* () {
      const found = yield* sift(["heron", "1"], messages("a heron", 20))
      assert.deepStrictEqual(
        found.map(({ i }) => i),
        [1, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]
      )
    })
  )

  it.live("lets others have their turn, however much there is to look at", () =>
    Effect.gen(function* () {
      let turns = 0
      let over = false
      const turn = () => {
        turns++
        if (!over) setImmediate(turn)
      }
      setImmediate(turn)
      // the words of each are four thousand characters
      yield* sift(["heron"], messages("ﷺ".repeat(990), 400))
      over = true
      assert.isAbove(turns, 5)
    })
  )
})
