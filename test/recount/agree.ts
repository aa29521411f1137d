/** Whether an answer over HTTP says what the recount says, as exactly as `src/analytics/README.md` promises. */
import { fail } from "node:assert"

/** What every answer is wrapped in; the recount has none of it. `unit` is a word for the reader. */
const ENVELOPE = new Set(["definitions", "computedAt", "tz", "from", "to", "unit"])

/** Percentiles come from histograms. */
const PERCENTILE = /^(p\d\d|\w+P\d\d)(Ms|Seconds)$/
const PERCENTILE_OFF = 0.01
/** But for these, which are told from every session. */
const EXACT_PERCENTILES = new Set(["durationP50Seconds", "durationP90Seconds", "sessionP50Seconds"])

const DISTINCT = new Set([
  "engagedUsers",
  "communicators",
  "senders",
  "visitors",
  "lurkers",
  "dau",
  "wau",
  "mau",
  "meanDau"
])
/** Users up to which distinct ones are counted exactly; and how far an estimate may be off: four standard errors. */
const EXACT_USERS = 1024
const DISTINCT_OFF = 4 * 0.0081

/** Fields of a series, which are of the figure that the series is about. */
const OF_THE_SAME = new Set(["total", "points", "value", "previous"])

/** Of sums and quotients of the same numbers in another order. */
const ROUNDING = 1e-9

/** What is looked at, and what was counted around it. */
interface Place {
  /** What the number is: the name of its field, or the figure of a series. */
  readonly name: string
  readonly path: string
  /** The largest number of distinct users that a ratio is made of. */
  readonly crowd: number
}

const differ = (path: string, answer: unknown, recount: unknown): never =>
  fail(`${path}: the answer is ${JSON.stringify(answer)}, the recount ${JSON.stringify(recount)}`)

/** By how much an answer may differ from a counted number. */
const slack = (recount: number, { crowd, name }: Place): number => {
  if (PERCENTILE.test(name) && !EXACT_PERCENTILES.has(name)) return PERCENTILE_OFF * recount
  // lurkers are the difference of two estimates that may each be larger than they are
  if (name === "lurkers" && crowd > EXACT_USERS) return 2 * DISTINCT_OFF * crowd
  if (DISTINCT.has(name) && recount > EXACT_USERS) return DISTINCT_OFF * recount
  // where there are more than are counted exactly, ratios of two estimates lie between 0 and 1
  if ((name === "lurkerRatio" || name === "stickiness") && crowd > EXACT_USERS) return 2 * DISTINCT_OFF
  return Number.isInteger(recount) ? 0 : ROUNDING * Math.abs(recount)
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const crowdOf = (recount: Readonly<Record<string, unknown>>): number =>
  ["visitors", "communicators", "mau"].reduce((largest, name) => {
    const count = recount[name]
    return typeof count === "number" ? Math.max(largest, count) : largest
  }, 0)

const compare = (answer: unknown, recount: unknown, place: Place): void => {
  const { path } = place
  if (typeof recount === "number" && typeof answer === "number") {
    if (!(Math.abs(answer - recount) <= slack(recount, place))) differ(path, answer, recount)
  } else if (Array.isArray(recount) && Array.isArray(answer)) {
    const both = Math.min(answer.length, recount.length)
    for (let i = 0; i < both; i++) compare(answer[i], recount[i], { ...place, path: `${path}[${i}]` })
    if (answer.length !== recount.length) differ(`${path}.length`, answer.length, recount.length)
  } else if (isRecord(recount) && isRecord(answer)) compareFields(answer, recount, place)
  else if (answer !== recount) differ(path, answer, recount)
}

const compareFields = (
  answer: Readonly<Record<string, unknown>>,
  recount: Readonly<Record<string, unknown>>,
  { crowd, name, path }: Place
): void => {
  const within = Math.max(crowd, crowdOf(recount))
  for (const field of new Set([...Object.keys(recount), ...Object.keys(answer)])) {
    compare(answer[field], recount[field], {
      name: OF_THE_SAME.has(field) ? name : field,
      path: `${path}.${field}`,
      crowd: within
    })
  }
}

/**
 * Throws an `AssertionError` that says where they differ first, in the order of the recount's fields. `answer`: the JSON of a route;
 * `recount`: of the same window; `path`: what to call it. Numbers have to be the same, but for percentiles (1 % off at most) and for more
 * than 1,024 distinct users (four standard errors of their estimate). `crowd`: the largest number of distinct users behind a ratio where
 * the answer does not say it itself, as a series of `lurkerRatio` does not.
 */
export const expectAgreement = (answer: unknown, recount: object, path: string, crowd = 0): void => {
  if (!isRecord(answer) || !isRecord(recount)) return differ(path, answer, recount)
  const told = Object.fromEntries(Object.entries(answer).filter(([field]) => !ENVELOPE.has(field)))
  const { metric } = recount
  compare(told, recount, { name: typeof metric === "string" ? metric : "", path, crowd })
}
