import { assert, describe, it } from "@effect/vitest"
import { Agenda } from "../../src/demo/Agenda.ts"
import { Dice } from "../../src/demo/Dice.ts"

describe("Agenda", () => {
  it("gives what is earliest first, and what is due at once in the order it came", () => {
    const agenda = new Agenda<number>()
    const dice = new Dice(1)
    const entries = Array.from({ length: 500 }, (_, item) => ({ at: dice.below(40), item }))
    for (const { at, item } of entries) agenda.put(at, item)
    const taken: Array<{ at: number; item: number }> = []
    for (let next = agenda.take(100); next !== undefined; next = agenda.take(100)) {
      taken.push({ at: next.at, item: next.item })
    }
    assert.deepStrictEqual(
      taken,
      entries.toSorted((one, other) => one.at - other.at)
    )
  })

  it("keeps what is not due yet", () => {
    const agenda = new Agenda<string>()
    agenda.put(20, "later")
    agenda.put(10, "sooner")
    assert.strictEqual(agenda.take(20)?.item, "sooner")
    assert.isUndefined(agenda.take(20))
    assert.strictEqual(agenda.take(21)?.item, "later")
    assert.isUndefined(agenda.take(21))
  })
})
