/** The middle of a message's path: gathers a turn's messages, has the log number and keep them, then answers and wakes their rooms. */
import { Effect } from "effect"
import type { Analytics } from "../analytics/Analytics.ts"
import type { Draft } from "../domain/Message.ts"
import type { ErrorCode } from "../domain/ProtocolError.ts"
import type { Appended, LogUnavailable, RoomLog } from "../log/RoomLog.ts"
import type { Command, From, Publish } from "./Command.ts"
import { freshMessageId } from "./freshMessageId.ts"
import type { Roster } from "./Roster.ts"

/** What the log said of one message: `poison` when trying to keep it makes the log itself fail. */
type Outcome = Appended | { readonly _tag: "unavailable"; readonly error: LogUnavailable } | { readonly _tag: "poison" }

type Kept = Extract<Appended, { _tag: "accepted" | "duplicate" }>

/** An acknowledgement that may be given once the log has kept everything up to `mark`. */
interface Unkept {
  readonly mark: number
  readonly command: Publish
  readonly outcome: Kept
}

/** Messages of one room, and acknowledgements of all, that may wait. */
const WAITING = 65_536
/** Milliseconds after which a message that found too many waiting is worth another try. */
const OVERLOAD_MS = 1000

export class Publisher {
  private readonly log: RoomLog["Service"]
  private readonly analytics: Analytics["Service"]
  /** Taken and not yet answered; survive a crash of the hub's loop, like everything here. */
  private pending: Array<Publish> = []
  private drafts: Array<Draft> = []
  private outcomes: ReadonlyArray<Outcome> = []
  private settled = 0
  /** What the log had written once the outcomes were known. */
  private mark = 0
  private readonly unkept: Array<Unkept> = []

  constructor(log: RoomLog["Service"], analytics: Analytics["Service"]) {
    this.log = log
    this.analytics = analytics
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
    if (room.parked.length >= WAITING || this.unkept.length >= WAITING) {
      const message = "too many messages wait to be kept; try again later"
      return this.refuse(roster, command, "overloaded", message, undefined, OVERLOAD_MS)
    }
    if (room.stream.cold) room.parked.push(command)
    else this.admit(command)
  }

  /** Takes a message without asking any more. */
  admit(command: Publish): void {
    const { client, roomId } = command
    const { userId, username } = client.identity
    this.pending.push(command)
    this.drafts.push({
      messageId: command.messageId ?? freshMessageId(),
      roomId,
      type: command.type,
      userId,
      username,
      content: command.content,
      ...(command.replyTo === undefined ? {} : { replyTo: command.replyTo })
    })
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
    while (this.settled < this.outcomes.length) {
      const index = this.settled++
      this.answer(roster, this.pending[index]!, this.outcomes[index]!)
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
    let count = 0
    while (count < this.unkept.length && this.unkept[count]!.mark <= kept) {
      const { command, outcome } = this.unkept[count++]!
      this.acknowledge(roster, command, outcome)
    }
    this.unkept.splice(0, count)
  }

  /** Answers a command that could not be handled. */
  poisoned(roster: Roster, command: Command): void {
    if ("ref" in command) this.refuse(roster, command, "internal", "this could not be handled and was set aside")
  }

  /** A defect of the log is narrowed down to the message that causes it. */
  private tryAppend(drafts: ReadonlyArray<Draft>): Effect.Effect<ReadonlyArray<Outcome>> {
    return this.log.append(drafts).pipe(
      Effect.catchTag("LogUnavailable", (error) =>
        Effect.succeed(drafts.map((): Outcome => ({ _tag: "unavailable", error })))
      ),
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

  private answer(roster: Roster, command: Publish, outcome: Outcome): void {
    switch (outcome._tag) {
      case "accepted": {
        const room = roster.rooms.get(command.roomId)
        if (room !== undefined) {
          room.arrived(command.arrivedAt)
          if (room.seats.size > 0) roster.dirty.add(room)
          else room.settle()
          if (room.typing.stop(command.client.identity.userId)) {
            const { userId, username } = command.client.identity
            room.hint(undefined, { type: "typing", roomId: room.id, userId, username, active: false }, userId)
          }
        }
        if (outcome.stream.overfull && room !== undefined) roster.overfull.add(room)
        this.analytics.record({ _tag: "accepted", type: command.type })
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

  private acknowledgeOnceKept(roster: Roster, command: Publish, outcome: Kept) {
    // a plain client is given none
    if (command.client.identity.dialect === "plain") return
    if (this.mark <= this.log.keeping.kept()) this.acknowledge(roster, command, outcome)
    else this.unkept.push({ mark: this.mark, command, outcome })
  }

  private acknowledge(roster: Roster, { client, ref }: Publish, { _tag, message, stream }: Kept) {
    const { messageId, roomId, seq, timestamp } = message
    roster.tell(client, {
      type: "ack",
      ...(ref === undefined ? {} : { ref }),
      roomId,
      messageId,
      seq,
      epoch: stream.epoch,
      timestamp,
      ...(_tag === "duplicate" ? { duplicate: true } : {})
    })
  }

  private refuse(
    roster: Roster,
    command: From,
    code: ErrorCode,
    message: string,
    field?: string,
    retryAfterMs?: number
  ): void {
    this.analytics.record({ _tag: "rejected", reason: code })
    roster.refuse(command, code, message, field, retryAfterMs)
  }
}
