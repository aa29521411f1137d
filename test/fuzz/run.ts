/** Besieges a server of its own with hostile input drawn from a seed: `node test/fuzz/run.ts --seconds 30 --seed 7`. */
import { parseArgs } from "node:util"
import { modes } from "./House.ts"
import { besiege } from "./siege.ts"

const HELP = `node test/fuzz/run.ts [options]

  --seconds N      how long to attack, in all (30)
  --minutes N      the same in minutes
  --seed N         where the attacks come from; the same seed is the same attacks (by the clock)
  --mode MODE      ${modes.join(" or ")}; without it, half the time each
  --case N         only the attack with this number, as a finding names it
  --help           this text

Exit code 1 where something was found, with the command that repeats it.
`

const { values } = parseArgs({
  options: {
    seconds: { type: "string" },
    minutes: { type: "string" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    mode: { type: "string" },
    case: { type: "string" },
    help: { type: "boolean", default: false }
  }
})

const say = (line: string): void => void process.stdout.write(`${line}\n`)

// servers are in process groups of their own: they end with this process only if it ends in order
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1))

const leave = (why: string): never => {
  say(why)
  process.exit(1)
}

const whole = (name: string, text: string | undefined): number | undefined => {
  if (text === undefined) return undefined
  if (/^\d{1,10}$/.test(text)) return Number(text)
  return leave(`--${name} must be a whole number, and is ${JSON.stringify(text)}`)
}

if (values.help) {
  say(HELP)
  process.exit(0)
}
const seed = whole("seed", values.seed) ?? 0
const minutes = whole("minutes", values.minutes)
const seconds = minutes === undefined ? (whole("seconds", values.seconds) ?? 30) : minutes * 60
const only = whole("case", values.case)
const chosen = modes.filter((mode) => values.mode === undefined || mode === values.mode)
if (chosen.length === 0) leave(`there is no mode ${values.mode}; there are ${modes.join(", ")}`)

say(`seed ${seed}`)
let found = 0
for (const mode of chosen) {
  const share = seconds / chosen.length
  const siege = only === undefined ? { mode, seed, seconds: share } : { mode, seed, seconds: share, only }
  try {
    const { after, attack, before, counts, findings, peace, stretch, war } = await besiege(siege)
    if (attack !== undefined) say(attack)
    found += findings.length
    for (const finding of findings) say(`FOUND   ${mode}: ${finding}`)
    const machine = stretch.toFixed(1)
    const held = [before, after].map(({ descriptors, heldMb, residentMb }) =>
      [`${descriptors} descriptors`, `${heldMb.toFixed(1)} MB held`, `${residentMb.toFixed(0)} MB resident`].join(", ")
    )
    say(`${mode}: ${[...counts].map(([kind, count]) => `${count} ${kind}`).join(", ")}`)
    say(
      `${mode}: p99 ${peace.p99.toFixed(1)} ms in peace, ${war.p99.toFixed(1)} ms under attack on a machine busy by ${machine}; ${held.join(" -> ")}`
    )
  } catch (error) {
    found++
    say(`FOUND   ${mode}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  }
}
say(found === 0 ? "nothing found" : `${found} found; seed ${seed}`)
process.exit(found === 0 ? 0 : 1)
