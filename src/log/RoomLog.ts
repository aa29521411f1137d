/**
 * The truth about rooms: a message is numbered and made durable here before anyone sees it or gets an ack for it, and delivery,
 * acknowledgement, history and recovery all read from here. Nothing else numbers messages.
 */
import { Clock, Context, Effect, Layer, Random, Schema } from "effect"
import { textFrame } from "../actor/textFrame.ts"
import { type Draft, encodeMessage, type Message } from "../domain/Message.ts"
import type { RoomId } from "../domain/RoomId.ts"
import { RoomStream, type StreamLimits } from "./RoomStream.ts"

/** What became of a draft. `duplicate`: the same user sent the same content under this id before; `conflict`: other content. */
export type Appended =
  | { readonly _tag: "accepted"; readonly stream: RoomStream; readonly message: Message }
  | { readonly _tag: "duplicate"; readonly stream: RoomStream; readonly message: Message }
  | { readonly _tag: "conflict" }

/** The log cannot take more just now; nothing of the batch was kept. */
export class LogUnavailable extends Schema.TaggedError<LogUnavailable>()("LogUnavailable", {
  reason: Schema.Literals(["overloaded", "storage_full"]),
  retryAfterMs: Schema.Int
}) {}

export class RoomLog extends Context.Service<
  RoomLog,
  {
    /**
     * Numbers a batch and makes it durable, all or nothing. Answers in the order of the batch. A draft whose user already sent its
     * `messageId` to the room is not appended again.
     */
    append(batch: ReadonlyArray<Draft>): Effect.Effect<ReadonlyArray<Appended>, LogUnavailable>
    /** The recent part of a room's log; begins a new one, under an epoch of its own, where there is none. */
    stream(roomId: RoomId): RoomStream
    /** The recent part of a room's log, if there is one. */
    find(roomId: RoomId): RoomStream | undefined
    /** Lets go of a room that nobody has used for long. */
    forget(roomId: RoomId): void
  }
>()("hubbub/log/RoomLog") {
  /** Keeps the recent messages of each room, and nothing beyond the process: `memory` durability. */
  static readonly layerMemory = (limits: StreamLimits) =>
    Layer.effect(
      RoomLog,
      Effect.gen(function* () {
        const clock = yield* Clock.Clock
        const streams = new Map<RoomId, RoomStream>()
        // No later process may continue this one's positions, and a room that left memory starts again at 1: both need an epoch that
        // was never used. 47 random bits make a repeat as good as impossible and stay exact in JSON.
        let epoch = yield* Random.nextIntBetween(1, 2 ** 47)

        const stream = (roomId: RoomId) => {
          let found = streams.get(roomId)
          if (found === undefined) streams.set(roomId, (found = new RoomStream(roomId, epoch, limits)))
          return found
        }

        const appendOne = (draft: Draft): Appended => {
          const room = stream(draft.roomId)
          const earlier = room.find(draft.userId, draft.messageId)
          if (earlier !== undefined) {
            const message = room.message(earlier)
            const same =
              message.content === draft.content && message.type === draft.type && message.replyTo === draft.replyTo
            return same ? { _tag: "duplicate", stream: room, message } : { _tag: "conflict" }
          }
          // a clock that jumps back must not turn a room's timestamps around
          room.lastTimestamp = Math.max(room.lastTimestamp, clock.currentTimeMillisUnsafe())
          const message: Message = {
            messageId: draft.messageId,
            roomId: draft.roomId,
            seq: room.head + 1,
            type: draft.type,
            userId: draft.userId,
            username: draft.username,
            content: draft.content,
            timestamp: new Date(room.lastTimestamp).toISOString(),
            ...(draft.replyTo === undefined ? {} : { replyTo: draft.replyTo })
          }
          room.push(message, textFrame(encodeMessage(message)))
          return { _tag: "accepted", stream: room, message }
        }

        return RoomLog.of({
          append: (batch) => Effect.sync(() => batch.map(appendOne)),
          stream,
          find: (roomId) => streams.get(roomId),
          forget: (roomId) => {
            if (streams.delete(roomId)) epoch++
          }
        })
      })
    )
}
