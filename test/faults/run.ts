/** Plays scenarios from a seed until the time is over: `node test/faults/run.ts --seed 7 --minutes 10 [--scenario killed]`. */
import { parseArgs } from "node:util"
import { Dice } from "../support/Dice.ts"
import { scenarios } from "./scenarios/all.ts"
import { play, replay } from "./scenarios/Scenario.ts"
import { Unplayable } from "./Stage.ts"

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    minutes: { type: "string", default: "5" },
    scenario: { type: "string" }
  }
})

// servers are in process groups of their own: they end with this process only if it ends in order
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1))

const say = (line: string): void => void process.stdout.write(`${line}\n`)

const chosen = scenarios.filter(({ name }) => values.scenario === undefined || name === values.scenario)
if (chosen.length === 0) {
  say(`no scenario is called ${values.scenario}; there are ${scenarios.map(({ name }) => name).join(", ")}`)
  process.exit(1)
}

const first = Number(values.seed)
const until = performance.now() + Number(values.minutes) * 60_000
const dice = new Dice(first)
let played = 0
let failed = 0
/** Those that are still to be played before any is played again. */
let left = [...chosen]
say(`seed ${first}`)
do {
  if (left.length === 0) left = [...chosen]
  const [scenario] = left.splice(dice.below(left.length), 1)
  if (scenario === undefined) break
  const seed = first + played++
  const since = performance.now()
  const told = () => `${scenario.name} seed=${seed} ${Math.round(performance.now() - since)} ms`
  try {
    const figures = await play(scenario, seed)
    const text = Object.entries(figures).map(([name, value]) => `${name}=${value}`)
    say(`ok      ${told()} ${text.join(" ")}`)
  } catch (error) {
    if (error instanceof Unplayable) say(`skipped ${told()} ${error.message}`)
    else {
      failed++
      say(`FAILED  ${told()}\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
      say(`again: ${replay(scenario.name, seed)}`)
    }
  }
} while (performance.now() < until)
say(`${played} played, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
