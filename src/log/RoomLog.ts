/**
 * The truth about rooms: a message is numbered and made durable here before anyone sees it or gets an ack for it, and delivery,
 * acknowledgement, history and recovery all read from here. Nothing else numbers messages.
 */
import { Clock, Context, Effect, Layer, Random, Schema } from "effect"
import type { Draft, Message } from "../domain/Message.ts"
import type { Amendment, Demand } from "./Amendment.ts"
import type { RoomId } from "../domain/RoomId.ts"
import type { UserId } from "../domain/UserId.ts"
import type { Entry } from "./Entry.ts"
import { Ledger } from "./Ledger.ts"
import { RoomStream, type StreamLimits } from "./RoomStream.ts"

/** What became of a draft. `duplicate`: the same user sent the same content under this id before; `conflict`: other content. */
export type Appended =
  | { readonly _tag: "accepted"; readonly stream: RoomStream; readonly message: Message }
  | { readonly _tag: "duplicate"; readonly stream: RoomStream; readonly message: Message }
  | { readonly _tag: "conflict" }

/**
 * What became of a demand. `unchanged`: the message is so already; `gone`: it was deleted, or is not there any more; `full`: it has all the
 * reactions it can have.
 */
export type Amended =
  | { readonly _tag: "amended"; readonly amendment: Amendment }
  | { readonly _tag: "unchanged"; readonly message: Message }
  | { readonly _tag: "gone" }
  | { readonly _tag: "full" }

/** The log cannot take more just now; nothing of the batch was kept. */
export class LogUnavailable extends Schema.TaggedError<LogUnavailable>()("LogUnavailable", {
  reason: Schema.Literals(["overloaded", "storage_full"]),
  retryAfterMs: Schema.Int
}) {}

/** What an acknowledged message survives: the process, the machine's power, the disk, or nothing. */
export type Durability = "memory" | "journal" | "fsync" | "store"

/** Where a room's log ends, and from where on the log itself can serve it; what is older is in the store. */
export interface Tail {
  readonly epoch: number
  /** Position of the newest message, 0 before the first of the epoch. */
  readonly head: number
  /** Position of the oldest message that `read` gives; `head + 1` when it has none. */
  readonly from: number
  /** Whether messages of earlier epochs are in neither yet, but on their way to the store. */
  readonly owesOlder: boolean
  /** Milliseconds since 1970 of the newest message; missing where there is none of the epoch. */
  readonly at?: number
}

/** A room that has messages. */
export interface KnownRoom {
  readonly roomId: RoomId
  /** Messages of the present epoch. */
  readonly head: number
  /** Milliseconds since 1970 of the newest one. */
  readonly at: number
}

/** Acknowledgements may be given for what was appended up to `kept`, a mark on the same scale as `written`. */
export interface Keeping {
  written(): number
  kept(): number
  /** Waits until `kept` may have moved on; for ever where it equals `written`. */
  readonly moved: Effect.Effect<void>
}

export class RoomLog extends Context.Service<
  RoomLog,
  {
    readonly durability: Durability
    readonly keeping: Keeping
    /**
     * Numbers a batch and makes it durable, all or nothing. Answers in the order of the batch. A draft whose user already sent its
     * `messageId` to the room is not appended again; a batch of nothing but such drafts is answered also while nothing can be appended.
     */
    append(batch: ReadonlyArray<Draft>): Effect.Effect<ReadonlyArray<Appended>, LogUnavailable>
    /**
     * Changes messages and makes that durable, all or nothing. Answers in the order of the batch. Each change is of the message as the
     * one before has left it, whatever it was when it was read; what is deleted stays so. From then on nobody is given the message as
     * it was.
     */
    amend(batch: ReadonlyArray<Demand>): Effect.Effect<ReadonlyArray<Amended>, LogUnavailable>
    /** The recent part of a room's log, brought into memory where it is not; a room that never was begins at 0. */
    stream(roomId: RoomId): RoomStream
    /** The recent part of a room's log, if it is in memory. */
    find(roomId: RoomId): RoomStream | undefined
    /** Lets go of a room that nobody has used for long. */
    forget(roomId: RoomId): void
    /** Where a room's log ends; a room that never was ends at 0. Brings nothing into memory. */
    tail(roomId: RoomId): Tail
    /** The JSON of a room's messages with `after` < seq ≤ `to` as they are now, in order; nothing if the log has not all of them. */
    read(roomId: RoomId, after: number, to: number): Effect.Effect<ReadonlyArray<string> | undefined>
    /** Every room of the present epoch that has messages. */
    rooms(): Iterable<KnownRoom>
    /** A user's messages that the store may not show yet, oldest first; nothing if there are too many to tell. */
    recentBy(userId: UserId): ReadonlyArray<Entry> | undefined
  }
>()("hubbub/log/RoomLog") {
  /** Keeps the recent messages of each room, and nothing beyond the process: `memory` durability. */
  static readonly layerMemory = (limits: StreamLimits) =>
    Layer.effect(
      RoomLog,
      Effect.gen(function* () {
        // No later process may continue this one's positions, and a room that left memory starts again at 1: both need an epoch that
        // was never used. 47 random bits make a repeat as good as impossible and stay exact in JSON.
        let epoch = yield* Random.nextIntBetween(1, 2 ** 47)
        const ledger = new Ledger(yield* Clock.Clock, (roomId) => new RoomStream(roomId, epoch, limits))
        const { streams } = ledger
        return RoomLog.of({
          durability: "memory",
          keeping: { written: () => 0, kept: () => 0, moved: Effect.never },
          append: (batch) =>
            Effect.sync(() => {
              const staged = ledger.stage(batch)
              ledger.commit(staged)
              return staged.outcomes
            }),
          amend: (batch) =>
            Effect.sync(() => {
              const staged = ledger.stageChanges(batch)
              ledger.commitChanges(staged)
              return staged.outcomes
            }),
          stream: (roomId) => ledger.stream(roomId),
          find: (roomId) => streams.get(roomId),
          forget: (roomId) => {
            if (streams.delete(roomId)) epoch++
          },
          tail: (roomId) => {
            const stream = streams.get(roomId)
            return stream === undefined
              ? { epoch, head: 0, from: 1, owesOlder: false }
              : {
                  epoch: stream.epoch,
                  head: stream.head,
                  from: stream.oldest,
                  owesOlder: false,
                  ...(stream.head === 0 ? {} : { at: stream.lastTimestamp })
                }
          },
          read: (roomId, after, to) => Effect.sync(() => readStream(streams.get(roomId), after, to)),
          rooms: () => knownRooms(streams.values()),
          recentBy: (userId) => recentIn(streams.values(), userId, 0)
        })
      })
    )
}

/** The JSON of the messages after `after` up to `to`, if the stream has them all. */
export const readStream = (
  stream: RoomStream | undefined,
  after: number,
  to: number
): ReadonlyArray<string> | undefined => {
  if (after >= to) return []
  if (stream === undefined || !stream.reaches(after) || to > stream.head) return undefined
  return Array.from({ length: to - after }, (_, i) => stream.text(after + 1 + i))
}

function* knownRooms(streams: Iterable<RoomStream>): Iterable<KnownRoom> {
  for (const { head, lastTimestamp, roomId } of streams) {
    if (head > 0) yield { roomId, head, at: lastTimestamp }
  }
}

/** What a user sent since `since` milliseconds and is in memory, oldest first. */
export const recentIn = (streams: Iterable<RoomStream>, userId: UserId, since: number): ReadonlyArray<Entry> => {
  const found: Array<Entry> = []
  for (const stream of streams) {
    for (const seq of stream.by(userId, since)) {
      const { messageId, timestamp } = stream.message(seq)
      const { epoch, roomId } = stream
      found.push({ roomId, epoch, seq, userId, messageId, at: Date.parse(timestamp), json: stream.text(seq) })
    }
  }
  return found.sort((a, b) => a.at - b.at || (a.roomId < b.roomId ? -1 : a.roomId > b.roomId ? 1 : a.seq - b.seq))
}
