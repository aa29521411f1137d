/**
 * The file that makes messages durable before anyone sees them: what `append` returned for is still there after the process dies. It
 * keeps everything until the store has it, and counts positions in it as LSNs: bytes from the beginning of the journal's life.
 */
import { Clock, Effect, type Scope, Semaphore } from "effect"
import { ftruncateSync } from "node:fs"
import type { RoomId } from "../../domain/RoomId.ts"
import { Backlog } from "./Backlog.ts"
import { BatchBuffer } from "./BatchBuffer.ts"
import { BootId } from "./BootId.ts"
import { type Chain, writeFully } from "./Chain.ts"
import { keepReserve, type RoomState, writeCheckpoint, writeCheckpointNow } from "./checkpoint.ts"
import { errorCode } from "./errorCode.ts"
import { BacklogFull, failureOf, JournalFailed, JournalFull } from "./JournalFailed.ts"
import { JournalUnusable } from "./JournalUnusable.ts"
import { lock } from "./lock.ts"
import { readMessages, readTail, type Tail } from "./reading.ts"
import type { JournalRecord, Visited } from "./record.ts"
import { recover, type Recovered } from "./recover.ts"
import { HEADER_BYTES } from "./Segment.ts"

export type { JournalRecord, Visited } from "./record.ts"
export type { RoomState } from "./checkpoint.ts"
export type { Tail } from "./reading.ts"

export interface JournalOptions {
  /** DATA_DIR; made where it is missing. */
  readonly directory: string
  /** Bytes after which a new file is begun. */
  readonly segmentBytes: number
  /** Bytes the store may be behind before `append` refuses. */
  readonly maxBacklogBytes: number
  /** Runs when the file of the next segment exists and nothing is in it yet. */
  readonly onRotate?: () => void
}

export class Journal {
  /** The present epoch; positions of another one are never continued. */
  readonly epoch: number
  private readonly olderTo: number
  private readonly states: Map<RoomId, RoomState>
  private readonly chain: Chain
  private readonly pending: Backlog
  private readonly options: JournalOptions
  private readonly bootId: string
  private readonly syncing = Semaphore.makeUnsafe(1)
  private readonly sweeping = Semaphore.makeUnsafe(1)
  private readonly batch = new BatchBuffer()
  private syncedTo: number
  private changed: number
  /** The file may have more than its whole records, because a failed append could not be taken back. */
  private torn = false
  /** The last append found the disk full. */
  private full = false
  private closed = false
  /** After a failed fsync nobody can tell what the disk has, and a later one that succeeds does not say either. */
  private doubt: JournalFailed | undefined
  /** Runs what `append` starts and does not wait for. */
  private readonly fork: (effect: Effect.Effect<void>) => unknown

  constructor(
    { chain, drained, epoch, olderTo, revision, rooms, watermark }: Recovered,
    options: JournalOptions,
    bootId: string,
    fork: (effect: Effect.Effect<void>) => unknown
  ) {
    this.epoch = epoch
    this.olderTo = olderTo
    this.chain = chain
    this.states = rooms
    this.pending = new Backlog(chain, watermark, drained, options.maxBacklogBytes)
    this.fork = fork
    this.options = options
    this.bootId = bootId
    this.syncedTo = chain.active.end
    this.changed = revision
  }

  /** Every room ever seen in this epoch, also those whose messages are gone from the journal. */
  get rooms(): ReadonlyMap<RoomId, RoomState> {
    return this.states
  }

  /** The highest revision of a change that was ever kept here; 0 where there never was one. */
  get revision(): number {
    return this.changed
  }

  /** Position after the last record. */
  get lsn(): number {
    return this.chain.active.end
  }

  /** The store has everything before this position. */
  get drained(): number {
    return this.pending.mark
  }

  /** Whether the store has yet to take messages of epochs that have ended. */
  get owesOlder(): boolean {
    return this.drained < this.olderTo
  }

  /** The highest position of a room that the store has; 0 for none. */
  drainedAt(roomId: RoomId): number {
    return this.states.get(roomId)?.drained ?? 0
  }

  /** Bytes the store has yet to take. */
  get backlog(): number {
    return this.pending.bytes
  }

  /** How full the backlog is, 0 to 1. */
  get backlogShare(): number {
    return this.pending.share
  }

  /** When the oldest record was made that the store has yet to take, ms since 1970. */
  get oldestUndrained(): number | undefined {
    return this.pending.oldestAt
  }

  /** Everything before this position is on the disk, and survives a power cut. */
  get synced(): number {
    return this.syncedTo
  }

  /**
   * Keeps messages of the present epoch and changes of any, all or none, and returns the position after them. What it returned for
   * survives the death of the process. Throws `JournalFull`, `JournalFailed` or `BacklogFull`.
   */
  append(records: ReadonlyArray<JournalRecord>): number {
    if (this.closed) throw new JournalFailed({ reason: "the journal is closed" })
    if (this.pending.isFull) throw new BacklogFull({ backlog: this.backlog })
    if (records.length === 0) return this.lsn
    const length = this.batch.encode(records, this.epoch)
    try {
      this.mend()
      const { size } = this.chain.active
      if (size >= this.options.segmentBytes && size > HEADER_BYTES) this.chain.rotate(this.epoch, this.options.onRotate)
      this.torn = true
      writeFully(this.chain.active.fd, this.batch.bytes, length, this.chain.active.size)
      this.torn = false
    } catch (error) {
      const failure = failureOf(error)
      this.full = failure instanceof JournalFull
      this.attempt(() => this.mend())
      if (this.giveUpDrained()) this.fork(this.sweep)
      throw failure
    }
    this.full = false
    this.note(records, length)
    return this.lsn
  }

  /**
   * The JSON of the present epoch's messages with after < seq ≤ to as they were said, in order; `undefined` if the files do not have all of them. May run
   * beside anything else.
   */
  read(roomId: RoomId, after: number, to: number): Effect.Effect<ReadonlyArray<string> | undefined> {
    return readMessages(this.chain, this.epoch, roomId, after, to)
  }

  /**
   * The records of every epoch from a position on, at most so many and about so many bytes, but at least one if there is one; `next` is
   * the position to go on from. A record that cannot be read back is a defect.
   */
  tail(from: number, maxRecords: number, maxBytes: number): Effect.Effect<Tail> {
    return Effect.orDie(readTail(this.chain, from, maxRecords, maxBytes))
  }

  /**
   * The store now has everything before `to`, `records` being what it took last. Survives the death of the process. Files that the
   * store has all of are deleted; where that fails it is tried again the next time.
   */
  drain(to: number, records: ReadonlyArray<JournalRecord>): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (this.closed) return Effect.void
      for (const { change, epoch, roomId, seq } of records) {
        const room = epoch === this.epoch && change === undefined ? this.states.get(roomId) : undefined
        if (room !== undefined && seq > room.drained) room.drained = seq
      }
      if (!this.pending.advance(to)) return Effect.void
      this.giveUpDrained()
      return Effect.try({ try: () => this.pending.write(), catch: failureOf }).pipe(
        Effect.catch(({ message }) =>
          Effect.logWarning(
            "the journal could not note what the store has; after a restart the store is given it again",
            {
              reason: message
            }
          )
        ),
        Effect.andThen(this.sweep)
      )
    })
  }

  /** Has the disk take all that was appended by now. Once it failed it keeps failing: only a restart can tell what the disk has. */
  readonly sync: Effect.Effect<void, JournalFailed> = Effect.suspend(() =>
    this.closed
      ? Effect.void
      : this.doubt !== undefined
        ? Effect.fail(this.doubt)
        : Effect.tryPromise({
            try: () => this.chain.sync(),
            catch: (error) =>
              (this.doubt = new JournalFailed({ reason: `fsync of the journal failed: ${String(error)}` }))
          }).pipe(
            Effect.map((lsn) => {
              this.syncedTo = lsn
              this.attempt(() => this.chain.prepare())
            })
          )
  ).pipe(Effect.uninterruptible, (effect) => this.syncing.withPermit(effect))

  /** Writes everything through, notes that the stop was clean, and closes the files. */
  readonly close: Effect.Effect<void> = Effect.sync(() => {
    this.closed = true
    try {
      if (this.doubt !== undefined) throw this.doubt
      this.mend()
      this.chain.syncNow()
      this.syncedTo = this.lsn
      writeCheckpointNow(this.chain.directory, this.checkpoint(true, this.chain.first.start), this.states)
      return undefined
    } catch (error) {
      return failureOf(error)
    } finally {
      this.pending.close()
      this.chain.close()
    }
  }).pipe(
    Effect.flatMap((failure) =>
      failure === undefined
        ? Effect.void
        : Effect.logError("the journal was not closed in order", { reason: failure.message })
    ),
    (effect) => this.syncing.withPermit(effect),
    (effect) => this.sweeping.withPermit(effect)
  )

  /** Deletes what the store has, after the heads of the rooms in it are safe. */
  private readonly sweep: Effect.Effect<void> = Effect.suspend(() => {
    const { segments } = this.chain
    const keep = segments.findIndex((segment) => segment === this.chain.active || segment.end > this.drained)
    if (keep === 0 || this.closed) return Effect.void
    return Effect.tryPromise({
      try: async () => {
        const { directory } = this.chain
        await writeCheckpoint(directory, this.checkpoint(false, segments[keep]!.start), this.states)
        for (let i = 0; i < keep; i++) await this.chain.dropFirst()
        this.attempt(() => this.chain.prepare())
        keepReserve(directory)
      },
      catch: failureOf
    }).pipe(
      Effect.catch(({ message }) =>
        Effect.logWarning("journal files that the store has could not be deleted yet", { reason: message })
      )
    )
  }).pipe(Effect.uninterruptible, (effect) => this.sweeping.withPermit(effect))

  private checkpoint(clean: boolean, first: number) {
    const { bootId, chain, changed: revision, epoch, lsn: end } = this
    return { epoch, bootId, clean, first, active: chain.active.start, end, revision }
  }

  private note(records: ReadonlyArray<JournalRecord>, length: number): void {
    const { active } = this.chain
    let offset = active.size
    for (let i = 0; i < records.length; i++) {
      const { at, change, revision = 0, roomId, seq } = records[i]!
      if (change === undefined) {
        const room = this.states.get(roomId)
        if (room === undefined) this.states.set(roomId, { head: seq, at, drained: 0 })
        else {
          room.head = seq
          room.at = at
        }
        active.index.add(roomId, seq, offset)
      } else this.changed = Math.max(this.changed, revision)
      offset += this.batch.sizes[i]!
    }
    active.size += length
  }

  /**
   * When the disk is full, maybe of what the store has by now: only a file that is not written to any more can go. Says whether there is
   * one more of those.
   */
  private giveUpDrained(): boolean {
    const { chain } = this
    if (!this.full || this.backlog > 0 || chain.active.size === HEADER_BYTES) return false
    this.attempt(() => chain.rotate(this.epoch, this.options.onRotate))
    return chain.active.size === HEADER_BYTES
  }

  /** Cuts off what a failed append left behind. */
  private mend(): void {
    if (!this.torn) return
    ftruncateSync(this.chain.active.fd, this.chain.active.size)
    this.torn = false
  }

  /** What may fail on a full disk, and is tried again before anything depends on it. */
  private attempt(step: () => void): void {
    try {
      step()
    } catch (error) {
      if (errorCode(error) === "") throw error
    }
  }
}

/**
 * Locks the directory, reads and repairs what is there, and calls `visit` for each record of the present epoch in order, with the
 * position after it. Blocks the thread meanwhile. When the scope closes everything is on the disk and the directory is free.
 */
export const open = (
  options: JournalOptions,
  visit: (record: Visited, end: number) => void
): Effect.Effect<Journal, JournalUnusable, Scope.Scope> =>
  Effect.gen(function* () {
    yield* lock(options.directory)
    const now = yield* Clock.currentTimeMillis
    const bootId = yield* BootId
    const fork = Effect.runForkWith(yield* Effect.context())
    return yield* Effect.acquireRelease(
      recover(options.directory, { now, bootId }, visit).pipe(
        Effect.tap(({ cut }) =>
          cut > 0 ? Effect.logWarning("cut an unfinished record off the journal", { bytes: cut }) : Effect.void
        ),
        Effect.map((recovered) => new Journal(recovered, options, bootId, fork))
      ),
      (journal) => journal.close
    )
  })
