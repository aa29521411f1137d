/**
 * Numbers messages in memory, in two steps, so that a batch can be made durable in between: staged, nothing has changed; committed, it is
 * in its rooms' streams. What every engine that numbers by itself shares.
 */
import type { Clock } from "effect"
import { textFrame } from "../actor/textFrame.ts"
import { type Draft, encodeMessage, type Message } from "../domain/Message.ts"
import type { RoomId } from "../domain/RoomId.ts"
import type { Entry } from "./Entry.ts"
import type { Appended } from "./RoomLog.ts"
import { idempotencyKey, type RoomStream } from "./RoomStream.ts"

interface Fresh {
  readonly stream: RoomStream
  readonly key: string
  readonly message: Message
}

/** A numbered batch. `entries` are its new messages in order, `outcomes` what became of each draft once it is committed. */
export interface Staged {
  readonly outcomes: ReadonlyArray<Appended>
  readonly entries: ReadonlyArray<Entry>
  readonly fresh: ReadonlyArray<Fresh>
}

/** The end of a room's log as a batch under way leaves it. */
interface End {
  head: number
  at: number
}

export class Ledger {
  readonly streams = new Map<RoomId, RoomStream>()
  private readonly clock: Clock.Clock
  private readonly open: (roomId: RoomId) => RoomStream

  constructor(clock: Clock.Clock, open: (roomId: RoomId) => RoomStream) {
    this.clock = clock
    this.open = open
  }

  /** The recent part of a room's log, begun where there is none. */
  stream(roomId: RoomId): RoomStream {
    let found = this.streams.get(roomId)
    if (found === undefined) this.streams.set(roomId, (found = this.open(roomId)))
    return found
  }

  /** Numbers and dates a batch. A draft whose user already sent its `messageId` to the room is not numbered again. */
  stage(batch: ReadonlyArray<Draft>): Staged {
    const ends = new Map<RoomStream, End>()
    const seen = new Map<string, Message>()
    const fresh: Array<Fresh> = []
    const entries: Array<Entry> = []
    const outcomes = batch.map((draft): Appended => {
      const stream = this.stream(draft.roomId)
      const key = idempotencyKey(draft.userId, draft.messageId)
      const earlier = this.earlier(stream, key, seen)
      if (earlier !== undefined) {
        return sameMessage(earlier, draft) ? { _tag: "duplicate", stream, message: earlier } : { _tag: "conflict" }
      }
      const message = this.number(draft, stream, ends)
      seen.set(`${draft.roomId} ${key}`, message)
      fresh.push({ stream, key, message })
      entries.push({
        roomId: draft.roomId,
        epoch: stream.epoch,
        seq: message.seq,
        userId: draft.userId,
        messageId: draft.messageId,
        at: ends.get(stream)!.at,
        json: encodeMessage(message)
      })
      return { _tag: "accepted", stream, message }
    })
    return { outcomes, entries, fresh }
  }

  /** Makes a staged batch part of its rooms. Nothing may have been staged or committed since. */
  commit({ entries, fresh }: Staged): void {
    fresh.forEach(({ key, stream }, i) => {
      const { at, json } = entries[i]!
      stream.push(key, at, textFrame(json))
    })
  }

  private earlier(stream: RoomStream, key: string, seen: ReadonlyMap<string, Message>): Message | undefined {
    const seq = stream.find(key)
    if (seq !== undefined) return stream.message(seq)
    return seen.size === 0 ? undefined : seen.get(`${stream.roomId} ${key}`)
  }

  private number(draft: Draft, stream: RoomStream, ends: Map<RoomStream, End>): Message {
    let end = ends.get(stream)
    if (end === undefined) ends.set(stream, (end = { head: stream.head, at: stream.lastTimestamp }))
    end.head++
    // a clock that jumps back must not turn a room's timestamps around
    end.at = Math.max(end.at, this.clock.currentTimeMillisUnsafe())
    return {
      messageId: draft.messageId,
      roomId: draft.roomId,
      seq: end.head,
      type: draft.type,
      userId: draft.userId,
      username: draft.username,
      content: draft.content,
      timestamp: new Date(end.at).toISOString(),
      ...(draft.replyTo === undefined ? {} : { replyTo: draft.replyTo }),
      ...(draft.bot === undefined ? {} : { bot: draft.bot })
    }
  }
}

const sameMessage = (message: Message, draft: Draft) =>
  message.content === draft.content && message.type === draft.type && message.replyTo === draft.replyTo
