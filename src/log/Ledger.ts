/**
 * Numbers messages in memory, in two steps, so that a batch can be made durable in between: staged, nothing has changed; committed, it is
 * in its rooms' streams. What every engine that numbers by itself shares.
 */
import type { Clock } from "effect"
import { textFrame } from "../actor/textFrame.ts"
import { type Draft, encodeMessage, type Message } from "../domain/Message.ts"
import type { RoomId } from "../domain/RoomId.ts"
import { amend, type Amendment, type Demand, fingerprint, isChanged, type Newest } from "./Amendment.ts"
import type { Entry } from "./Entry.ts"
import type { Amended, Appended } from "./RoomLog.ts"
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

/**
 * A batch of changes. `amendments` are those that change something, in order, of each message only the last, which has the others in it;
 * `outcomes` what becomes of each demand.
 */
export interface StagedChanges {
  readonly outcomes: ReadonlyArray<Amended>
  readonly amendments: ReadonlyArray<Amendment>
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
  /** The highest revision of any change. */
  private revision: number

  /** `revision`: the highest of any change before. */
  constructor(clock: Clock.Clock, open: (roomId: RoomId) => RoomStream, revision = 0) {
    this.clock = clock
    this.open = open
    this.revision = revision
  }

  /** The recent part of a room's log, begun where there is none. */
  stream(roomId: RoomId): RoomStream {
    let found = this.streams.get(roomId)
    if (found === undefined) {
      this.streams.set(roomId, (found = this.open(roomId)))
      found.version = this.revision
    }
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
        return sameMessage(earlier, draft, stream)
          ? { _tag: "duplicate", stream, message: earlier }
          : { _tag: "conflict" }
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

  /**
   * Works out what changes make of their messages, each as it is by then: as it is in memory, or else as `elsewhere` has it, which knows
   * nothing of messages that are no more.
   */
  stageChanges(
    batch: ReadonlyArray<Demand>,
    elsewhere: (target: Entry) => Newest | undefined = () => undefined
  ): StagedChanges {
    /** In the order of their last change. */
    const staged = new Map<string, Amendment>()
    let { revision } = this
    const outcomes = batch.map((demand): Amended => {
      const { target } = demand
      const key = `${target.roomId} ${target.epoch} ${target.seq}`
      const newest = staged.get(key) ?? this.inMemory(target) ?? elsewhere(target)
      if (newest === undefined) return { _tag: "gone" }
      const now = this.clock.currentTimeMillisUnsafe()
      const next = Math.max(revision + 1, (target.revision ?? 0) + 1, now)
      const amended = amend(demand, newest, next, Math.max(now, target.at))
      if (amended.kind === "unchanged") return { _tag: "unchanged", message: amended.message }
      if (amended.kind === "gone" || amended.kind === "full") return { _tag: amended.kind }
      revision = next
      staged.delete(key)
      staged.set(key, amended)
      return { _tag: "amended", amendment: amended }
    })
    return { outcomes, amendments: Array.from(staged.values()) }
  }

  /** Makes staged changes part of what is in memory. No others may have been staged or committed since. */
  commitChanges({ amendments }: StagedChanges): void {
    for (const amendment of amendments) {
      const { epoch, revision, roomId, seq } = amendment
      this.revision = revision
      const stream = this.streams.get(roomId)
      if (stream === undefined) continue
      stream.version = revision
      if (stream.epoch === epoch && stream.holds(seq)) stream.replace(seq, amendment)
    }
  }

  private inMemory({ epoch, roomId, seq }: Entry): Newest | undefined {
    const stream = this.streams.get(roomId)
    if (stream === undefined || stream.epoch !== epoch || !stream.holds(seq)) return undefined
    return { json: stream.text(seq), said: stream.saidAt(seq) ?? "" }
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
      ...(draft.bot === undefined ? {} : { bot: draft.bot }),
      ...(draft.mentions === undefined ? {} : { mentions: draft.mentions })
    }
  }
}

/** Of a message that was changed only the fingerprint tells; where nothing does, whoever repeats it is believed. */
const saysTheSame = (message: Message, { content }: Draft, stream: RoomStream) => {
  if (!isChanged(message)) return message.content === content
  const said = stream.saidAt(message.seq) ?? ""
  return message.deleted === true || said === "" || said === fingerprint(content)
}

const sameMessage = (message: Message, draft: Draft, stream: RoomStream) =>
  message.type === draft.type && message.replyTo === draft.replyTo && saysTheSame(message, draft, stream)
