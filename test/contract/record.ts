/** Records for the tests of their stores, the moment at which a store is asked, and what it should answer then. */
import { assert } from "@effect/vitest"
import { Clock, Effect } from "effect"
import {
  type Record,
  type RecordCondition,
  RecordConflict,
  type RecordDraft,
  type RecordPage,
  RecordStore
} from "../../src/store/RecordStore.ts"

/** A moment to begin at; only the expiry of records goes by it. */
export const NOON = Date.UTC(2025, 11, 30, 12)

/** Runs something at a moment of the test's choice, which stands still; all that waits for anything else waits in real time. */
export const at = <A, E, R>(ms: number, run: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(Clock.Clock, (real) =>
    Effect.provideService(run, Clock.Clock, {
      currentTimeMillisUnsafe: () => ms,
      currentTimeMillis: Effect.succeed(ms),
      currentTimeNanosUnsafe: () => BigInt(ms) * 1_000_000n,
      currentTimeNanos: Effect.succeed(BigInt(ms) * 1_000_000n),
      monotonicTimeNanosUnsafe: () => real.monotonicTimeNanosUnsafe(),
      monotonicTimeNanos: real.monotonicTimeNanos,
      sleep: (duration) => real.sleep(duration)
    })
  )

/** A record to put: its value says where it lies unless more is said. */
export const draft = (pk: string, sk: string, more: Partial<RecordDraft> = {}): RecordDraft => ({
  pk,
  sk,
  value: JSON.stringify({ of: sk.length }),
  ...more
})

/** What a store answers about a draft that it has. */
export const kept = ({ expiresAt, pk, sk, value }: RecordDraft, version = 1): Record => ({
  pk,
  sk,
  value,
  version,
  ...(expiresAt === undefined ? {} : { expiresAt })
})

const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
const nameOf = (pk: string, sk: string) => JSON.stringify([pk, sk])

/** The simplest store there can be. */
export class RecordModel {
  private readonly all = new Map<string, Record>()

  get(pk: string, sk: string, now: number): Record | undefined {
    const record = this.all.get(nameOf(pk, sk))
    return record === undefined || (record.expiresAt ?? Infinity) <= now ? undefined : record
  }

  list({ after, limit, pk, prefix = "", reverse = false }: RecordPage, now: number): ReadonlyArray<Record> {
    const sign = reverse ? -1 : 1
    return [...this.all.values()]
      .filter((one) => one.pk === pk && one.sk.startsWith(prefix) && this.get(pk, one.sk, now) !== undefined)
      .filter((one) => after === undefined || sign * byText(one.sk, after) > 0)
      .sort((a, b) => sign * byText(a.sk, b.sk))
      .slice(0, limit)
  }

  /** The new version, or a conflict with the one that is there. */
  put(record: RecordDraft, condition: RecordCondition | undefined, now: number): number | RecordConflict {
    const version = this.get(record.pk, record.sk, now)?.version ?? 0
    if (condition !== undefined && condition.version !== version) return new RecordConflict({ version })
    this.all.set(nameOf(record.pk, record.sk), kept(record, version + 1))
    return version + 1
  }

  remove(pk: string, sk: string, now: number): boolean {
    const there = this.get(pk, sk, now) !== undefined
    this.all.delete(nameOf(pk, sk))
    return there
  }

  /** All that expired before, how ever many. */
  sweep(before: number, now: number): number {
    const gone = [...this.all].filter(([, { expiresAt = Infinity }]) => expiresAt < before && expiresAt <= now)
    for (const [name] of gone) this.all.delete(name)
    return gone.length
  }
}

/** Follows pages until one is not full; each begins where the last one ended. */
export const whole = Effect.fnUntraced(function* (part: Omit<RecordPage, "after" | "limit">, limit = 1000) {
  const store = yield* RecordStore
  const all: Array<Record> = []
  for (;;) {
    const page = yield* store.list({ ...part, after: all.at(-1)?.sk, limit })
    assert.isAtMost(page.length, limit)
    all.push(...page)
    if (page.length < limit) return all
    assert.isAtMost(all.length, 10_000, "the pages go round in a circle")
  }
})
