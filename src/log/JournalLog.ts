/**
 * The room log of one process on its disk: a batch is written to the journal before anyone sees any of it. Positions and recent messages
 * survive the process; `fsync` and `store` hold back acknowledgements (never delivery) until the disk or the store has it.
 */
import { Clock, Context, Effect, Layer } from "effect"
import { FaultPoint } from "../actor/FaultPoint.ts"
import { Signal } from "../actor/Signal.ts"
import { supervise } from "../actor/supervise.ts"
import type { RoomId } from "../domain/RoomId.ts"
import type { Amendment } from "./Amendment.ts"
import { BacklogFull, JournalFailed, JournalFull } from "./journal/JournalFailed.ts"
import * as Journal from "./journal/Journal.ts"
import { Ledger } from "./Ledger.ts"
import { OpenJournal } from "./OpenJournal.ts"
import { CurrentOverlay, type Laid, Overlay } from "./Overlay.ts"
import { type Durability, LogUnavailable, readStream, recentIn, RoomLog } from "./RoomLog.ts"
import { Replay } from "./Replay.ts"
import { RoomStream, type StreamLimits } from "./RoomStream.ts"

export interface JournalLogOptions {
  /** Directory of the journal; made if it is missing. */
  readonly directory: string
  readonly durability: Exclude<Durability, "memory">
  readonly segmentBytes: number
  readonly maxBacklogBytes: number
  /** Milliseconds after which rooms that were brought back at the start, and nobody came to, leave memory. */
  readonly idleMs: number
}

/** Milliseconds between two flushes to the disk where no acknowledgement waits for them. */
const SYNC_MS = 1000
/** Milliseconds for which a store may not show yet what it has taken. */
const STORE_LAG_MS = 10_000
/** Milliseconds after which a refused message is worth another try. */
const RETRY_MS = { overloaded: 5000, storage_full: 1000 } as const

const recordOf = (amendment: Amendment): Journal.JournalRecord => {
  const { by, kind, madeAt, message: _, said, ...entry } = amendment
  return { ...entry, change: { kind, by, madeAt, said } }
}

const laidOf = ({ change, epoch, json, revision = 0, roomId, seq }: Journal.JournalRecord): Laid => ({
  roomId,
  epoch,
  seq,
  revision,
  json,
  said: change?.said ?? ""
})

export const layer = (options: JournalLogOptions, limits: StreamLimits) =>
  Layer.effectContext(
    Effect.gen(function* () {
      const clock = yield* Clock.Clock
      const replay = new Replay()
      const overlay = new Overlay()
      const { directory, durability, maxBacklogBytes, segmentBytes } = options
      const fault = yield* FaultPoint
      const onRotate = () => Effect.runSync(fault("journal/rotating"))
      const visit = (visited: Journal.Visited, end: number) => {
        if (!visited.isChange) return replay.visit(visited)
        const { record } = visited
        overlay.add(laidOf(record), end)
        if (record.epoch === visited.epoch) replay.change(record)
      }
      const journal = yield* Journal.open({ directory, segmentBytes, maxBacklogBytes, onRotate }, visit)
      replay.finish()
      const drained = () => overlay.drained(journal.drained, clock.currentTimeMillisUnsafe())
      drained()
      const ledger = new Ledger(
        clock,
        (roomId) => {
          const { epoch } = journal
          const { at = 0, head = 0 } = journal.rooms.get(roomId) ?? {}
          const stream = new RoomStream(roomId, epoch, limits, head, at, overlay.of(roomId, epoch))
          replay.restore(stream)
          return stream
        },
        journal.revision
      )
      const { streams } = ledger
      /** Rooms that were looked at since the start, but that nobody has entered. */
      const unused = new Set<RoomId>()
      const look = (roomId: RoomId) => {
        unused.add(roomId)
        return ledger.stream(roomId)
      }
      /** The room's stream if it is in memory, be it as what was read at the start. */
      const find = (roomId: RoomId) =>
        streams.get(roomId) ?? (replay.oldest(roomId) === undefined ? undefined : look(roomId))
      const oldestOf = (roomId: RoomId, head: number) =>
        streams.get(roomId)?.oldest ?? replay.oldest(roomId) ?? head + 1

      const dirty = new Signal()
      const grown = new Signal()
      const moved = new Signal()
      let appended = 0
      let synced = durability === "fsync" ? journal.synced : 0
      let refusing = false
      let failing = false
      if (journal.lsn > journal.drained) grown.raise()

      /** Why the journal did not take a batch, said once until it takes one again. */
      const refused = (failure: unknown) =>
        Effect.gen(function* () {
          // what cannot be written as it is, is for whoever asked for it to tell from the rest
          if (
            failure instanceof Error &&
            ![JournalFull, JournalFailed, BacklogFull].some((kind) => failure instanceof kind)
          ) {
            return yield* Effect.die(failure)
          }
          const reason = failure instanceof JournalFull ? "storage_full" : "overloaded"
          if (!refusing) {
            refusing = true
            const why = failure instanceof Error ? failure.message : String(failure)
            yield* Effect.logError("the journal takes no messages", { reason, why, directory })
          }
          return yield* new LogUnavailable({ reason, retryAfterMs: RETRY_MS[reason] })
        })

      const grew = (records: number) => {
        refusing = false
        appended += records
        dirty.raise()
        grown.raise()
      }

      const written = Effect.andThen(
        dirty.wait,
        Effect.sync(() => dirty.lower())
      )
      /** Acknowledgements wait for this one. */
      const syncAtOnce = Effect.gen(function* () {
        yield* written
        yield* journal.sync
        synced = journal.synced
        moved.raise()
      }).pipe(
        // a journal that failed once keeps failing, so that the process ends: what the disk has can only be told by reading it again
        Effect.tapError(() => Effect.sync(() => dirty.raise())),
        Effect.orDie
      )
      /** Says why the disk takes nothing, once until it takes something again. */
      const unsynced = ({ message }: JournalFailed) =>
        Effect.suspend(() => {
          if (failing) return Effect.void
          failing = true
          return Effect.logError("the journal could not be flushed to the disk", { why: message, directory })
        })
      const syncNowAndThen = Effect.gen(function* () {
        yield* written
        yield* Effect.matchEffect(journal.sync, {
          onFailure: unsynced,
          onSuccess: () => Effect.sync(() => void (failing = false))
        })
        yield* Effect.sleep(SYNC_MS)
      })
      const sync = durability === "fsync" ? syncAtOnce : syncNowAndThen
      yield* sync.pipe(Effect.forever({ disableYield: true }), supervise("journal sync"))
      yield* Effect.sleep(options.idleMs).pipe(
        Effect.andThen(
          Effect.sync(() => {
            replay.clear()
            for (const roomId of unused) streams.delete(roomId)
            unused.clear()
          })
        ),
        Effect.andThen(Effect.never),
        supervise("rooms nobody came back to")
      )

      const log = RoomLog.of({
        durability,
        keeping: {
          written: () => journal.lsn,
          kept: () => (durability === "fsync" ? synced : durability === "store" ? journal.drained : journal.lsn),
          moved: Effect.andThen(
            moved.wait,
            Effect.sync(() => moved.lower())
          )
        },
        append: (batch) =>
          Effect.suspend(() => {
            const staged = ledger.stage(batch)
            if (staged.entries.length === 0) return Effect.succeed(staged.outcomes)
            try {
              journal.append(staged.entries)
            } catch (failure) {
              return refused(failure)
            }
            ledger.commit(staged)
            grew(staged.entries.length)
            return Effect.succeed(staged.outcomes)
          }),
        amend: (batch) =>
          Effect.suspend(() => {
            // what a start has read back is as much in memory as a room that is open
            for (const { target } of batch) find(target.roomId)
            const staged = ledger.stageChanges(batch, (target) => {
              const { json, roomId } = target
              return overlay.get(roomId, target) ?? { json, said: "" }
            })
            const { amendments, outcomes } = staged
            if (amendments.length === 0) return Effect.succeed(outcomes)
            if (overlay.full) return refused("too many changes wait for the store")
            const records = amendments.map(recordOf)
            try {
              journal.append(records)
            } catch (failure) {
              return refused(failure)
            }
            for (const record of records) overlay.add(laidOf(record), journal.lsn)
            ledger.commitChanges(staged)
            grew(records.length)
            return Effect.succeed(outcomes)
          }),
        stream: (roomId) => {
          unused.delete(roomId)
          return ledger.stream(roomId)
        },
        find,
        forget: (roomId) => {
          streams.delete(roomId)
        },
        tail: (roomId) => {
          const { at = 0, drained = 0, head = 0 } = journal.rooms.get(roomId) ?? {}
          const from = Math.min(oldestOf(roomId, head), drained + 1)
          const { epoch, owesOlder } = journal
          return { epoch, head, from, owesOlder, ...(head === 0 ? {} : { at }) }
        },
        read: Effect.fnUntraced(function* (roomId, after, to) {
          const stream = find(roomId)
          const start = Math.max(after, Math.min(to, (stream?.oldest ?? to + 1) - 1))
          // taken first: it may be gone once the file has been read
          const recent = readStream(stream, start, to)
          if (start === after || recent === undefined) return recent
          // the files have messages as they were said, and changes that the store has had for long are laid over nothing any more
          if (after < journal.drainedAt(roomId)) return undefined
          const older = yield* journal.read(roomId, after, start)
          if (older === undefined) return undefined
          const { epoch } = journal
          // what has left memory was changed before, or is laid over here
          const now = (json: string, i: number) => overlay.get(roomId, { epoch, seq: after + 1 + i })?.json ?? json
          return [...older.map(now), ...recent]
        }),
        *rooms() {
          for (const [roomId, { at, head }] of journal.rooms) if (head > 0) yield { roomId, head, at }
        },
        recentBy: (userId) => {
          if (journal.owesOlder) return undefined
          const oldest = journal.oldestUndrained
          const now = clock.currentTimeMillisUnsafe()
          if (oldest !== undefined && now - oldest > STORE_LAG_MS) {
            for (const [roomId, { drained, head }] of journal.rooms) {
              if (head > drained && drained + 1 < oldestOf(roomId, head)) return undefined
            }
          }
          const since = Math.min(oldest ?? now, now - STORE_LAG_MS)
          for (const roomId of replay.since(since)) look(roomId)
          return recentIn(streams.values(), userId, since)
        }
      })
      return Context.make(RoomLog, log).pipe(
        Context.add(
          OpenJournal,
          OpenJournal.of({
            journal,
            grown,
            appended: () => appended,
            advanced: () => {
              drained()
              moved.raise()
            }
          })
        ),
        Context.add(CurrentOverlay, overlay)
      )
    })
  )
