/** Figures over what is stored and what this node has yet to write: each stretch and node once. */
import { Effect, Fiber } from "effect"
import type { StoreUnavailable } from "../store/MessageStore.ts"
import type { Aggregator } from "./Aggregator.ts"
import type { Figures, Kept, Stretched, UserStretched } from "./Figures.ts"
import { Found } from "./Found.ts"
import { logUnreadable } from "./logUnreadable.ts"
import { type Minute, MINUTE_MS } from "./Minute.ts"
import { type Rollup, TIER_MS } from "../store/Rollup.ts"
import type { RollupLedger } from "./RollupLedger.ts"
import type { RollupRange, RollupStore } from "../store/RollupStore.ts"
import { Tally } from "./Tally.ts"
import { UserTally } from "./UserTally.ts"

/** Rollups of a first page, and of any. */
const FIRST_PAGE = 200
const PAGE = 5000
/** Characters of a page after the first: few enough that taking them from a store's thread is no pause, some 2 ms. */
const PAGE_CHARACTERS = 400_000
/** Rollups decoded before other work gets its turn. */
const SLICE = 250
/** Times that something is asked at most. */
const ASKED = 4
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

/** How many rollups like these to read at a time. */
const nextLimit = (page: ReadonlyArray<Rollup>): number => {
  const characters = page.reduce((sum, { counts, sketches }) => sum + counts.length + sketches.length, 0)
  return Math.max(1, Math.min(PAGE, 8 * page.length, Math.floor((PAGE_CHARACTERS * page.length) / characters)))
}

export const storedFigures = ({
  aggregator,
  kept,
  ledger,
  now,
  pending,
  store
}: StoredFiguresOptions): Figures["Service"] => {
  const { node } = ledger

  /** All rollups of a range, this node's as they will be once written; those that `decode` throws on are left out. */
  const rollups = Effect.fnUntraced(function* (
    range: Omit<RollupRange, "limit" | "after">,
    decode: (rollup: Rollup) => void
  ): Effect.fn.Return<void, StoreUnavailable> {
    const unreadable: Array<Rollup> = []
    const take = (rollup: Rollup) => {
      try {
        decode(rollup)
      } catch {
        unreadable.push(rollup)
      }
    }
    // told before the store is asked, so that what is written meanwhile is not missed
    const waiting = new Map<string, Rollup>()
    for (const key of ledger.waiting()) {
      if (key.scope !== range.scope || key.tier !== range.tier) continue
      if (key.start < range.from || key.start >= range.to || (range.id !== undefined && key.id !== range.id)) continue
      const rollup = ledger.pending(key)
      if (rollup !== undefined) waiting.set(`${key.start}/${key.id}`, rollup)
    }
    let limit = FIRST_PAGE
    let page: ReadonlyArray<Rollup> = yield* store.range({ ...range, limit })
    while (page.length > 0) {
      const full = page.length === limit
      limit = nextLimit(page)
      // the store reads on while this page is decoded
      const next = full ? yield* Effect.forkChild(store.range({ ...range, after: page.at(-1), limit })) : undefined
      let taken = 0
      for (const rollup of page) {
        if (waiting.size > 0 && rollup.node === node) {
          const name = `${rollup.start}/${rollup.id}`
          const newer = waiting.get(name)
          waiting.delete(name)
          take(newer === undefined || newer.through < rollup.through ? rollup : newer)
        } else take(rollup)
        if (++taken % SLICE === 0) yield* Effect.yieldNow
      }
      page = next === undefined ? [] : yield* Fiber.join(next)
    }
    for (const rollup of waiting.values()) take(rollup)
    if (unreadable.length > 0) yield* logUnreadable(unreadable)
  })

  /** Minutes in memory, as they are now. */
  const minutes = (): ReadonlyArray<Minute> => [...pending(), ...aggregator.open()]

  /** Asks again where something late was added meanwhile, which may have been seen in memory and in the store, or in neither. */
  const steadily = <A>(ask: Effect.Effect<A, StoreUnavailable>): Effect.Effect<A, StoreUnavailable> =>
    Effect.suspend(() => {
      const { lateAdded } = ledger
      return Effect.map(ask, (answer) => ({ answer, moved: ledger.lateAdded !== lateAdded }))
    }).pipe(
      Effect.repeat({ times: ASKED - 1, while: ({ moved }) => moved }),
      Effect.map(({ answer }) => answer)
    )

  const tallies = Effect.fnUntraced(function* ({
    from,
    of,
    sketches,
    tier,
    to
  }: Parameters<Figures["Service"]["tallies"]>[0]): Effect.fn.Return<ReadonlyArray<Stretched>, StoreUnavailable> {
    const inMemory = minutes()
    const earliest = inMemory.reduce((first, minute) => Math.min(first, minute.start), Infinity)
    const found = new Found<Stretched>()
    /** Up to when this node's part of a stretch is complete, where memory has something of it. */
    const complete = new Map<string, number>()
    const take = (rollup: Rollup) => {
      const { counts, id, start, through } = rollup
      if (rollup.node === node && start + TIER_MS[tier] > earliest) {
        complete.set(`${start}/${id}`, through)
        // memory has the whole of a minute that is still open
        if (tier === "m" && inMemory.some((minute) => !minute.late && minute.start === start)) return
      }
      const tally = Tally.of(counts, sketches ? rollup.sketches : "", EXACT)
      const other = found.get(start, id)
      if (other === undefined) found.add(start, id, { id, start, tally })
      else other.tally.merge(tally, true)
    }
    const scope = of.scope === "everything" ? "G" : "R"
    yield* rollups({ scope, tier, from, to, sketches, ...(of.scope === "room" ? { id: of.id } : {}) }, take)
    const at = now()
    let looked = 0
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
        if (++looked % SLICE === 0) yield* Effect.yieldNow
        if (!minute.late && tier === "q" && (complete.get(`${start}/${id}`) ?? 0) >= minute.start + MINUTE_MS) continue
        const visitors = sketches && of.scope === "everything" ? aggregator.attendance.visitors(minute, at) : undefined
        const visited = visitors !== undefined && visitors.count() > 0
        if (part.empty && !visited) continue
        const one = found.get(start, id) ?? found.add(start, id, { id, start, tally: new Tally(EXACT) })
        one.tally.merge(part)
        if (visited) one.tally.set("visitors").merge(visitors)
      }
    }
    return found.all()
  })

  const users = Effect.fnUntraced(function* ({
    from,
    to,
    userId
  }: Parameters<Figures["Service"]["users"]>[0]): Effect.fn.Return<ReadonlyArray<UserStretched>, StoreUnavailable> {
    const inMemory = minutes()
    // told at once: who leaves later is in a minute that is not among these
    const at = now()
    const live = Array.from(aggregator.attendance.live(at)).filter(
      (one) => userId === undefined || one.userId === userId
    )
    let looked = 0
    const first = Math.floor(from / TIER_MS.d) * TIER_MS.d
    const found = new Found<UserStretched>()
    const complete = new Map<string, number>()
    yield* rollups({ scope: "U", tier: "d", from: first, to, sketches: false, id: userId }, (rollup) => {
      const { id, start } = rollup
      if (rollup.node === node && inMemory.length > 0) complete.set(`${start}/${id}`, rollup.through)
      const user = UserTally.of(rollup.counts)
      const other = found.get(start, id)
      if (other === undefined) found.add(start, id, { userId: id, start, user })
      else other.user.merge(user)
    })
    const add = (id: string, start: number, part: UserTally) => {
      if (start < first || start >= to) return
      const one = found.get(start, id) ?? found.add(start, id, { userId: id, start, user: new UserTally() })
      one.user.merge(part)
    }
    for (const minute of inMemory) {
      const asked: Iterable<readonly [string, UserTally | undefined]> =
        userId === undefined ? minute.users : [[userId, minute.users.get(userId)]]
      for (const [id, user] of asked) {
        if (user === undefined) continue
        if (++looked % SLICE === 0) yield* Effect.yieldNow
        for (const [start, part] of user.byDay(minute.start)) {
          if (!minute.late && (complete.get(`${start}/${id}`) ?? 0) >= minute.start + MINUTE_MS) continue
          add(id, start, part)
        }
      }
    }
    for (const one of live) {
      if (++looked % SLICE === 0) yield* Effect.yieldNow
      const user = new UserTally()
      one.add(user)
      for (const [start, part] of user.byDay(at)) add(one.userId, start, part)
    }
    return found.all()
  })

  return {
    kept: Effect.sync(kept),
    tallies: (range) => steadily(tallies(range)),
    users: (range) => steadily(users(range))
  }
}
