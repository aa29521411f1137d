/** What the query of a request says about the figures it wants, and why it is refused: which parameter, what was given, what is allowed. */
import { Result, Schema } from "effect"
import type { Kept } from "../analytics/Figures.ts"
import type { RoomSort } from "../analytics/figures/rankings.ts"
import type { PeriodUnit } from "../analytics/figures/Calendar.ts"
import type { SeriesAsked } from "../analytics/figures/series.ts"
import type { Window } from "../analytics/figures/Window.ts"
import { isMetric, metrics } from "../analytics/metrics.ts"
import { type BucketSize, Zone } from "../domain/Zone.ts"
import { PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX } from "../domain/PageSize.ts"
import { isPrivateRoom, ROOM_RULE, RoomId } from "../domain/RoomId.ts"
import { BadQuery, type Params } from "./PageQuery.ts"

export const BUCKETS = ["1m", "15m", "1h", "1d"] as const satisfies ReadonlyArray<BucketSize>
export const UNITS = ["day", "week"] as const satisfies ReadonlyArray<PeriodUnit>
export const SORTS = ["messages", "senders", "joins"] as const satisfies ReadonlyArray<RoomSort>
export const FORMATS = ["csv", "ndjson"] as const
/** By the last parts of their routes. */
export const REPORTS = [
  "timeseries",
  "summary",
  "engagement",
  "growth",
  "retention",
  "funnel",
  "sessions",
  "heatmap",
  "patterns",
  "response-time",
  "latency",
  "quality",
  "moderation",
  "rooms",
  "users"
] as const

const MINUTE = 60_000
const QUARTER = 15 * MINUTE
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const BUCKET_MS = { "1m": MINUTE, "15m": QUARTER, "1h": HOUR, "1d": DAY } as const
/** How long a window is that does not say when it begins. */
const DEFAULT_MS = { "1m": 3 * HOUR, "15m": 2 * DAY, "1h": 7 * DAY, "1d": 30 * DAY } as const
const MAX_BUCKETS = 5000
const MAX_OFFSET = 1_000_000_000
/** Characters of what was given that are told again. */
const SHOWN = 64

const isRoomId = Schema.is(RoomId)

const refuse = (field: string, detail: string, code = "invalid_query") =>
  Result.fail(new BadQuery({ code, field, detail }))

const shown = (text: string) => JSON.stringify(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text)

/** A parameter's only value. */
const single = (params: Params, name: string): Result.Result<string | undefined, BadQuery> => {
  const value = params[name]
  if (value === undefined || typeof value === "string") return Result.succeed(value)
  return refuse(name, `${name} is given more than once: ${value.map(shown).join(", ")}`)
}

/** One of some words; `otherwise` where it is not given. */
const wordOf = <W extends string, O>(
  params: Params,
  name: string,
  words: ReadonlyArray<W>,
  otherwise: O
): Result.Result<W | O, BadQuery> =>
  Result.flatMap(single(params, name), (text): Result.Result<W | O, BadQuery> => {
    if (text === undefined) return Result.succeed(otherwise)
    const word = words.find((one) => one === text)
    if (word !== undefined) return Result.succeed(word)
    return refuse(name, `${name} is ${shown(text)}; it can be ${words.join(", ")}`)
  })

const required = <W extends string>(
  params: Params,
  name: string,
  words: ReadonlyArray<W>
): Result.Result<W, BadQuery> =>
  Result.flatMap(wordOf(params, name, words, undefined), (word) =>
    word === undefined ? refuse(name, `${name} is missing; it can be ${words.join(", ")}`) : Result.succeed(word)
  )

const wholeOf = (
  params: Params,
  name: string,
  { least, most, otherwise }: { readonly least: number; readonly most: number; readonly otherwise: number }
): Result.Result<number, BadQuery> =>
  Result.flatMap(single(params, name), (text) => {
    if (text === undefined) return Result.succeed(otherwise)
    const whole = /^\d{1,10}$/.test(text) ? Number(text) : -1
    if (whole >= least && whole <= most) return Result.succeed(whole)
    return refuse(name, `${name} is ${shown(text)}; it must be a whole number from ${least} to ${most}`)
  })

export const unitOf = (params: Params): Result.Result<PeriodUnit, BadQuery> => wordOf(params, "unit", UNITS, "day")

export const sortOf = (params: Params): Result.Result<RoomSort, BadQuery> => wordOf(params, "sort", SORTS, "messages")

export const reportOf = (params: Params) => required(params, "report", REPORTS)

export const formatOf = (params: Params) => wordOf(params, "format", FORMATS, "csv")

/** `limit`: 1 to 200, 50 without; `offset`: 0 without. */
export const pageOf = (params: Params): Result.Result<{ readonly limit: number; readonly offset: number }, BadQuery> =>
  Result.gen(function* () {
    const limit = yield* wholeOf(params, "limit", { least: 1, most: PAGE_SIZE_MAX, otherwise: PAGE_SIZE_DEFAULT })
    const offset = yield* wholeOf(params, "offset", { least: 0, most: MAX_OFFSET, otherwise: 0 })
    return { limit, offset }
  })

/** Why a private room has no figures: said of those there are and of those there are not. */
export const NO_PRIVATE_FIGURES = "private rooms are counted with all others, and have no figures of their own"

/** The room that a figure is narrowed to. */
export const roomOf = (params: Params): Result.Result<string | undefined, BadQuery> =>
  Result.flatMap(single(params, "room"), (text) => {
    if (text !== undefined && isPrivateRoom(text)) return refuse("room", NO_PRIVATE_FIGURES, "forbidden_room")
    if (text === undefined || isRoomId(text)) return Result.succeed(text)
    return refuse("room", `room is ${shown(text)}; ${ROOM_RULE}`, "invalid_room")
  })

/** Which figure over time, without its window. */
export const seriesOf = (params: Params): Result.Result<SeriesAsked & { readonly compare: boolean }, BadQuery> =>
  Result.gen(function* () {
    const metric = yield* required(params, "metric", Object.keys(metrics).filter(isMetric))
    const bucket = (yield* wordOf(params, "bucket", BUCKETS, undefined)) ?? "1h"
    const room = yield* roomOf(params)
    const compare = yield* wordOf(params, "compare", ["previous"], undefined)
    const { _tag, byRoom } = metrics[metric]
    if (room !== undefined && !byRoom) {
      const narrowed = Object.entries(metrics).filter(([, about]) => about.byRoom)
      const names = narrowed.map(([name]) => name).join(", ")
      return yield* refuse("room", `${metric} is not counted by room; these are: ${names}`)
    }
    if (_tag === "days" && bucket !== "1d") {
      const given = params["bucket"] === undefined ? "missing, which means 1h" : shown(bucket)
      return yield* refuse("bucket", `bucket is ${given}; ${metric} is told by day only, so it must be 1d`)
    }
    return { metric, bucket, room, compare: compare !== undefined }
  })

const DATE = /^(\d{4})-(\d\d)-(\d\d)$/
const INSTANT =
  /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/
const MOMENT_RULE = "it must be an instant such as 2026-03-29T00:00:00Z, or a date such as 2026-03-29"

/** The number of a calendar date, counted from 1970-01-01. */
const dayOf = (text: string): number | undefined => {
  const ms = DATE.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN
  // 30 February would be read as 2 March
  return Number.isNaN(ms) || !new Date(ms).toISOString().startsWith(text) ? undefined : ms / DAY
}

const momentOf = (params: Params, name: string, tz: string, zone: Zone): Result.Result<number | undefined, BadQuery> =>
  Result.flatMap(single(params, name), (given): Result.Result<number | undefined, BadQuery> => {
    if (given === undefined) return Result.succeed(undefined)
    // a plus sign that was not encoded arrives as a space
    const text = given.replace(/ (?=\d\d:\d\d$)/, "+")
    const date = INSTANT.exec(text)?.[1]
    if (date !== undefined && dayOf(date) !== undefined) return Result.succeed(Date.parse(text))
    const day = dayOf(text)
    if (day === undefined) return refuse(name, `${name} is ${shown(given)}; ${MOMENT_RULE}`)
    const start = zone.dayStart(day)
    if (start !== undefined) return Result.succeed(start)
    return refuse(name, `${name} is ${shown(given)}, a date that ${tz} skipped; give the one after it`)
  })

/** What a window is read with: what is kept, what time it is (milliseconds since 1970), and of what there are to be figures. */
export interface Reading {
  readonly kept: Kept
  readonly now: number
  readonly of: "quarters" | "users"
  readonly bucket?: BucketSize
}

const keptFrom = (kept: Kept, of: Reading["of"], step: number): number => {
  const from = of === "users" ? kept.usersFrom : step === MINUTE ? kept.minutesFrom : kept.quartersFrom
  return Math.ceil(from / step) * step
}

const iso = (ms: number) => new Date(ms).toISOString()

/** The window that is asked for, moved outwards to whole minutes or quarters. `tz` as it was given. */
export const windowOf = (
  params: Params,
  { bucket, kept, now, of }: Reading
): Result.Result<{ readonly tz: string; readonly window: Window }, BadQuery> =>
  Result.gen(function* () {
    const tz = (yield* single(params, "tz")) ?? "UTC"
    const zone = Zone.of(tz)
    if (zone === undefined) {
      return yield* refuse("tz", `tz is ${shown(tz)}; it must be an IANA time zone such as Europe/Berlin`)
    }
    const step = bucket === "1m" ? MINUTE : QUARTER
    const earliest = keptFrom(kept, of, step)
    const givenFrom = yield* momentOf(params, "from", tz, zone)
    const givenTo = yield* momentOf(params, "to", tz, zone)
    const until = givenTo ?? now
    const to = Math.ceil(until / step) * step
    const floor = (ms: number) => Math.floor(ms / step) * step
    // a window that does not say when it begins begins with what is kept, at the earliest
    const usual = Math.max(to - DEFAULT_MS[bucket ?? "1h"], Math.min(earliest, floor(until - 1)))
    const from = givenFrom === undefined ? usual : floor(givenFrom)
    if (givenFrom !== undefined && givenFrom >= until) {
      const end = givenTo === undefined ? `the present, ${iso(now)}` : `to, ${iso(until)}`
      return yield* refuse("from", `from is ${iso(givenFrom)}, which is not before ${end}; it must be`)
    }
    if (from < earliest && (givenFrom ?? givenTo) !== undefined) {
      const [field, given] = givenFrom === undefined ? ["to", until] : ["from", givenFrom]
      return yield* refuse(field, `${field} is ${iso(given)}; this is kept from ${iso(earliest)} on`)
    }
    if (bucket !== undefined) {
      const buckets = Math.ceil((to - from) / BUCKET_MS[bucket])
      if (buckets > MAX_BUCKETS) {
        const detail = `bucket is ${shown(bucket)}, which makes ${buckets} buckets of this window; ${MAX_BUCKETS} are allowed`
        return yield* refuse("bucket", `${detail}: ask for less, or for longer ones`)
      }
    }
    return { tz, window: { from, to, zone, kept } }
  })

/** The window of the same length just before. */
export const previousOf = ({ from, kept, to, zone }: Window, bucket: BucketSize): Result.Result<Window, BadQuery> => {
  const before = { from: from - (to - from), to: from, zone, kept }
  const earliest = keptFrom(kept, "quarters", bucket === "1m" ? MINUTE : QUARTER)
  if (before.from >= earliest) return Result.succeed(before)
  const detail = `compare is "previous", which would begin at ${iso(before.from)}; this is kept from ${iso(earliest)} on`
  return refuse("compare", detail)
}
