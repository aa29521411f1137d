/** The middle of a message's path: gathers a turn's messages, has the log number and keep them, then answers and wakes their rooms. */
import { Effect } from "effect"
import type { Analytics } from "../analytics/Analytics.ts"
import { saidOf } from "../analytics/Event.ts"
import type { Draft } from "../domain/Message.ts"
import type { MessageId } from "../domain/MessageId.ts"
import { mentionsOf } from "../domain/mentions.ts"
import { type ErrorCode, refusal } from "../domain/ProtocolError.ts"
import type { RoomId } from "../domain/RoomId.ts"
import type { ServerFrame } from "../domain/ServerFrame.ts"
import type { UserId } from "../domain/UserId.ts"
import type { Appended, LogUnavailable, RoomLog } from "../log/RoomLog.ts"
import { idempotencyKey } from "../log/RoomStream.ts"
import type { Amend, Announce, Announced, Command, From, Publish } from "./Command.ts"
import { freshMessageId } from "./freshMessageId.ts"
import type { Room } from "./Room.ts"
import type { Roster } from "./Roster.ts"
import type { Witness } from "./Witness.ts"

/** What the log said of one message: `poison` when trying to keep it makes the log itself fail. */
type Outcome = Appended | { readonly _tag: "unavailable"; readonly error: LogUnavailable } | { readonly _tag: "poison" }

type Kept = Extract<Appended, { _tag: "accepted" | "duplicate" }>

/** An acknowledgement that may be given once the log has kept everything up to `mark`. Small, since many may wait: no message is in it. */
interface Unkept {
  readonly mark: number
  /** Gives it. */
  readonly give: (roster: Roster) => void
  /** When the message came in, monotonic milliseconds; nothing for a repeat. */
  readonly arrivedAt: number | undefined
}

/** Messages of one room, and acknowledgements of all, that may wait. */
const WAITING = 65_536
/** Acknowledgements that may wait for repeats to be among them; each takes a few hundred bytes. */
const WAITING_WITH_REPEATS = 4 * WAITING
/** Milliseconds after which a message that found too many waiting is worth another try. */
const OVERLOAD_MS = 1000

export class Publisher {
  private readonly log: RoomLog["Service"]
  private readonly analytics: Analytics["Service"]
  private readonly now: () => number
  private readonly witness: Witness | undefined
  /** Taken and not yet answered; survive a crash of the hub's loop, like everything here. */
  private pending: Array<Publish | Announce> = []
  private drafts: Array<Draft> = []
  private outcomes: ReadonlyArray<Outcome> = []
  private settled = 0
  /** What the log had written once the outcomes were known. */
  private mark = 0
  private readonly unkept: Array<Unkept> = []

  /** `now`: monotonic milliseconds. */
  constructor(
    log: RoomLog["Service"],
    analytics: Analytics["Service"],
    now: () => number,
    witness: Witness | undefined
  ) {
    this.log = log
    this.analytics = analytics
    this.now = now
    this.witness = witness
  }

  /** Whether messages were taken that have no answer yet. */
  get busy(): boolean {
    return this.pending.length > 0
  }

  /** Takes a message if its sender is in the room; where the room is still being brought back it waits for that. */
  take(roster: Roster, command: Publish): void {
    const { client, roomId } = command
    const room = client.rooms.get(roomId)?.room
    if (room === undefined) {
      return this.refuse(roster, command, "not_subscribed", `not in room ${roomId}`, "roomId")
    }
    this.queue(roster, room, command)
  }

  /** The same for a message with no connection behind it. */
  announce(roster: Roster, room: Room, command: Announce): void {
    this.queue(roster, room, command)
  }

  private queue(roster: Roster, room: Room, command: Publish | Announce): void {
    if (room.parked.length >= WAITING || this.unkept.length >= WAITING) {
      // a repeat needs no place in the log, and is owed its answer
      if (this.isRepeat(command) && this.unkept.length < WAITING_WITH_REPEATS) return this.admit(command)
      const message = "too many messages wait to be kept; try again later"
      return this.refuse(roster, command, "overloaded", message, undefined, OVERLOAD_MS)
    }
    if (room.stream.cold) room.parked.push(command)
    else this.admit(command)
  }

  /** Takes a message without asking any more. */
  admit(command: Publish | Announce): void {
    if (command._tag === "Announce") {
      const { draft } = command
      this.pending.push(command)
      this.drafts.push(mentioning(draft, draft.mentions))
      return
    }
    const { client, roomId } = command
    const { userId, username } = client.identity
    this.pending.push(command)
    const draft: Draft = {
      messageId: command.messageId ?? freshMessageId(),
      roomId,
      type: command.type,
      userId,
      username,
      content: command.content,
      ...(command.replyTo === undefined ? {} : { replyTo: command.replyTo })
    }
    this.drafts.push(mentioning(draft, command.mentions))
  }

  /** Has the log keep what was taken. Where the log fails on the batch, each message is tried alone and the one to blame is set aside. */
  readonly append: Effect.Effect<void> = Effect.suspend(() => {
    if (this.drafts.length === 0 || this.outcomes.length > 0) return Effect.void
    return Effect.map(this.tryAppend(this.drafts), (outcomes) => {
      this.outcomes = outcomes
      this.mark = this.log.keeping.written()
    })
  })

  /** Answers every sender and marks the rooms that have something to send. */
  settle(roster: Roster): void {
    // what was kept with the append was kept for all of them at this moment
    const now = this.outcomes.length > 0 && this.mark <= this.log.keeping.kept() ? this.now() : undefined
    while (this.settled < this.outcomes.length) {
      const index = this.settled++
      const command = this.pending[index]!
      const outcome = this.outcomes[index]!
      this.answer(roster, command, outcome)
      if (now !== undefined && outcome._tag === "accepted") this.kept(command.arrivedAt, now)
    }
    if (this.outcomes.length === 0) return
    this.pending = []
    this.drafts = []
    this.outcomes = []
    this.settled = 0
  }

  /** Gives the acknowledgements that waited for what the log has kept by now. */
  release(roster: Roster): void {
    const kept = this.log.keeping.kept()
    const now = this.now()
    let count = 0
    while (count < this.unkept.length && this.unkept[count]!.mark <= kept) {
      const { arrivedAt, give } = this.unkept[count++]!
      give(roster)
      this.kept(arrivedAt, now)
    }
    this.unkept.splice(0, count)
  }

  /** Answers a command that could not be handled. */
  poisoned(roster: Roster, command: Exclude<Command, Amend>): void {
    if ("ref" in command || command._tag === "Announce")
      this.refuse(roster, command, "internal", "this could not be handled and was set aside")
  }

  private knows(roomId: RoomId, userId: UserId, messageId: MessageId): boolean {
    return this.log.find(roomId)?.find(idempotencyKey(userId, messageId)) !== undefined
  }

  private isRepeat(command: Publish | Announce): boolean {
    if (command._tag === "Announce") {
      const { messageId, roomId, userId } = command.draft
      return this.knows(roomId, userId, messageId)
    }
    const { client, messageId, roomId } = command
    return messageId !== undefined && this.knows(roomId, client.identity.userId, messageId)
  }

  /** A defect of the log is narrowed down to the message that causes it. */
  private tryAppend(drafts: ReadonlyArray<Draft>): Effect.Effect<ReadonlyArray<Outcome>> {
    return this.log.append(drafts).pipe(
      Effect.catchTag("LogUnavailable", (error) => this.answerKnown(drafts, error)),
      Effect.catchDefect((defect) => {
        if (drafts.length > 1)
          return Effect.map(
            Effect.forEach(drafts, (draft) => this.tryAppend([draft])),
            (all) => all.flat()
          )
        const messageIds = drafts.map((draft) => draft.messageId)
        return Effect.as(Effect.logError("the log failed on a message, which was set aside", { messageIds }, defect), [
          { _tag: "poison" } as const
        ])
      })
    )
  }

  /** What the log kept before it has an answer for, also when it takes nothing new. */
  private answerKnown(drafts: ReadonlyArray<Draft>, error: LogUnavailable): Effect.Effect<ReadonlyArray<Outcome>> {
    const refused: Outcome = { _tag: "unavailable", error }
    const known = drafts.map(({ messageId, roomId, userId }) => this.knows(roomId, userId, messageId))
    const repeats = drafts.filter((_, i) => known[i])
    if (repeats.length === 0 || repeats.length === drafts.length) return Effect.succeed(drafts.map(() => refused))
    return Effect.map(this.tryAppend(repeats), (answers) => {
      let next = 0
      return known.map((isKnown) => (isKnown ? answers[next++]! : refused))
    })
  }

  private answer(roster: Roster, command: Publish | Announce, outcome: Outcome): void {
    switch (outcome._tag) {
      case "accepted": {
        const room = roster.rooms.get(outcome.message.roomId)
        if (room !== undefined) {
          room.arrived(command.arrivedAt)
          if (room.seats.size > 0) roster.dirty.add(room)
          else room.settle()
          if (command._tag === "Publish" && room.typing.stop(command.client.identity.userId)) {
            const { userId, username } = command.client.identity
            room.hint(undefined, { type: "typing", roomId: room.id, userId, username, active: false }, userId)
          }
        }
        if (outcome.stream.overfull && room !== undefined) roster.overfull.add(room)
        const { message } = outcome
        this.analytics.said(saidOf(message, room?.seats.size ?? 0), Date.parse(message.timestamp))
        this.witness?.said(message)
        return this.acknowledgeOnceKept(roster, command, outcome)
      }
      case "duplicate":
        this.analytics.record({ _tag: "duplicate" })
        return this.acknowledgeOnceKept(roster, command, outcome)
      case "conflict":
        return this.refuse(
          roster,
          command,
          "idempotency_conflict",
          "another message was sent under this messageId",
          "messageId"
        )
      case "unavailable": {
        const { reason, retryAfterMs } = outcome.error
        return this.refuse(
          roster,
          command,
          reason,
          "the message was not kept; try again later",
          undefined,
          retryAfterMs
        )
      }
      case "poison":
        return this.poisoned(roster, command)
    }
  }

  private acknowledgeOnceKept(roster: Roster, command: Publish | Announce, { _tag, message, stream }: Kept) {
    const arrivedAt = _tag === "accepted" ? command.arrivedAt : undefined
    if (command._tag === "Announce") {
      const { settled } = command
      const outcome: Announced = { _tag: "kept", message, epoch: stream.epoch, duplicate: _tag === "duplicate" }
      return this.giveOnceKept(roster, () => settled(outcome), arrivedAt)
    }
    const { client, ref } = command
    // a plain client is given none
    if (client.identity.dialect === "plain") return
    const { messageId, roomId, seq, timestamp } = message
    const ack: ServerFrame = {
      type: "ack",
      ...(ref === undefined ? {} : { ref }),
      roomId,
      messageId,
      seq,
      epoch: stream.epoch,
      timestamp,
      ...(_tag === "duplicate" ? { duplicate: true } : {})
    }
    this.giveOnceKept(roster, (roster) => roster.tell(client, ack), arrivedAt)
  }

  private giveOnceKept(roster: Roster, give: (roster: Roster) => void, arrivedAt: number | undefined) {
    if (this.mark <= this.log.keeping.kept()) give(roster)
    else this.unkept.push({ mark: this.mark, give, arrivedAt })
  }

  /** Notes how long messages took to be kept. */
  private kept(arrivedAt: number | undefined, now: number) {
    if (arrivedAt !== undefined) this.analytics.record({ _tag: "durable", ms: Math.max(0, now - arrivedAt) })
  }

  private refuse(
    roster: Roster,
    command: From | Announce,
    code: ErrorCode,
    message: string,
    field?: string,
    retryAfterMs?: number
  ): void {
    this.analytics.record({ _tag: "rejected", reason: code })
    if ("settled" in command) {
      command.settled({ _tag: "refused", error: refusal(code, message, field, retryAfterMs) })
    } else roster.refuse(command, code, message, field, retryAfterMs)
  }
}

/** A draft with whom it speaks to: those its text names, and those given beside it. */
const mentioning = (draft: Draft, given: Draft["mentions"]): Draft => {
  const mentions = mentionsOf(draft.content, given)
  return mentions.length === 0 ? draft : { ...draft, mentions }
}
