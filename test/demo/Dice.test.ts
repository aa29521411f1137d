import { assert, describe, it } from "@effect/vitest"
import { Dice } from "../../src/demo/Dice.ts"

const draws = <A>(dice: Dice, count: number, draw: (dice: Dice) => A): ReadonlyArray<A> =>
  Array.from({ length: count }, () => draw(dice))

const share = (rolls: ReadonlyArray<number>, test: (roll: number) => boolean) =>
  rolls.filter(test).length / rolls.length

const rolls = (...seed: ReadonlyArray<number>) => draws(new Dice(...seed), 8, (dice) => dice.roll()).join(" ")

describe("Dice", () => {
  it("repeats itself for the same seed and for no other", () => {
    const seeds = [[1], [2], [-1], [1, 0], [0, 1], [1, 2], [2, 1], [2 ** 32 + 1], [2 ** 52 + 1]]
    assert.strictEqual(new Set(seeds.map((seed) => rolls(...seed))).size, seeds.length)
    for (const seed of seeds) assert.strictEqual(rolls(...seed), rolls(...seed))
  })

  it("rolls evenly from 0 to 1, also in the first roll of neighbouring seeds", () => {
    const first = Array.from({ length: 20_000 }, (_, seed) => new Dice(seed).roll())
    for (const rolls of [draws(new Dice(7), 20_000, (dice) => dice.roll()), first]) {
      for (let tenth = 0; tenth < 10; tenth++) {
        const part = share(rolls, (roll) => Math.floor(roll * 10) === tenth)
        assert.isTrue(Math.abs(part - 0.1) < 0.01, `${part} of the rolls are in tenth ${tenth}`)
      }
    }
  })

  it("draws log-normal values about their median", () => {
    const drawn = draws(new Dice(3), 20_000, (dice) => dice.logNormal(40, 1.3))
    assert.isTrue(Math.abs(share(drawn, (value) => value < 40) - 0.5) < 0.02)
    // one deviation to each side holds about two thirds
    const sigma = Math.exp(1.3)
    assert.isTrue(Math.abs(share(drawn, (value) => value > 40 / sigma && value < 40 * sigma) - 0.67) < 0.03)
    assert.isTrue(drawn.every((value) => value > 0 && value < 40 * Math.exp(1.3 * 3.5)))
  })

  it("picks by weight", () => {
    const picked = draws(new Dice(5), 10_000, (dice) => dice.weighted([1, 0, 3]))
    assert.isTrue(Math.abs(share(picked, (index) => index === 2) - 0.75) < 0.02)
    assert.strictEqual(
      share(picked, (index) => index === 1),
      0
    )
  })

  it("makes UUIDs of version 4, each once", () => {
    const ids = draws(new Dice(1), 10_000, (dice) => dice.uuid())
    for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    assert.strictEqual(new Set(ids).size, ids.length)
  })
})
