/**
 * Where rollups lie in the table: a partition for each day of a scope, or of a room; the totals have one of their own. In sort keys `#`
 * ends every part and comes before all that is in one, so that they compare as start, id and node do.
 */
import { type Rollup, type RollupKey, TIER_MS } from "../Rollup.ts"
import type { Key, Range } from "./dynamoDbKeys.ts"
import { fromSortable, toSortable } from "../sortableText.ts"

export type Scope = Rollup["scope"]
export type Tier = Rollup["tier"]

/** Rollups of one scope and tier of one day. */
export interface Shelf {
  readonly scope: Scope
  readonly tier: Tier
  /** `2025-12-30`, in UTC. */
  readonly day: string
}

/** Starts from one to another, both included and both possible. */
export interface Span {
  readonly first: number
  readonly last: number
}

/** The last millisecond of the year 9999: every day has ten characters. */
const START_MAX = 253_402_300_799_999

const TIERS: Readonly<Record<Scope, ReadonlyArray<Tier>>> = { G: ["m", "q"], R: ["m", "q"], U: ["m", "d"], T: ["t"] }

/** All time has one start, and counts as a day. */
const stepOf = (tier: Tier) => (tier === "t" ? TIER_MS.d : TIER_MS[tier])

/** Why a key has no place in the table, or nothing. */
const keyProblem = ({ id, scope, start, tier }: RollupKey): string | undefined =>
  !TIERS[scope].includes(tier)
    ? `a rollup of scope ${scope} has the tier ${tier}`
    : !Number.isSafeInteger(start) || start < 0 || start > START_MAX || start % stepOf(tier) !== 0
      ? `a rollup of tier ${tier} starts at ${start}`
      : scope === "T" && start !== 0
        ? `totals start at ${start}`
        : (scope === "R" || scope === "U") === (id === "")
          ? `a rollup of scope ${scope} has ${id === "" ? "no" : "an"} id`
          : undefined

/** Whether a rollup can lie under a key. */
export const hasPlace = (key: RollupKey): boolean => keyProblem(key) === undefined

/** Why a rollup has no place in the table, or nothing. */
export const rollupProblem = (rollup: Rollup): string | undefined =>
  keyProblem(rollup) ?? (Number.isSafeInteger(rollup.through) ? undefined : `a rollup goes through ${rollup.through}`)

/** Escaped: `#`, `$` and all that sorts before them become two characters that begin with `$`. */
const LOW = /[^%-\u{10ffff}]/gu
const ESCAPED = /\$(.)/g
const OFFSET = 0x40

const escaped = (text: string) =>
  toSortable(text).replace(LOW, (low) => `$${String.fromCharCode(low.charCodeAt(0) + OFFSET)}`)
const unescaped = (text: string) =>
  fromSortable(text.replace(ESCAPED, (_, low: string) => String.fromCharCode(low.charCodeAt(0) - OFFSET)))

const dayOf = (start: number) => new Date(start).toISOString().slice(0, 10)
/** `2345`. */
const timeOf = (start: number) => new Date(start).toISOString().slice(11, 16).replace(":", "")
const startOfDay = (day: string) => Date.parse(`${day}T00:00:00Z`)

/** The starts with `from` ≤ start < `to`, or nothing where there are none. */
export const spanOf = (tier: Tier, from: number, to: number): Span | undefined => {
  const step = stepOf(tier)
  const first = Math.max(0, Math.ceil(from / step) * step)
  const last = Math.ceil(Math.min(to, START_MAX + 1) / step) * step - step
  return first <= last ? { first, last } : undefined
}

/** The starts of a day. */
export const spanOfDay = ({ day, tier }: Shelf): Span => ({
  first: startOfDay(day),
  last: startOfDay(day) + TIER_MS.d - stepOf(tier)
})

export const within = (a: Span, b: Span): Span | undefined => {
  const first = Math.max(a.first, b.first)
  const last = Math.min(a.last, b.last)
  return first <= last ? { first, last } : undefined
}

/** The first so many starts of a span. */
export const firstOf = ({ first, last }: Span, tier: Tier, starts: number): Span => ({
  first,
  last: Math.min(last, first + (starts - 1) * stepOf(tier))
})

/** What of a span comes after a part that it begins with. */
export const restOf = ({ last }: Span, part: Span, tier: Tier): Span | undefined =>
  part.last < last ? { first: part.last + stepOf(tier), last } : undefined

/** `id` counts for rooms only. */
export const partitionOf = ({ day, scope }: Shelf, id: string): string =>
  scope === "T" ? "A#T" : scope === "R" ? `A#R#${escaped(id)}#${day}` : `A#${scope}#${day}`

const timed = (tier: Tier) => tier === "m" || tier === "q"

export const rollupKey = (rollup: RollupKey): Key => {
  const { id, node, scope, start, tier } = rollup
  const time = timed(tier) ? `${timeOf(start)}#` : ""
  const user = scope === "U" ? `${escaped(id)}#` : ""
  return { pk: partitionOf({ scope, tier, day: dayOf(start) }, id), sk: `${tier}#${time}${user}${escaped(node)}` }
}

/** The part of a partition with the starts of a span: of all users or one, or from one on. */
export const slice = (
  { scope, tier }: Shelf,
  { first, last }: Span,
  users: { readonly only?: string | undefined; readonly from?: string | undefined } = {}
): Range => {
  if (timed(tier)) return { from: `${tier}#${timeOf(first)}#`, to: `${tier}#${timeOf(last)}$` }
  if (scope !== "U") return { from: `${tier}#`, to: `${tier}$` }
  const from = users.only ?? users.from
  return {
    from: from === undefined ? `${tier}#` : `${tier}#${escaped(from)}#`,
    to: users.only === undefined ? `${tier}$` : `${tier}#${escaped(users.only)}$`
  }
}

/** What the sort key of a rollup says; of the id only a user's. */
export const placeOf = ({ day, scope, tier }: Shelf, sk: string) => {
  const parts = sk.split("#")
  const [time = ""] = timed(tier) ? parts.splice(1, 1) : []
  const [id = ""] = scope === "U" ? parts.splice(1, 1) : []
  const [, node] = parts
  const minutes = timed(tier) ? Number(time.slice(0, 2)) * 60 + Number(time.slice(2)) : 0
  return node === undefined || parts.length !== 2 || !Number.isSafeInteger(minutes)
    ? undefined
    : { start: startOfDay(day) + minutes * TIER_MS.m, id: unescaped(id), node: unescaped(node) }
}

/** The days that have rollups are found here, by scope and tier. */
export const DAYS = "A#D"

export const dayPost = ({ day, scope, tier }: Shelf): Key => ({ pk: DAYS, sk: `${scope}#${tier}#${day}` })

export const daysOf = (scope: Scope, tier: Tier, { first, last }: Span): Range => ({
  from: `${scope}#${tier}#${dayOf(first)}`,
  to: `${scope}#${tier}#${dayOf(last)}`
})

/** The day that a signpost names. */
export const dayOfSort = (sk: string): string => sk.slice(-10)

/** The rooms that have rollups on a day, of whichever tier, are found here. */
export const roomsPartition = (day: string): string => `A#I#${day}`

export const roomPost = (day: string, room: string): Key => ({ pk: roomsPartition(day), sk: escaped(room) })

/** The room that a signpost names. */
export const roomOfSort = (sk: string): string => unescaped(sk)

/** What must be there before a rollup is, or no range finds it. */
export const rollupPosts = ({ id, scope, start, tier }: RollupKey): ReadonlyArray<Key> => {
  const day = dayOf(start)
  const post = dayPost({ scope, tier, day })
  return scope === "R" ? [post, roomPost(day, id)] : [post]
}

/** Tiers in which a scope may have other rollups on the same day. */
export const otherTiers = (scope: Scope, tier: Tier): ReadonlyArray<Tier> => TIERS[scope].filter((one) => one !== tier)

/** When the day of a signpost of either kind begins. */
export const startOfPost = ({ pk, sk }: Key): number => startOfDay((pk === DAYS ? sk : pk).slice(-10))
