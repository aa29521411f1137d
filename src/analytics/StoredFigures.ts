/** Figures over what is stored and what this node has yet to write: each stretch and node once. */
import { Effect } from "effect"
import type { StoreUnavailable } from "../store/MessageStore.ts"
import type { Aggregator } from "./Aggregator.ts"
import type { Figures, Kept, Stretched, UserStretched } from "./Figures.ts"
import { type Minute, MINUTE_MS } from "./Minute.ts"
import { type Rollup, TIER_MS } from "./Rollup.ts"
import type { RollupLedger } from "./RollupLedger.ts"
import type { RollupRange, RollupStore } from "./RollupStore.ts"
import { Tally } from "./Tally.ts"
import { UserTally } from "./UserTally.ts"

/** Rollups read at a time, and decoded before other work gets its turn. */
const PAGE = 10_000
const SLICE = 500
/** Users up to which a set in an answer is exact. */
const EXACT = 65_536

export interface StoredFiguresOptions {
  readonly store: RollupStore["Service"]
  readonly ledger: RollupLedger
  readonly aggregator: Aggregator
  /** Minutes that are over and in nothing that `ledger` has yet. */
  readonly pending: () => Iterable<Minute>
  readonly now: () => number
  readonly kept: () => Kept
}

const byStart =
  <A extends { readonly start: number }>(id: (a: A) => string) =>
  (a: A, b: A) =>
    a.start - b.start || (id(a) < id(b) ? -1 : id(a) > id(b) ? 1 : 0)

export const storedFigures = ({
  aggregator,
  kept,
  ledger,
  now,
  pending,
  store
}: StoredFiguresOptions): Figures["Service"] => {
  const { node } = ledger

  /** All rollups of a range, this node's as they will be once written. */
  const rollups = Effect.fnUntraced(function* (
    range: Omit<RollupRange, "limit" | "after">,
    take: (rollup: Rollup) => void
  ): Effect.fn.Return<void, StoreUnavailable> {
    // told before the store is asked, so that what is written meanwhile is not missed
    const waiting = new Map<string, Rollup>()
    for (const key of ledger.waiting()) {
      if (key.scope !== range.scope || key.tier !== range.tier) continue
      if (key.start < range.from || key.start >= range.to || (range.id !== undefined && key.id !== range.id)) continue
      const rollup = ledger.pending(key)
      if (rollup !== undefined) waiting.set(`${key.start}/${key.id}`, rollup)
    }
    let after: Rollup | undefined
    do {
      const page: ReadonlyArray<Rollup> = yield* store.range({ ...range, after, limit: PAGE })
      let taken = 0
      for (const rollup of page) {
        const name = `${rollup.start}/${rollup.id}`
        const newer = rollup.node === node ? waiting.get(name) : undefined
        if (newer === undefined || newer.through < rollup.through) take(rollup)
        else take(newer)
        if (rollup.node === node) waiting.delete(name)
        if (++taken % SLICE === 0) yield* Effect.yieldNow
      }
      after = page.length < PAGE ? undefined : page.at(-1)
    } while (after !== undefined)
    for (const rollup of waiting.values()) take(rollup)
  })

  /** Minutes in memory, as they are now. */
  const minutes = (): ReadonlyArray<Minute> => [...pending(), ...aggregator.open()]

  const tallies = Effect.fnUntraced(function* ({
    from,
    of,
    sketches,
    tier,
    to
  }: Parameters<Figures["Service"]["tallies"]>[0]): Effect.fn.Return<ReadonlyArray<Stretched>, StoreUnavailable> {
    const inMemory = minutes()
    const found = new Map<string, Stretched>()
    /** Up to when this node's part of a stretch is complete. */
    const complete = new Map<string, number>()
    const take = (rollup: Rollup) => {
      const { counts, id, start, through } = rollup
      const name = `${start}/${id}`
      if (rollup.node === node) {
        complete.set(name, through)
        // memory has the whole of a minute that is still open
        if (tier === "m" && inMemory.some((minute) => !minute.late && minute.start === start)) return
      }
      const tally = Tally.of(counts, sketches ? rollup.sketches : "", EXACT)
      const other = found.get(name)
      if (other === undefined) found.set(name, { id, start, tally })
      else other.tally.merge(tally, true)
    }
    const scope = of.scope === "everything" ? "G" : "R"
    yield* rollups({ scope, tier, from, to, sketches, ...(of.scope === "room" ? { id: of.id } : {}) }, take)
    const at = now()
    for (const minute of inMemory) {
      const start = Math.floor(minute.start / TIER_MS[tier]) * TIER_MS[tier]
      if (start < from || start >= to) continue
      const parts: Iterable<readonly [string, Tally]> =
        of.scope === "everything"
          ? [["", minute.all]]
          : of.scope === "each room"
            ? minute.rooms
            : [[of.id, minute.rooms.get(of.id) ?? new Tally()]]
      for (const [id, part] of parts) {
        const name = `${start}/${id}`
        if (!minute.late && tier === "q" && (complete.get(name) ?? 0) >= minute.start + MINUTE_MS) continue
        const visitors = sketches && of.scope === "everything" ? aggregator.attendance.visitors(minute, at) : undefined
        const visited = visitors !== undefined && visitors.count() > 0
        if (part.empty && !visited) continue
        let one = found.get(name)
        if (one === undefined) found.set(name, (one = { id, start, tally: new Tally(EXACT) }))
        one.tally.merge(part)
        if (visited) one.tally.set("visitors").merge(visitors)
      }
    }
    return Array.from(found.values()).sort(byStart(({ id }) => id))
  })

  const users = Effect.fnUntraced(function* ({
    from,
    to,
    userId
  }: Parameters<Figures["Service"]["users"]>[0]): Effect.fn.Return<ReadonlyArray<UserStretched>, StoreUnavailable> {
    const inMemory = minutes()
    const first = Math.floor(from / TIER_MS.d) * TIER_MS.d
    const found = new Map<string, UserStretched>()
    const complete = new Map<string, number>()
    yield* rollups({ scope: "U", tier: "d", from: first, to, sketches: false, id: userId }, (rollup) => {
      const { id, start } = rollup
      const name = `${start}/${id}`
      if (rollup.node === node) complete.set(name, rollup.through)
      const user = UserTally.of(rollup.counts)
      const other = found.get(name)
      if (other === undefined) found.set(name, { userId: id, start, user })
      else other.user.merge(user)
    })
    const add = (id: string, start: number, part: UserTally) => {
      if (start < first || start >= to) return
      const name = `${start}/${id}`
      let one = found.get(name)
      if (one === undefined) found.set(name, (one = { userId: id, start, user: new UserTally() }))
      one.user.merge(part)
    }
    for (const minute of inMemory) {
      for (const [id, user] of minute.users) {
        if (userId !== undefined && id !== userId) continue
        for (const [start, part] of user.byDay(minute.start)) {
          if (!minute.late && (complete.get(`${start}/${id}`) ?? 0) >= minute.start + MINUTE_MS) continue
          add(id, start, part)
        }
      }
    }
    const at = now()
    for (const live of aggregator.attendance.live(at)) {
      if (userId !== undefined && live.userId !== userId) continue
      const user = new UserTally()
      live.add(user)
      for (const [start, part] of user.byDay(at)) add(live.userId, start, part)
    }
    return Array.from(found.values()).sort(byStart(({ userId: id }) => id))
  })

  return { kept: Effect.sync(kept), tallies, users }
}
