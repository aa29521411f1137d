import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { joined, Past } from "../../src/hub/Past.ts"

const past = Effect.fnUntraced(function* (from: number, messages: ReadonlyArray<string>) {
  let freed = 0
  const made = new Past(yield* joined({ from, messages }), () => freed++)
  return { past: made, freed: () => freed }
})

const share = (made: Past, from: number) => Buffer.concat(made.after(from).parts).toString()

describe("a past", () => {
  it.effect("is cut from any position to its end, whatever the characters", () =>
    Effect.gen(function* () {
      const { past: made } = yield* past(10, ['"a"', '"é€𝄞"', '"c"'])
      assert.deepStrictEqual(
        [9, 10, 11, 12, 13].map((from) => made.reaches(from)),
        [false, true, true, true, false]
      )
      assert.deepStrictEqual(
        [10, 11, 12].map((from) => share(made, from)),
        ['"a","é€𝄞","c"', '"é€𝄞","c"', '"c"']
      )
      assert.strictEqual(made.after(10).to, 13)
    })
  )

  it.effect("has what messages have become since they were read, wherever it is cut", () =>
    Effect.gen(function* () {
      const texts = ['"a"', '"b"', '"é€𝄞"', '"d"', '"e"']
      for (let which = 0; which < 2 ** texts.length; which++) {
        const { past: made } = yield* past(10, texts)
        const now = texts.map((text, i) => ((which >> i) & 1 ? `"new ${i} é"` : text))
        for (const [i, text] of now.entries()) if (text !== texts[i]) made.replace(11 + i, text)
        made.replace(10, '"before"')
        made.replace(16, '"behind"')
        for (let from = 10; from < 15; from++) assert.strictEqual(share(made, from), now.slice(from - 10).join(","))
      }
    })
  )

  it.effect("reaches nowhere when there is nothing in it", () =>
    Effect.gen(function* () {
      const { freed, past: made } = yield* past(10, [])
      assert.isFalse(made.reaches(10))
      made.close()
      assert.strictEqual(freed(), 1)
    })
  )

  it.effect("is freed once, when it is closed and everyone has taken a share", () =>
    Effect.gen(function* () {
      const { freed, past: made } = yield* past(0, ["1", "2"])
      const [one, other] = [made.after(0), made.after(1)]
      one.taken()
      one.taken()
      made.close()
      assert.strictEqual(freed(), 0)
      other.taken()
      assert.strictEqual(freed(), 1)
      other.taken()
      assert.strictEqual(freed(), 1)
    })
  )

  it.effect("is put together in parts, between which others have their turn", () =>
    Effect.gen(function* () {
      let turns = 0
      const other = yield* Effect.sync(() => turns++).pipe(
        Effect.andThen(Effect.yieldNow),
        Effect.forever({ disableYield: true }),
        Effect.forkChild
      )
      const json = JSON.stringify("x".repeat(1000))
      const { past: made } = yield* past(0, new Array<string>(8000).fill(json))
      yield* Fiber.interrupt(other)
      assert.strictEqual(share(made, 7999), json)
      assert.isAbove(turns, 30)
    })
  )
})
