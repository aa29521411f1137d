/** A house besieged for a while, and everything that was found to be wrong: by attackers, by neighbours, in what the server holds and says. */
import { Assault } from "./Assault.ts"
import { shown } from "./Attack.ts"
import { Contention } from "./Contention.ts"
import { type Delays, type Holding, House, type Mode } from "./House.ts"

export interface Siege {
  readonly mode: Mode
  readonly seed: number
  readonly seconds: number
  /** The number of the only attack there is to be; without it they go on until the time is over. */
  readonly only?: number
}

export interface Outcome {
  /** How many attacks of each kind there were. */
  readonly counts: ReadonlyMap<string, number>
  /** What was wrong, with the attack that showed it where one did. */
  readonly findings: ReadonlyArray<string>
  /** What the only attack was, where there was one. */
  readonly attack: string | undefined
  readonly peace: Delays
  readonly war: Delays
  readonly before: Holding
  readonly after: Holding
  /** How many times as long everything took as on a machine without other work. */
  readonly stretch: number
}

/** Attacks before what the server holds is looked at for the first time: what is made once is made by then. */
const WARM_UP = 400
const QUIET_MS = 2000
const SETTLE_MS = 15_000
/** How much slower neighbours may be answered than in peace, and the milliseconds that are always allowed, on a machine without other work. */
const SLOWER = 3
const ALLOWED_MS: Delays = { median: 100, p99: 500 }
/** What the server may hold beyond what it held, besides the twentieth part of it. */
const MORE: Holding = { descriptors: 3, heldMb: 6, residentMb: 120 }

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

const slower = (peace: Delays, war: Delays, stretch: number): ReadonlyArray<string> =>
  (["median", "p99"] as const).flatMap((name) => {
    // who waits for a processor is not held up by the server
    const allowed = Math.max(SLOWER * peace[name], ALLOWED_MS[name]) * stretch
    if (war[name] <= allowed) return []
    const [now, then, may] = [war[name], peace[name], allowed].map((ms) => ms.toFixed(1))
    return [`C9: neighbours were answered in ${now} ms (${name}), ${then} ms in peace; ${may} ms are allowed`]
  })

const most = (before: Holding): Holding => ({
  descriptors: before.descriptors + MORE.descriptors,
  heldMb: before.heldMb * 1.05 + MORE.heldMb,
  residentMb: before.residentMb * 1.05 + MORE.residentMb
})

const excess = (before: Holding, after: Holding): ReadonlyArray<string> => {
  const limits = most(before)
  return (["descriptors", "heldMb", "residentMb"] as const).flatMap((name) => {
    if (after[name] <= limits[name]) return []
    const [was, is, may] = [before, after, limits].map((holding) => holding[name].toFixed(1))
    return [`C8: ${name} were ${was} and are ${is}, at most ${may}`]
  })
}

/** What is held once it is no more than it may be, or once that has taken too long. */
const settled = async (house: House, before: Holding): Promise<Holding> => {
  const deadline = performance.now() + SETTLE_MS
  while (true) {
    const holding = await house.holding()
    if (excess(before, holding).length === 0 || performance.now() > deadline) return holding
    await pause(250)
  }
}

const besieged = async (house: House, assault: Assault, { only, seconds }: Siege): Promise<Outcome> => {
  for (const neighbour of house.neighbours) neighbour.talk()
  await pause(QUIET_MS)
  const peace = house.takeDelays()
  if (only === undefined) await assault.storm(() => assault.next >= WARM_UP)
  await pause(500)
  const before = await house.holding()
  house.takeDelays()

  const contention = new Contention([house.server.pid, process.pid])
  const until = performance.now() + seconds * 1000
  if (only === undefined) await assault.storm(() => performance.now() > until)
  const attack = only === undefined ? undefined : await assault.single(only)
  const war = house.takeDelays()
  const { stretch } = contention

  await Promise.all(house.neighbours.map((neighbour) => neighbour.hush()))
  const after = await settled(house, before)
  // one attack is too short for figures
  const late = only === undefined ? slower(peace, war, stretch) : []
  const findings = [...late, ...excess(before, after), ...(await house.confessions())]
  const code = await house.close()
  if (code !== 0) findings.push(`the server stopped with ${code}: ${shown(house.server.said.slice(-2000))}`)
  return { counts: assault.counts, findings, attack, peace, war, before, after, stretch }
}

export const besiege = async (siege: Siege): Promise<Outcome> => {
  const house = await House.open(siege.mode)
  const assault = new Assault(house, siege.mode, siege.seed)
  /** What was found besides what is found at the end. */
  const found = () => [
    ...assault.findings,
    ...house.complaints.map((complaint) => `neighbour ${complaint}`),
    ...assault.suspected
  ]
  try {
    const outcome = await besieged(house, assault, siege)
    return { ...outcome, findings: [...found(), ...outcome.findings] }
  } catch (error) {
    const said = house.server.said.slice(-4000)
    throw new Error(`the siege broke off: ${String(error)}\n${found().join("\n")}\n${said}`, { cause: error })
  } finally {
    await house.server.stop("SIGKILL").catch(() => {})
  }
}
