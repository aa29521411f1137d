/**
 * What this node has counted and has to write: minutes that are over are added to the quarter of an hour and to the users' days they
 * belong to. Each of those says up to when it is complete, so that a minute which comes again, after a crash or a retry, is not added
 * twice.
 */
import { Effect } from "effect"
import type { StoreUnavailable } from "../store/MessageStore.ts"
import { type Minute, MINUTE_MS } from "./Minute.ts"
import { type Rollup, type RollupKey, TIER_MS } from "./Rollup.ts"
import type { RollupStore } from "./RollupStore.ts"
import { Tally } from "./Tally.ts"
import { UserTally } from "./UserTally.ts"

/** Rollups written in one call. */
const WRITE = 2000
/** Users' days kept in memory for the next minute; beyond, they are read again. */
const KEPT = 50_000

type Sums = { readonly of: Tally } | { readonly user: UserTally }
type Held = Sums & { readonly key: RollupKey; through: number; version: number }

/** As text, to look it up by. */
export const nameOf = ({ id, node, scope, start, tier }: RollupKey): string => `${scope}${tier}${start}/${node}/${id}`

const rollupOf = (held: Held): Rollup =>
  "of" in held
    ? { ...held.key, through: held.through, counts: held.of.counts(), sketches: held.of.sketches() }
    : { ...held.key, through: held.through, counts: held.user.counts(), sketches: "" }

const sumsOf = (key: RollupKey, rollup: Rollup | undefined): Sums => {
  if (key.scope === "U") return { user: rollup === undefined ? new UserTally() : UserTally.of(rollup.counts) }
  return { of: rollup === undefined ? new Tally() : Tally.of(rollup.counts, rollup.sketches) }
}

/** What a minute adds, and to what. */
interface Addition {
  readonly key: RollupKey
  readonly minute: Minute
  readonly add: Tally | UserTally
}

export class RollupLedger {
  readonly node: string
  private readonly store: RollupStore["Service"]
  private readonly held = new Map<string, Held>()
  /** Changed since it was written; `find` shows them before the store does. */
  private readonly unwritten = new Map<string, Held>()

  constructor(node: string, store: RollupStore["Service"]) {
    this.node = node
    this.store = store
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

  /** Adds minutes that are over. All or nothing: where it fails, the same minutes may be given again. */
  add(minutes: ReadonlyArray<Minute>, keepMinutesFrom: number): Effect.Effect<void, StoreUnavailable> {
    return Effect.suspend(() => {
      const additions = minutes.flatMap((minute) => this.additions(minute, keepMinutesFrom))
      const missing = new Map<string, RollupKey>()
      for (const { key, minute } of additions) {
        const name = nameOf(key)
        // a minute is written as a whole, unless something of it was before
        const fresh = key.tier === "m" && !minute.late
        if (!fresh && !this.held.has(name)) missing.set(name, key)
      }
      return Effect.map(this.find(Array.from(missing.values())), (found) => {
        const stored = new Map(found.map((rollup) => [nameOf(rollup), rollup]))
        for (const [name, key] of missing) {
          const rollup = stored.get(name)
          this.held.set(name, { ...sumsOf(key, rollup), key, through: rollup?.through ?? 0, version: 0 })
        }
        for (const addition of additions) this.merge(addition)
      })
    })
  }

  /** Writes what has changed; what cannot be written stays for the next time. */
  readonly write: Effect.Effect<void, StoreUnavailable> = Effect.suspend(() => {
    const batch = Array.from(this.unwritten).slice(0, WRITE)
    if (batch.length === 0) return Effect.void
    const written = batch.map(([name, held]) => [name, held, held.version] as const)
    return this.store.put(batch.map(([, held]) => rollupOf(held))).pipe(
      Effect.andThen(
        Effect.sync(() => {
          for (const [name, held, version] of written) {
            if (held.version === version && this.unwritten.get(name) === held) this.unwritten.delete(name)
          }
          this.tidy()
        })
      ),
      Effect.andThen(this.write)
    )
  })

  /** Forgets what the next minutes will not need. */
  private tidy() {
    const newest: { [tier: string]: number } = {}
    for (const { key } of this.held.values()) newest[key.tier] = Math.max(newest[key.tier] ?? 0, key.start)
    const many = this.held.size > KEPT
    for (const [name, { key }] of this.held) {
      const old = key.tier === "m" || key.start < (newest[key.tier] ?? 0)
      if ((old || many) && !this.unwritten.has(name)) this.held.delete(name)
    }
  }

  private find(keys: ReadonlyArray<RollupKey>) {
    return keys.length === 0 ? Effect.succeed([]) : this.store.find(keys)
  }

  private additions(minute: Minute, keepMinutesFrom: number): ReadonlyArray<Addition> {
    const { node } = this
    const { all, rooms, start, users } = minute
    const quarter = Math.floor(start / TIER_MS.q) * TIER_MS.q
    const additions: Array<Addition> = []
    const tally = (scope: "G" | "R", id: string, add: Tally) => {
      if (add.empty) return
      if (start >= keepMinutesFrom) additions.push({ key: { scope, tier: "m", id, start, node }, minute, add })
      additions.push({ key: { scope, tier: "q", id, start: quarter, node }, minute, add })
    }
    tally("G", "", all)
    for (const [roomId, room] of rooms) tally("R", roomId, room)
    for (const [userId, user] of users) {
      for (const [day, add] of user.byDay(start)) {
        additions.push({ key: { scope: "U", tier: "d", id: userId, start: day, node }, minute, add })
      }
    }
    return additions
  }

  private merge({ add, key, minute }: Addition) {
    const name = nameOf(key)
    const end = minute.start + MINUTE_MS
    let held = this.held.get(name)
    if (held === undefined || (key.tier === "m" && !minute.late)) {
      held = { ...sumsOf(key, undefined), key, through: 0, version: 0 }
      this.held.set(name, held)
    }
    // it was added before
    if (held.through >= end && !minute.late) return
    if ("of" in held && add instanceof Tally) held.of.merge(add)
    if ("user" in held && add instanceof UserTally) held.user.merge(add)
    held.through = Math.max(held.through, end)
    held.version++
    this.unwritten.set(name, held)
  }
}
