/**
 * Minutes that are not over, as they are written all the same, so that little of what was seen is lost with the process; and read again by
 * the next one.
 */
import { Effect } from "effect"
import type { StoreUnavailable } from "../store/MessageStore.ts"
import type { Minute } from "./Minute.ts"
import type { Rollup, RollupKey } from "../store/Rollup.ts"
import type { RollupStore } from "../store/RollupStore.ts"
import { logUnreadable } from "./logUnreadable.ts"
import { type Sums, sumsOf } from "./sumsOf.ts"
import { Tally } from "./Tally.ts"
import { UserTally } from "./UserTally.ts"

/** Rollups written in one call, which takes a few milliseconds to prepare, and read in one. */
const WRITE = 500
const READ = 2000

type Store = RollupStore["Service"]

function* changedIn({ all, rooms, start, users }: Minute, node: string): Iterable<readonly [RollupKey, Sums]> {
  const key = { tier: "m", start, node } as const
  if (!all.empty) yield [{ ...key, scope: "G", id: "" }, all]
  for (const [id, room] of rooms) if (room.changed) yield [{ ...key, scope: "R", id }, room]
  for (const [id, user] of users) if (user.changed) yield [{ ...key, scope: "U", id }, user]
}

/** Writes what of open minutes is not as it was written last. */
export const writeOpen = Effect.fnUntraced(function* (
  store: Store,
  node: string,
  minutes: Iterable<Minute>
): Effect.fn.Return<void, StoreUnavailable> {
  let sums: Array<Sums> = []
  let rollups: Array<Rollup> = []
  const put = Effect.suspend(() => {
    const [written, batch] = [sums, rollups]
    sums = []
    rollups = []
    if (batch.length === 0) return Effect.void
    const again = Effect.sync(() => {
      for (const one of written) one.changed = true
    })
    return store.put(batch).pipe(Effect.onError(() => again))
  })
  for (const minute of minutes) {
    if (minute.late) continue
    for (const [key, one] of changedIn(minute, node)) {
      one.changed = false
      sums.push(one)
      rollups.push({ ...key, through: 0, counts: one.counts(), sketches: one instanceof Tally ? one.sketches() : "" })
      if (rollups.length < WRITE) continue
      yield* put
      yield* Effect.yieldNow
    }
  }
  yield* put
})

/** What a process wrote of one minute. */
export interface WrittenMinute {
  all: Tally | undefined
  readonly rooms: Map<string, Tally>
  readonly users: Map<string, UserTally>
}

/** A node's minutes from `from` on, of all scopes from `through` on, as they were written last; what cannot be read is left out. */
export const readOpen = Effect.fnUntraced(function* (
  store: Store,
  node: string,
  { from, through }: { readonly from: number; readonly through: number }
): Effect.fn.Return<ReadonlyMap<number, WrittenMinute>, StoreUnavailable> {
  const found = new Map<number, WrittenMinute>()
  const unreadable: Array<RollupKey> = []
  for (const scope of ["G", "R", "U"] as const) {
    const range = { scope, tier: "m", from: scope === "G" ? from : through, to: Infinity } as const
    let after: Rollup | undefined
    do {
      const page: ReadonlyArray<Rollup> = yield* store.range({ ...range, sketches: scope !== "U", after, limit: READ })
      for (const rollup of page) {
        const { id, start } = rollup
        if (rollup.node !== node) continue
        const sums = sumsOf(rollup)
        if (sums === undefined) {
          unreadable.push(rollup)
          continue
        }
        let minute = found.get(start)
        if (minute === undefined) found.set(start, (minute = { all: undefined, rooms: new Map(), users: new Map() }))
        if (sums instanceof UserTally) minute.users.set(id, sums)
        else if (scope === "R") minute.rooms.set(id, sums)
        else minute.all = sums
      }
      after = page.length < READ ? undefined : page.at(-1)
      yield* Effect.yieldNow
    } while (after !== undefined)
  }
  if (unreadable.length > 0) yield* logUnreadable(unreadable)
  return found
})
