/**
 * A past to read from, cut where a test wants it: the log has the end of each room's present epoch, a real store the rest. The test
 * can move messages from one to the other at any moment, also while a page is being read, and take the store away.
 */
import { assert } from "@effect/vitest"
import { Effect, Layer } from "effect"
import type { Position } from "../../src/domain/Position.ts"
import type { RoomId } from "../../src/domain/RoomId.ts"
import type { Entry } from "../../src/log/Entry.ts"
import { RoomLog } from "../../src/log/RoomLog.ts"
import { History } from "../../src/store/History.ts"
import * as MemoryStore from "../../src/store/MemoryStore.ts"
import { MessageStore, StoreUnavailable } from "../../src/store/MessageStore.ts"

/** The present epoch of one room. */
interface Present {
  epoch: number
  from: number
  entries: Array<Entry>
}

export class Past {
  /** Reads the store was asked for. */
  asked = 0
  /** Whether the store answers. */
  away = false
  /** Whether the log can tell what users sent of late. */
  catchingUp = false
  /** Runs before each read of the log, and of the store. */
  beforeLog: Effect.Effect<void> = Effect.void
  beforeStore: Effect.Effect<void> = Effect.void
  private readonly rooms = new Map<RoomId, Present>()
  /** Entries of older epochs. */
  private readonly pending: Array<Entry> = []
  private kept: MessageStore["Service"] | undefined

  /** Entries of one room and one epoch; those of a higher epoch than before make it the present one. */
  add(entries: ReadonlyArray<Entry>): void {
    for (const entry of entries) {
      const present = this.rooms.get(entry.roomId)
      if (present === undefined || present.epoch < entry.epoch) {
        if (present !== undefined) this.pending.push(...present.entries)
        this.rooms.set(entry.roomId, { epoch: entry.epoch, from: 1, entries: [entry] })
      } else present.entries.push(entry)
    }
  }

  /** Messages of a room's present epoch. */
  count(roomId: RoomId): number {
    return this.entriesOf(roomId).entries.length
  }

  /** The room goes on in another epoch, in which nothing was said yet. */
  renew(roomId: RoomId, epoch: number): void {
    this.pending.push(...(this.rooms.get(roomId)?.entries ?? []))
    this.rooms.set(roomId, { epoch, from: 1, entries: [] })
  }

  /** From here on the log has a room's messages; the store has those before, and `overlap` of the others as well. */
  cut(roomId: RoomId, from: number, overlap = 0): Effect.Effect<void> {
    return Effect.suspend(() => {
      const present = this.rooms.get(roomId)!
      const drained = present.entries.filter(({ seq }) => seq < from + overlap)
      return Effect.map(this.keep([...this.pending, ...drained]), () => {
        present.from = from
      })
    })
  }

  /** From here on the log has a room's messages, and no matter whether the store has those before. */
  claim(roomId: RoomId, from: number, entries: ReadonlyArray<Entry>): void {
    this.rooms.set(roomId, { epoch: entries[0]!.epoch, from, entries: [...entries] })
  }

  /** Brings entries to the store, whatever the log has. */
  keep(entries: ReadonlyArray<Entry>): Effect.Effect<void> {
    return this.kept === undefined ? Effect.die("the store is not there yet") : Effect.orDie(this.kept.put(entries))
  }

  private entriesOf(roomId: RoomId): Present {
    return this.rooms.get(roomId) ?? { epoch: 1, from: 1, entries: [] }
  }

  private readonly store: Layer.Layer<MessageStore> = Layer.effect(
    MessageStore,
    Effect.map(MessageStore, (store) => {
      this.kept = store
      const read = <A>(answer: Effect.Effect<A, StoreUnavailable>) =>
        Effect.suspend(() => {
          this.asked++
          if (this.away) return Effect.fail(new StoreUnavailable({ reason: "taken away" }))
          return Effect.andThen(this.beforeStore, answer)
        })
      return MessageStore.of({
        ...store,
        room: (roomId, stretch) => read(store.room(roomId, stretch)),
        user: (userId, stretch) => read(store.user(userId, stretch))
      })
    })
  ).pipe(Layer.provide(MemoryStore.layer))

  private readonly log: Layer.Layer<RoomLog> = Layer.mock(RoomLog)({
    durability: "memory",
    keeping: { written: () => 0, kept: () => 0, moved: Effect.never },
    stream: () => assert.fail("history brings no room into memory"),
    find: () => undefined,
    forget: () => {},
    rooms: () => [],
    tail: (roomId) => {
      const { entries, epoch, from } = this.entriesOf(roomId)
      return { epoch, head: entries.length, from, owesOlder: false }
    },
    read: (roomId, after, to) =>
      Effect.map(this.beforeLog, () => {
        const { entries, from } = this.entriesOf(roomId)
        return after < from - 1 || to > entries.length ? undefined : entries.slice(after, to).map(({ json }) => json)
      }),
    recentBy: (userId) =>
      this.catchingUp
        ? undefined
        : [...this.rooms.values()]
            .flatMap(({ entries, from }) => entries.slice(from - 1))
            .filter((entry) => entry.userId === userId)
            .sort((a, b) => a.at - b.at || (a.roomId < b.roomId ? -1 : a.roomId > b.roomId ? 1 : a.seq - b.seq))
  })

  // fresh: the engine beside it has a history of its own
  readonly layer: Layer.Layer<History> = Layer.fresh(History.layer).pipe(
    Layer.provide(Layer.mergeAll(this.log, this.store))
  )
}

/** Where an entry is. */
export const positionOf = ({ epoch, seq }: Entry): Position => ({ epoch, seq })
