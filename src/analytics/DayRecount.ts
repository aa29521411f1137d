/**
 * The rollups of one UTC day, with what follows from messages taken out of all of them and counted into one node's again. What was only
 * seen happening stays as it is.
 */
import { Effect } from "effect"
import type { StoreUnavailable } from "../store/MessageStore.ts"
import { type Minute, MINUTE_MS } from "./Minute.ts"
import { type Rollup, type RollupKey, TIER_MS } from "../store/Rollup.ts"
import { nameOf } from "./RollupLedger.ts"
import type { RollupStore } from "../store/RollupStore.ts"
import { noSums, type Sums, sumsOf } from "./sumsOf.ts"
import { Tally } from "./Tally.ts"
import { UserTally } from "./UserTally.ts"

/** Rollups read at a time. */
const PAGE = 5000

/** Kinds of rollups that follow from messages, at least in part. */
export const KINDS = [
  { scope: "G", tier: "m" },
  { scope: "R", tier: "m" },
  { scope: "G", tier: "q" },
  { scope: "R", tier: "q" },
  { scope: "U", tier: "d" }
] as const
type Counted = (typeof KINDS)[number]
type Named<K> = K extends Counted ? `${K["scope"]}${K["tier"]}` : never
export type Kind = Named<Counted>

/** Milliseconds since 1970 from which on rollups of a tier are kept. */
export type KeptFrom = Readonly<Record<Counted["tier"], number>>

interface Held {
  readonly key: RollupKey
  readonly kind: Kind
  readonly sums: Sums
  /** As it was; nothing where there was none, or it could not be read. */
  readonly was: string | undefined
  through: number
}

/** A text that is the same for what counts the same, whatever order it was counted in. */
const canonical = (sums: Sums): string => {
  const counts = JSON.parse(sums.counts()) as Readonly<Record<string, unknown>>
  if (sums instanceof UserTally) {
    const sent = Array.from(sums.sent).sort(([a], [b]) => a - b)
    const rooms = Array.from(sums.rooms).sort(([a], [b]) => (a < b ? -1 : 1))
    return JSON.stringify({ ...counts, sent, rooms })
  }
  const { response = "[]", ...sketches } = JSON.parse(sums.sketches() || "{}") as Readonly<Record<string, string>>
  const [min, max, sum, buckets] = JSON.parse(response) as [number?, number?, number?, unknown?]
  // seconds, of whole milliseconds: a sum of floats depends on their order
  return JSON.stringify([counts, sketches, min, max, Math.round((sum ?? 0) * 1000), buckets])
}

const kindOf = ({ scope, tier }: Counted) => `${scope}${tier}` as Kind

export interface DayChanges {
  /** Milliseconds since 1970. */
  readonly day: number
  /** Chat messages by the quarters of an hour of that day, as they were and as they are. */
  readonly before: number
  readonly after: number
  /** Rollups that are not as they were. */
  readonly changed: Readonly<Partial<Record<Kind, number>>>
  /** Those of them that could not be read; what was seen happening is lost with them. */
  readonly unreadable: number
}

export class DayRecount {
  private readonly held = new Map<string, Held>()
  private readonly node: string
  private readonly day: number
  private readonly kept: KeptFrom
  private readonly through: number
  private before = 0
  private unreadable = 0

  /** `through`: what this node has counted ends there, but for rollups that say they go further. */
  private constructor(node: string, day: number, kept: KeptFrom, through: number) {
    this.node = node
    this.day = day
    this.kept = kept
    this.through = through
  }

  /** Reads all rollups of a day, of every node, and takes out what follows from messages. */
  static readonly of = Effect.fnUntraced(function* (
    store: RollupStore["Service"],
    {
      day,
      kept,
      node,
      through
    }: { readonly day: number; readonly kept: KeptFrom; readonly node: string; readonly through: number }
  ): Effect.fn.Return<DayRecount, StoreUnavailable> {
    const recount = new DayRecount(node, day, kept, through)
    const to = day + TIER_MS.d
    for (const kind of KINDS) {
      const from = Math.max(day, kept[kind.tier])
      if (from >= to) continue
      let after: Rollup | undefined
      do {
        const page: ReadonlyArray<Rollup> = yield* store.range({
          ...kind,
          from,
          to,
          sketches: true,
          after,
          limit: PAGE
        })
        for (const rollup of page) recount.take(kind, rollup)
        after = page.length < PAGE ? undefined : page.at(-1)
        yield* Effect.yieldNow
      } while (after !== undefined)
    }
    return recount
  })

  private take(kind: Counted, rollup: Rollup) {
    const { id, node, scope, start, through, tier } = rollup
    // a minute that is not over is written as it is; its messages are counted again at the next start
    if (tier === "m" && start + MINUTE_MS > Math.max(through, this.through)) return
    const sums = sumsOf(rollup)
    const was = sums === undefined ? undefined : canonical(sums)
    if (sums === undefined) this.unreadable++
    else if (scope === "G" && tier === "q" && sums instanceof Tally) this.before += sums.n.chat
    sums?.unsay()
    const key = { scope, tier, id, start, node }
    this.held.set(nameOf(key), { key, kind: kindOf(kind), sums: sums ?? noSums(scope), was, through })
  }

  /** Adds what was said in a minute of the day. */
  add({ all, rooms, start, users }: Minute): void {
    for (const tier of ["m", "q"] as const) {
      this.merge({ scope: "G", tier }, "", start, all)
      for (const [roomId, room] of rooms) this.merge({ scope: "R", tier }, roomId, start, room)
    }
    for (const [userId, user] of users) {
      for (const add of user.byDay(start).values()) this.merge({ scope: "U", tier: "d" }, userId, start, add)
    }
  }

  private merge(kind: Counted, id: string, minute: number, add: Sums) {
    const { node } = this
    const start = Math.floor(minute / TIER_MS[kind.tier]) * TIER_MS[kind.tier]
    if (start < this.kept[kind.tier] || (add instanceof Tally && add.empty)) return
    const key = { ...kind, id, start, node }
    const name = nameOf(key)
    const end = minute + MINUTE_MS
    let held = this.held.get(name)
    if (end > Math.max(this.through, held?.through ?? 0)) return
    if (held === undefined) {
      const sums = kind.scope === "U" ? new UserTally() : new Tally()
      this.held.set(name, (held = { key, kind: kindOf(kind), sums, was: undefined, through: 0 }))
    }
    held.through = Math.max(held.through, end)
    const { sums } = held
    if (sums instanceof Tally && add instanceof Tally) sums.merge(add)
    if (sums instanceof UserTally && add instanceof UserTally) {
      // also connections tell names, and the last one may be one of theirs
      const known = sums.username
      sums.merge(add)
      sums.username = known ?? sums.username
    }
  }

  /** What is not as it was, and has to be written. */
  get changed(): ReadonlyArray<Rollup> {
    return Array.from(this.differing(), ({ key, sums, through }) => ({
      ...key,
      through,
      counts: sums.counts(),
      sketches: sums instanceof Tally ? sums.sketches() : ""
    }))
  }

  get changes(): DayChanges {
    const changed: Partial<Record<Kind, number>> = {}
    let after = 0
    for (const { kind } of this.differing()) changed[kind] = (changed[kind] ?? 0) + 1
    for (const { kind, sums } of this.held.values()) if (kind === "Gq" && sums instanceof Tally) after += sums.n.chat
    return { day: this.day, before: this.before, after, changed, unreadable: this.unreadable }
  }

  private *differing(): Iterable<Held> {
    for (const held of this.held.values()) if (held.was !== canonical(held.sums)) yield held
  }
}
