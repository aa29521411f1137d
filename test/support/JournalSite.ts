/** A journal on a real disk, a store in memory that outlives it, and history over both, drained when a test says so. */
import { Effect, Layer } from "effect"
import { Supervisor } from "../../src/actor/Supervisor.ts"
import { BootId } from "../../src/log/journal/BootId.ts"
import type { Entry } from "../../src/log/Entry.ts"
import type { JournalRecord } from "../../src/log/journal/Journal.ts"
import * as JournalLog from "../../src/log/JournalLog.ts"
import { OpenJournal } from "../../src/log/OpenJournal.ts"
import type { RoomLog } from "../../src/log/RoomLog.ts"
import type { StreamLimits } from "../../src/log/RoomStream.ts"
import { History } from "../../src/store/History.ts"
import * as MemoryStore from "../../src/store/MemoryStore.ts"
import { MessageStore } from "../../src/store/MessageStore.ts"

/** A store for more than one journal. */
export const emptyStore = MessageStore.pipe(Effect.provide(MemoryStore.layer, { local: true }))

export interface SiteOptions extends Partial<JournalLog.JournalLogOptions> {
  readonly directory: string
  readonly store: MessageStore["Service"]
  readonly limits?: Partial<StreamLimits>
  readonly bootId?: string
}

/** Opened whenever it is built; to be provided with `local`, so that it closes with what it is provided to. */
export const journalSite = ({
  bootId = "boot-1",
  limits,
  store,
  ...options
}: SiteOptions): Layer.Layer<RoomLog | OpenJournal | History | MessageStore> =>
  Layer.fresh(History.layer).pipe(
    Layer.provideMerge(Layer.succeed(MessageStore, store)),
    Layer.provideMerge(
      JournalLog.layer(
        { durability: "journal", segmentBytes: 65_536, maxBacklogBytes: 2 ** 30, idleMs: 600_000, ...options },
        { messages: 10_000, bytes: 2 ** 30, burstMs: 0, ...limits }
      )
    ),
    Layer.provide(Supervisor.layer),
    Layer.provide(Layer.succeed(BootId, bootId)),
    Layer.orDie
  )

const entryOf = (record: JournalRecord): Entry => {
  const { change: _, ...entry } = record
  return entry
}

/** Moves up to so many records to the store, as the drain does. */
export const drainSome = Effect.fnUntraced(function* (most: number) {
  const { advanced, journal } = yield* OpenJournal
  const store = yield* MessageStore
  const { next, records } = yield* journal.tail(journal.drained, most, 2 ** 20)
  yield* Effect.orDie(store.put(records.map(entryOf)))
  yield* journal.drain(next, records)
  advanced()
  return records.length
})

/** Moves everything to the store. */
export const drainEverything = Effect.repeat(drainSome(100), { while: (moved) => moved > 0 })
