/** How many requests an address may make, by a clock in the test's hand. */
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { RequestLimits, type RequestLimitsOptions } from "../../src/http/RequestLimits.ts"
import "../domain/seed.ts"

const limits = (options: Partial<RequestLimitsOptions> = {}) =>
  new RequestLimits({ requestsPerSecond: 50, requestBurst: 200, limitLoopback: false, ...options })

/** How many requests an address is granted before it is told to wait. */
const granted = (door: RequestLimits, address: string, now: number): number => {
  let count = 0
  while (count < 1000 && door.ask(address, now) === 0) count++
  return count
}

describe("requests of an address", () => {
  it("are taken in a burst and then so many a second", () => {
    const door = limits()
    assert.strictEqual(granted(door, "192.0.2.7", 0), 200)
    assert.strictEqual(door.ask("192.0.2.7", 0), 20)
    assert.strictEqual(granted(door, "192.0.2.7", 1000), 50)
    assert.strictEqual(granted(door, "192.0.2.8", 1000), 200)
  })

  it("are those of a whole /64 of IPv6", () => {
    const door = limits()
    assert.strictEqual(granted(door, "2001:db8:1:2::1", 0), 200)
    assert.strictEqual(granted(door, "2001:db8:1:2:ffff::9", 0), 0)
    assert.strictEqual(granted(door, "2001:db8:1:3::1", 0), 200)
  })

  it("have no limit where it is 0, and on this machine unless told otherwise", () => {
    assert.strictEqual(granted(limits({ requestsPerSecond: 0 }), "192.0.2.7", 0), 1000)
    assert.strictEqual(granted(limits(), "127.0.0.1", 0), 1000)
    assert.strictEqual(granted(limits({ limitLoopback: true }), "::ffff:127.0.0.1", 0), 200)
  })

  // T43
  it("with a wrong token or key count as ten, also beyond what is left", () => {
    const door = limits({ requestsPerSecond: 10, requestBurst: 20 })
    for (let i = 0; i < 2; i++) {
      assert.strictEqual(door.ask("192.0.2.7", 0), 0)
      door.failed("192.0.2.7", 0)
    }
    // one is left, and nine are owed
    assert.strictEqual(door.ask("192.0.2.7", 0), 100)
    const other = limits({ requestsPerSecond: 10, requestBurst: 20 })
    assert.strictEqual(granted(other, "192.0.2.7", 0), 20)
    other.failed("192.0.2.7", 0)
    const wait = other.ask("192.0.2.7", 0)
    assert.strictEqual(wait, 1000)
    assert.isAbove(other.ask("192.0.2.7", wait - 1), 0)
    assert.strictEqual(other.ask("192.0.2.7", wait), 0)
  })

  it("that guess without end come through at a tenth of the rate", () => {
    const door = limits()
    let guesses = 0
    for (let now = 0; now < 60_000; now++) {
      if (door.ask("192.0.2.7", now) > 0) continue
      guesses++
      door.failed("192.0.2.7", now)
    }
    assert.isAtMost(guesses, 20 + 5 * 60 + 1)
    assert.isAtLeast(guesses, 5 * 60)
  })

  const Rate = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 500 }))
  const Step = Schema.Struct({
    ms: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 400 })),
    wrong: Schema.Boolean
  })
  it.prop(
    "are granted once the wait is over that they were told",
    { rate: Rate, burst: Rate, steps: Schema.Array(Step) },
    ({ burst, rate, steps }) => {
      const door = limits({ requestsPerSecond: rate, requestBurst: burst })
      let now = 0
      for (const { ms, wrong } of steps) {
        now += ms
        let wait = door.ask("192.0.2.7", now)
        if (wait > 0) {
          now += wait
          wait = door.ask("192.0.2.7", now)
        }
        assert.strictEqual(wait, 0)
        if (wrong) door.failed("192.0.2.7", now)
      }
    }
  )

  it("are forgotten once nothing follows from them, and never remembered of too many addresses", () => {
    const door = limits({ requestsPerSecond: 10, requestBurst: 20 })
    assert.strictEqual(granted(door, "192.0.2.7", 0), 20)
    door.failed("192.0.2.7", 0)
    door.sweep(2000)
    assert.strictEqual(door.size, 1)
    assert.strictEqual(granted(door, "192.0.2.7", 2000), 11)
    door.sweep(4000)
    assert.strictEqual(door.size, 0)
    for (let i = 0; i < 70_000; i++) door.ask(`2001:db8:${(i >> 12).toString(16)}:${(i & 4095).toString(16)}::1`, 0)
    assert.strictEqual(door.size, 65_536)
  })
})
