/** Scenarios as tests, from a seed that is always the same; `run.ts` plays them from others. */
import { describe, it } from "@effect/vitest"
import { play, type Scenario } from "./scenarios/Scenario.ts"
import { Unplayable } from "./Stage.ts"

const SEED = 20_261_125
/** Milliseconds a scenario may take on a machine with other things to do. */
const LIMIT_MS = 120_000

export const plays = (what: string, scenarios: ReadonlyArray<Scenario>): void => {
  describe(what, () => {
    for (const scenario of scenarios) {
      it(scenario.holds, { timeout: LIMIT_MS }, async (context) => {
        try {
          await play(scenario, SEED)
        } catch (error) {
          if (!(error instanceof Unplayable)) throw error
          process.stdout.write(`${scenario.name}: ${error.message}\n`)
          context.skip(error.message)
        }
      })
    }
  })
}
