/** Keeps records in memory, sorted: for servers that keep nothing, for tests, and as the model that the other engines must agree with. */
import { Clock, Effect, Layer } from "effect"
import { recordRange } from "./recordRange.ts"
import { acceptRecord, isLive, type Record, RecordConflict, RecordStore } from "./RecordStore.ts"
import { Sorted } from "./Sorted.ts"

type Sort = Pick<Record, "sk">
type Due = Pick<Record, "pk" | "sk"> & { readonly expiresAt: number }

const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
const bySort = (a: Sort, b: Sort) => byText(a.sk, b.sk)
const byDue = (a: Due, b: Due) => a.expiresAt - b.expiresAt || byText(a.pk, b.pk) || byText(a.sk, b.sk)

export const layer: Layer.Layer<RecordStore> = Layer.sync(RecordStore, () => {
  const partitions = new Map<string, Sorted<Sort, Record>>()
  /** What will expire, the first first. */
  const due = new Sorted<Due, Due>(byDue)

  /** The record that is there, even if it expired. */
  const held = (pk: string, sk: string) => partitions.get(pk)?.get({ sk })
  const live = (pk: string, sk: string, now: number) => {
    const record = held(pk, sk)
    return record !== undefined && isLive(record, now) ? record : undefined
  }

  const drop = (pk: string, sk: string) => {
    const { expiresAt } = held(pk, sk) ?? {}
    if (expiresAt !== undefined) due.remove({ pk, sk, expiresAt })
    const partition = partitions.get(pk)
    partition?.remove({ sk })
    if (partition?.size === 0) partitions.delete(pk)
  }
  const keep = (record: Record) => {
    const { expiresAt, pk, sk } = record
    drop(pk, sk)
    let partition = partitions.get(pk)
    if (partition === undefined) partitions.set(pk, (partition = new Sorted(bySort)))
    partition.set(record)
    if (expiresAt !== undefined) due.add({ pk, sk, expiresAt })
  }

  return RecordStore.of({
    get: (pk, sk) => Effect.map(Clock.currentTimeMillis, (now) => live(pk, sk, now)),
    list: ({ limit, pk, ...page }) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        const partition = partitions.get(pk)
        if (partition === undefined) return []
        const { from, to } = recordRange(page)
        const records = partition.slice(
          partition.at({ sk: from }),
          to === undefined ? Infinity : partition.at({ sk: to })
        )
        const there = records.filter((record) => isLive(record, now))
        return (page.reverse === true ? there.toReversed() : there).slice(0, limit)
      }),
    put: (draft, condition) =>
      acceptRecord(draft, condition).pipe(
        Effect.andThen(Clock.currentTimeMillis),
        Effect.flatMap((now) => {
          const { expiresAt, pk, sk, value } = draft
          const version = live(pk, sk, now)?.version ?? 0
          if (condition !== undefined && condition.version !== version)
            return Effect.fail(new RecordConflict({ version }))
          keep({ pk, sk, value, version: version + 1, ...(expiresAt === undefined ? {} : { expiresAt }) })
          return Effect.succeed(version + 1)
        })
      ),
    remove: (pk, sk) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        const there = live(pk, sk, now) !== undefined
        drop(pk, sk)
        return there
      }),
    sweep: (before, limit) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        const gone = due.slice(0, Math.min(limit, due.at({ expiresAt: Math.min(before, now + 1), pk: "", sk: "" })))
        for (const { pk, sk } of gone) drop(pk, sk)
        return gone.length
      })
  })
})
