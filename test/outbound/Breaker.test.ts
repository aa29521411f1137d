import { assert, describe, it } from "@effect/vitest"
import { Breaker, OPEN_MS, OPENS_AFTER } from "../../src/outbound/Breaker.ts"

const opened = (now = 0) => {
  const breaker = new Breaker()
  for (let i = 0; i < OPENS_AFTER; i++) breaker.failed("call", now)
  return breaker
}

describe("Breaker", () => {
  it("lets everyone call until so many in a row have failed", () => {
    const breaker = new Breaker()
    for (let round = 0; round < 3; round++) {
      for (let i = 1; i < OPENS_AFTER; i++) breaker.failed("call", 0)
      assert.strictEqual(breaker.ask(0), "call")
      breaker.succeeded("call")
    }
    for (let i = 0; i < OPENS_AFTER; i++) breaker.failed("call", 0)
    assert.isTrue(breaker.open)
    assert.isUndefined(breaker.ask(0))
  })

  it("lets one find out once its time is over, and everyone when that one was answered", () => {
    const breaker = opened()
    assert.isUndefined(breaker.ask(OPEN_MS.first - 1))
    assert.strictEqual(breaker.ask(OPEN_MS.first), "probe")
    assert.isUndefined(breaker.ask(OPEN_MS.first))
    assert.isTrue(breaker.open)
    breaker.succeeded("probe")
    assert.isFalse(breaker.open)
    assert.strictEqual(breaker.ask(OPEN_MS.first), "call")
    assert.strictEqual(breaker.ask(OPEN_MS.first), "call")
  })

  it("stays open twice as long after each failed probe, up to a limit, and starts afresh afterwards", () => {
    const breaker = opened()
    let now: number = OPEN_MS.first
    for (const openMs of [2000, 4000, 8000, 16_000, 30_000, 30_000]) {
      assert.strictEqual(breaker.ask(now), "probe")
      breaker.failed("probe", now)
      assert.isUndefined(breaker.ask(now + openMs - 1))
      now += openMs
    }
    assert.strictEqual(breaker.ask(now), "probe")
    breaker.succeeded("probe")
    for (let i = 0; i < OPENS_AFTER; i++) breaker.failed("call", now)
    assert.isUndefined(breaker.ask(now + OPEN_MS.first - 1))
    assert.strictEqual(breaker.ask(now + OPEN_MS.first), "probe")
  })

  it("lets another find out when the first left without knowing", () => {
    const breaker = opened()
    assert.strictEqual(breaker.ask(OPEN_MS.first), "probe")
    breaker.left("probe")
    assert.strictEqual(breaker.ask(OPEN_MS.first), "probe")
  })

  it("listens to nobody but the probe while it is open", () => {
    const breaker = opened()
    breaker.succeeded("call")
    breaker.failed("call", OPEN_MS.first - 1)
    breaker.left("call")
    assert.isTrue(breaker.open)
    assert.strictEqual(breaker.ask(OPEN_MS.first), "probe")
    breaker.left("call")
    assert.isUndefined(breaker.ask(OPEN_MS.first))
  })
})
