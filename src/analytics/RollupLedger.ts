/**
 * What this node has counted and has to write: minutes that are over are added to the quarter of an hour and to the users' days they
 * belong to. Each of those says up to when it is complete, so that a minute which comes again, after a crash or a retry, is not added
 * twice.
 */
import { Effect } from "effect"
import type { StoreUnavailable } from "../store/MessageStore.ts"
import { type Minute, MINUTE_MS } from "./Minute.ts"
import { type Rollup, type RollupKey, TIER_MS } from "../store/Rollup.ts"
import type { RollupStore } from "../store/RollupStore.ts"
import { Tally } from "./Tally.ts"
import { addSums, noSums, type Sums, sumsOf } from "./sumsOf.ts"
import { logUnreadable } from "./logUnreadable.ts"

/** Rollups added, and written in one call, before other work gets its turn; takes a few milliseconds. */
const SLICE = 500
/** Users' days kept in memory for the next minute; beyond, they are read again. */
const KEPT = 50_000

interface Held {
  readonly key: RollupKey
  readonly sums: Sums
  through: number
  version: number
}

/** As text, to look it up by. */
export const nameOf = ({ id, node, scope, start, tier }: RollupKey): string => `${scope}${tier}${start}/${node}/${id}`

const rollupOf = ({ key, sums, through }: Held): Rollup => ({
  ...key,
  through,
  counts: sums.counts(),
  sketches: sums instanceof Tally ? sums.sketches() : ""
})

/** What a minute adds, and to what. */
interface Addition {
  readonly key: RollupKey
  readonly minute: Minute
  readonly add: Sums
}

export class RollupLedger {
  readonly node: string
  private readonly store: RollupStore["Service"]
  private readonly held = new Map<string, Held>()
  /** Changed since it was written; `find` shows them before the store does. */
  private readonly unwritten = new Map<string, Held>()
  private untidy = false
  /** Minutes that were added although something of them was before. */
  lateAdded = 0

  constructor(node: string, store: RollupStore["Service"]) {
    this.node = node
    this.store = store
  }

  /** Whether anything is still to be written. */
  get owes(): boolean {
    return this.unwritten.size > 0
  }

  /** The rollup as it will be once everything is written, if it is not written yet. */
  pending(key: RollupKey): Rollup | undefined {
    const held = this.unwritten.get(nameOf(key))
    return held === undefined ? undefined : rollupOf(held)
  }

  /** Those that are not in the store at all yet, or not as they should be. */
  *waiting(): Iterable<RollupKey> {
    for (const { key } of this.unwritten.values()) yield key
  }

  /**
   * Adds minutes that are over, in their order; `added` is told of each once all of it was. Where it fails, those that were not told of may
   * be given again, as they are.
   */
  add(
    minutes: ReadonlyArray<Minute>,
    keepMinutesFrom: number,
    added: (minute: Minute) => void = () => {}
  ): Effect.Effect<void, StoreUnavailable> {
    return Effect.gen({ self: this }, function* () {
      let next: Array<Addition> = []
      let whole: Array<Minute> = []
      const hand = Effect.suspend(() => {
        const [additions, done] = [next, whole]
        next = []
        whole = []
        // in one go, so that a minute is in the ledger and with the caller's never both or neither
        return Effect.map(this.recall(additions), () => {
          for (const addition of additions) this.merge(addition)
          for (const minute of done) {
            if (minute.late) this.lateAdded++
            added(minute)
          }
        })
      })
      for (const minute of minutes) {
        // what comes late cannot tell what of it was added before: all of it at once
        if (minute.late) yield* hand
        for (const addition of this.additions(minute, keepMinutesFrom)) {
          next.push(addition)
          if (minute.late || next.length < SLICE) continue
          yield* hand
          yield* Effect.yieldNow
        }
        whole.push(minute)
        if (minute.late) yield* hand
      }
      yield* hand
    })
  }

  /** Writes what has changed; what cannot be written stays for the next time. */
  readonly write: Effect.Effect<void, StoreUnavailable> = Effect.suspend(() => {
    const written: Array<readonly [name: string, held: Held, version: number]> = []
    const rollups: Array<Rollup> = []
    for (const [name, held] of this.unwritten) {
      written.push([name, held, held.version])
      rollups.push(rollupOf(held))
      if (rollups.length === SLICE) break
    }
    if (rollups.length === 0) return Effect.sync(() => this.tidy())
    return this.store.put(rollups).pipe(
      Effect.andThen(
        Effect.sync(() => {
          for (const [name, held, version] of written) {
            if (held.version === version && this.unwritten.get(name) === held) this.unwritten.delete(name)
          }
        })
      ),
      Effect.andThen(Effect.yieldNow),
      Effect.andThen(this.write)
    )
  })

  /** Forgets what the next minutes will not need. */
  private tidy() {
    if (!this.untidy) return
    this.untidy = false
    const newest: { [tier: string]: number } = {}
    for (const { key } of this.held.values()) newest[key.tier] = Math.max(newest[key.tier] ?? 0, key.start)
    const many = this.held.size > KEPT
    for (const [name, { key }] of this.held) {
      const old = key.tier === "m" || key.start < (newest[key.tier] ?? 0)
      if ((old || many) && !this.unwritten.has(name)) this.held.delete(name)
    }
  }

  /** Reads what is added to, where it is not in memory. */
  private recall(additions: ReadonlyArray<Addition>): Effect.Effect<void, StoreUnavailable> {
    const missing = new Map<string, RollupKey>()
    for (const { key, minute } of additions) {
      const name = nameOf(key)
      // a minute is written as a whole, unless something of it was before
      const fresh = key.tier === "m" && !minute.late
      if (!fresh && !this.held.has(name)) missing.set(name, key)
    }
    return Effect.flatMap(this.find(Array.from(missing.values())), (found) => {
      const stored = new Map(found.map((rollup) => [nameOf(rollup), rollup]))
      const unreadable: Array<RollupKey> = []
      for (const [name, key] of missing) {
        const rollup = stored.get(name)
        const sums = rollup === undefined ? noSums(key.scope) : sumsOf(rollup)
        if (sums === undefined) unreadable.push(key)
        this.held.set(name, { key, sums: sums ?? noSums(key.scope), through: rollup?.through ?? 0, version: 0 })
      }
      return unreadable.length === 0 ? Effect.void : logUnreadable(unreadable)
    })
  }

  private find(keys: ReadonlyArray<RollupKey>) {
    return keys.length === 0 ? Effect.succeed([]) : this.store.find(keys)
  }

  private *additions(minute: Minute, keepMinutesFrom: number): Iterable<Addition> {
    const { node } = this
    const { all, rooms, start, users } = minute
    const quarter = Math.floor(start / TIER_MS.q) * TIER_MS.q
    for (const [id, add] of [["", all] as const, ...rooms]) {
      if (add.empty) continue
      const scope = id === "" ? "G" : "R"
      if (start >= keepMinutesFrom) yield { key: { scope, tier: "m", id, start, node }, minute, add }
      yield { key: { scope, tier: "q", id, start: quarter, node }, minute, add }
    }
    for (const [userId, user] of users) {
      for (const [day, add] of user.byDay(start)) {
        yield { key: { scope: "U", tier: "d", id: userId, start: day, node }, minute, add }
      }
    }
  }

  private merge({ add, key, minute }: Addition) {
    const name = nameOf(key)
    const end = minute.start + MINUTE_MS
    let held = this.held.get(name)
    if (held === undefined || (key.tier === "m" && !minute.late)) {
      held = { key, sums: noSums(key.scope), through: 0, version: 0 }
      this.held.set(name, held)
    }
    // it was added before
    if (held.through >= end && !minute.late) return
    addSums(held.sums, add)
    held.through = Math.max(held.through, end)
    held.version++
    this.unwritten.set(name, held)
    this.untidy = true
  }
}
