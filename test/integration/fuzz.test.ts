/** Half a minute of hostile input of every kind, from a seed that is always the same; `test/fuzz/run.ts` goes on from others. */
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { decodeClientFrame } from "../../src/domain/ClientFrame.ts"
import type { Target } from "../fuzz/Attack.ts"
import { modes } from "../fuzz/House.ts"
import { sample, sampleTypes } from "../fuzz/sample.ts"
import { besiege } from "../fuzz/siege.ts"
import { Dice } from "../support/Dice.ts"

const SEED = 20_261_126
const SECONDS = 15
/** Attacks that half of the time is enough for, also on a machine with other things to do. */
const ENOUGH = 300

describe("hostile input of every kind", () => {
  it.each(modes)(
    "is answered by the rules while neighbours chat on, and leaves nothing behind: %s",
    { timeout: 240_000 },
    async (mode) => {
      const { counts, findings } = await besiege({ mode, seed: SEED, seconds: SECONDS })
      assert.deepStrictEqual(findings, [])
      assert.sameMembers([...counts.keys()], ["text", "frames", "handshake", "http"])
      assert.isAbove(
        [...counts.values()].reduce((sum, count) => sum + count, 0),
        ENOUGH
      )
    }
  )

  it.each(sampleTypes)("begins with good frames, of type %s as well", (type) => {
    const target: Target = {
      port: 0,
      token: undefined,
      routes: [],
      rooms: ["lobby", "x".repeat(64)],
      users: ["ann", "李雷"]
    }
    for (let seed = 0; seed < 200; seed++) {
      const text = JSON.stringify(sample(type, new Dice(seed), target))
      const decoded = decodeClientFrame(text, "hubbub.v1")
      if (Result.isFailure(decoded)) assert.fail(`${text}: ${decoded.failure.error.message}`)
    }
  })
})
