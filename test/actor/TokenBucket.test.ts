import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { TokenBucket } from "../../src/actor/TokenBucket.ts"
import "../domain/seed.ts"

const Rate = Schema.Literals([0.1, 0.5, 1, 100 / 60, 3, 5, 7, 10, 333, 1000])
const Burst = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 20 }))
/** Milliseconds with a fraction, as a monotonic clock gives them. */
const Millis = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 100_000 }))
const Steps = Schema.Array(Millis)

/** Takes until refused: how many were granted, and the wait that was named. */
const exhaust = (bucket: TokenBucket, now: number) => {
  for (let granted = 0; ; granted++) {
    const wait = bucket.take(now)
    if (wait > 0) return { granted, wait }
  }
}

describe("TokenBucket", () => {
  it("grants a burst at once and then one for each interval", () => {
    const bucket = new TokenBucket(5, 10, 0)
    assert.deepStrictEqual(exhaust(bucket, 0), { granted: 10, wait: 200 })
    assert.deepStrictEqual(exhaust(bucket, 199), { granted: 0, wait: 1 })
    assert.deepStrictEqual(exhaust(bucket, 200), { granted: 1, wait: 200 })
    assert.deepStrictEqual(exhaust(bucket, 1200), { granted: 5, wait: 200 })
  })

  it("saves up no more than a burst", () => {
    const bucket = new TokenBucket(5, 10, 0)
    exhaust(bucket, 0)
    assert.strictEqual(exhaust(bucket, 3_600_000).granted, 10)
  })

  it("charges nothing for a refusal", () => {
    const bucket = new TokenBucket(1, 1, 0)
    exhaust(bucket, 0)
    for (let now = 1; now < 1000; now++) assert.strictEqual(bucket.take(now), 1000 - now)
    assert.strictEqual(bucket.take(1000), 0)
  })

  it("grants without end at rate 0, and is always full", () => {
    const bucket = new TokenBucket(0, 1, 0)
    for (let i = 0; i < 1000; i++) assert.strictEqual(bucket.take(0), 0)
    assert.isTrue(bucket.full(0))
  })

  it("is full again once the burst has been regained, and not before", () => {
    const bucket = new TokenBucket(5, 10, 0)
    assert.isTrue(bucket.full(0))
    exhaust(bucket, 0)
    assert.isFalse(bucket.full(1999))
    assert.isTrue(bucket.full(2000))
  })

  it.prop(
    "names a wait that is enough, and the shortest whole one",
    { rate: Rate, burst: Burst, start: Millis, steps: Steps },
    ({ burst, rate, start, steps }) => {
      const [early, late] = [new TokenBucket(rate, burst, start), new TokenBucket(rate, burst, start)]
      let now = start
      for (const step of steps) {
        now += step
        const { wait } = exhaust(early, now)
        exhaust(late, now)
        if (wait > 1) assert.isAbove(early.take(now + wait - 1), 0)
        assert.strictEqual(late.take(now + wait), 0)
        // both are at the same place again
        assert.strictEqual(early.take(now + wait), 0)
        now += wait
      }
    }
  )

  it.prop(
    "never grants more than the burst and the rate over the time that passed",
    { rate: Rate, burst: Burst, steps: Steps },
    ({ burst, rate, steps }) => {
      const bucket = new TokenBucket(rate, burst, 0)
      let now = 0
      let granted = 0
      for (const step of steps) {
        now += step
        granted += exhaust(bucket, now).granted
      }
      granted += exhaust(bucket, now).granted
      assert.isAtMost(granted, burst + (now / 1000) * rate + 1e-6)
    }
  )

  it.prop(
    "grants no more when its clock jumps about than the furthest it went allows",
    { rate: Rate, burst: Burst, times: Steps },
    ({ burst, rate, times }) => {
      const bucket = new TokenBucket(rate, burst, 50_000)
      let granted = exhaust(bucket, 50_000).granted
      let furthest = 50_000
      for (const now of times) {
        furthest = Math.max(furthest, now)
        granted += exhaust(bucket, now).granted
      }
      assert.isAtMost(granted, burst + ((furthest - 50_000) / 1000) * rate + 1e-6)
    }
  )

  it("grants nothing for going back and forth", () => {
    const bucket = new TokenBucket(5, 10, 1000)
    exhaust(bucket, 1000)
    assert.strictEqual(exhaust(bucket, 0).granted, 0)
    assert.strictEqual(exhaust(bucket, 1000).granted, 0)
  })
})
