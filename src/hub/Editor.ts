/** Changes of messages on their way: gathers a turn's, has the log make and keep them, then tells their rooms and answers who asked. */
import { Effect } from "effect"
import type { Analytics } from "../analytics/Analytics.ts"
import type { ChangeFrame } from "../domain/ServerFrame.ts"
import type { Amendment, Change, Demand } from "../log/Amendment.ts"
import { EMOJI_MAX, REACTIONS_MAX } from "../log/reacting.ts"
import type { Amended, LogUnavailable, RoomLog } from "../log/RoomLog.ts"
import type { Amend, Denied, Purge } from "./Command.ts"
import { Purging } from "./Purging.ts"
import type { Roster } from "./Roster.ts"
import type { Witness } from "./Witness.ts"

/** What the log said of one change: `poison` when trying to make it makes the log itself fail. */
type Outcome = Amended | { readonly _tag: "unavailable"; readonly error: LogUnavailable } | { readonly _tag: "poison" }

/** A change, and who is told of it. */
interface Task {
  readonly demand: Demand
  readonly owner: Amend | Purging
}

/** What may be said once the log has kept everything up to `mark`. */
interface Unkept {
  readonly mark: number
  readonly say: (roster: Roster) => void
}

/** Changes made in one turn of the hub. */
const TURN = 512
/** Answers that may wait for the log. */
const WAITING = 65_536
/** Milliseconds after which a change that found too many waiting is worth another try. */
const OVERLOAD_MS = 1000

const deletion: Change = { kind: "deleted" }

const gone: Denied = { error: "not_found", message: "there is no such message" }
const full: Denied = {
  error: "rejected",
  message: `a message takes no more than ${REACTIONS_MAX} reactions of ${EMOJI_MAX} different emoji`,
  field: "emoji"
}
const poison: Denied = { error: "internal", message: "this could not be handled and was set aside" }

/** What a room is told of a change; its version is the revision that it made. */
const frameOf = ({ by, epoch, madeAt, message, revision, seq }: Amendment, change: Change): ChangeFrame => {
  const { content, editedAt = new Date(madeAt).toISOString(), mentions, messageId, roomId } = message
  const changed = { roomId, messageId, userId: by, version: revision, epoch, seq }
  if (change.kind === "deleted") return { type: "deleted", ...changed }
  if (change.kind === "reacted") {
    return { type: "reaction", ...changed, emoji: change.emoji, ...(change.removed ? { removed: true } : {}) }
  }
  return { type: "edited", ...changed, content, editedAt, ...(mentions === undefined ? {} : { mentions }) }
}

export class Editor {
  private readonly log: RoomLog["Service"]
  private readonly analytics: Analytics["Service"]
  private readonly wallNow: () => number
  private readonly witness: Witness | undefined
  /** Taken and not yet answered; survive a crash of the hub's loop, like everything here. */
  private tasks: Array<Task> = []
  private outcomes: ReadonlyArray<Outcome> = []
  private settled = 0
  /** What the log had written once the outcomes were known. */
  private mark = 0
  private readonly purges: Array<Purging> = []
  private readonly unkept: Array<Unkept> = []

  /** `wallNow`: wall-clock milliseconds. */
  constructor(
    log: RoomLog["Service"],
    analytics: Analytics["Service"],
    wallNow: () => number,
    witness: Witness | undefined
  ) {
    this.log = log
    this.analytics = analytics
    this.wallNow = wallNow
    this.witness = witness
  }

  /** Whether changes were taken that have no answer yet. */
  get busy(): boolean {
    return this.tasks.length > 0
  }

  /** Whether there is more to do in the next turn, whether or not something comes in. */
  get goesOn(): boolean {
    return this.purges.length > 0
  }

  take(roster: Roster, command: Amend): void {
    if (this.unkept.length >= WAITING) {
      const message = "too many changes wait to be kept; try again later"
      return this.deny(roster, command, { error: "overloaded", message, retryAfterMs: OVERLOAD_MS })
    }
    const { by, change, client, roomId, target } = command
    if (change.kind === "reacted" && client?.rooms.has(roomId) === false) {
      const denied = { error: "not_subscribed", message: `not in room ${roomId}`, field: "roomId" } as const
      return this.deny(roster, command, denied)
    }
    this.tasks.push({ demand: { target, change, by }, owner: command })
  }

  /** Takes messages to delete, of which each turn deletes some, after what else it has to change. */
  purge(command: Purge): void {
    this.purges.push(new Purging(command))
  }

  /** Answers a command that could not be handled. */
  poisoned(roster: Roster, command: Amend | Purge): void {
    if (command._tag === "Purge") command.settled(poison)
    else this.deny(roster, command, poison)
  }

  /** Has the log make and keep what was taken. Where it fails on the batch, each change is tried alone and the one to blame is set aside. */
  readonly append: Effect.Effect<void> = Effect.suspend(() => {
    if (this.outcomes.length > 0) return Effect.void
    if (this.tasks.length === 0 && this.purges.length === 0) return Effect.void
    this.fill()
    const demands = this.tasks.map(({ demand }) => demand)
    return Effect.map(this.tryAmend(demands), (outcomes) => {
      this.outcomes = outcomes
      this.mark = this.log.keeping.written()
    })
  })

  /** Tells the rooms of what has changed in them, and answers who asked for it. */
  settle(roster: Roster): void {
    while (this.settled < this.outcomes.length) {
      const index = this.settled++
      const { owner } = this.tasks[index]!
      const outcome = this.outcomes[index]!
      if (owner instanceof Purging) owner.note(this.deleted(outcome))
      else this.answer(roster, owner, outcome)
    }
    if (this.outcomes.length > 0) {
      this.tasks = []
      this.outcomes = []
      this.settled = 0
    }
    while (this.purges[0]?.isOver === true) this.conclude(roster, this.purges.shift()!)
  }

  /** Gives the answers that waited for what the log has kept by now. */
  release(roster: Roster): void {
    const kept = this.log.keeping.kept()
    let count = 0
    while (count < this.unkept.length && this.unkept[count]!.mark <= kept) this.unkept[count++]!.say(roster)
    this.unkept.splice(0, count)
  }

  /** Makes up a turn with what is left to purge, of one purge at a time. */
  private fill(): void {
    const [owner] = this.purges
    if (owner === undefined) return
    for (const demand of owner.next(TURN - this.tasks.length)) this.tasks.push({ demand, owner })
  }

  private tryAmend(demands: ReadonlyArray<Demand>): Effect.Effect<ReadonlyArray<Outcome>> {
    return this.log.amend(demands).pipe(
      Effect.catchTag("LogUnavailable", (error) =>
        Effect.succeed(demands.map((): Outcome => ({ _tag: "unavailable", error })))
      ),
      Effect.catchDefect((defect) => {
        if (demands.length > 1)
          return Effect.map(
            Effect.forEach(demands, (demand) => this.tryAmend([demand])),
            (all) => all.flat()
          )
        const messageIds = demands.map(({ target }) => target.messageId)
        return Effect.as(Effect.logError("the log failed on a change, which was set aside", { messageIds }, defect), [
          { _tag: "poison" } as const
        ])
      })
    )
  }

  private answer(roster: Roster, command: Amend, outcome: Outcome): void {
    switch (outcome._tag) {
      case "amended": {
        const { amendment } = outcome
        const { change } = command
        this.noted(amendment, change)
        this.tell(roster, frameOf(amendment, change), amendment)
        return this.acknowledgeOnceKept(roster, command, amendment.madeAt, false)
      }
      case "unchanged": {
        const { editedAt } = outcome.message
        const isEdit = command.change.kind === "edited" && editedAt !== undefined
        const at = isEdit ? Date.parse(editedAt) : this.wallNow()
        return this.acknowledgeOnceKept(roster, command, at, true)
      }
      default:
        return this.deny(roster, command, denialOf(outcome))
    }
  }

  /** The amendment where there is one, why not where that is not as it should be; nothing for what was deleted before. */
  private deleted(outcome: Outcome): Amendment | Denied | undefined {
    if (outcome._tag === "amended") {
      this.noted(outcome.amendment, deletion)
      return outcome.amendment
    }
    return outcome._tag === "unchanged" || outcome._tag === "gone" ? undefined : denialOf(outcome)
  }

  private noted({ by, message }: Amendment, change: Change): void {
    const { roomId } = message
    if (change.kind !== "reacted") this.analytics.record({ _tag: change.kind, roomId })
    // who takes a reaction back does nothing that counts
    else if (!change.removed) this.analytics.record({ _tag: "reaction", roomId, userId: by })
    this.witness?.changed?.(change.kind, message, by)
  }

  /** Tells a room once what was purged; where not all of it was, of each message. */
  private conclude(roster: Roster, { command, deleted, denied }: Purging): void {
    const { roomId, settled, userId } = command
    const last = deleted.at(-1)
    if (denied !== undefined) for (const one of deleted) this.tell(roster, frameOf(one, deletion), one)
    else if (last !== undefined) {
      const { epoch, seq } = deleted.reduce((newest, one) => (isBefore(newest, one) ? one : newest))
      // others may have changed messages since
      const version = Math.max(last.revision, roster.rooms.get(roomId)?.changes.version ?? 0)
      this.tell(roster, { type: "purged", roomId, userId, version, epoch, seq }, undefined)
    }
    this.onceKept(roster, () => settled(denied ?? { deleted: deleted.length }))
  }

  private tell(roster: Roster, frame: ChangeFrame, place: Amendment | undefined): void {
    const room = roster.rooms.get(frame.roomId)
    if (room === undefined) return
    room.changed(frame, place && { epoch: place.epoch, seq: place.seq })
    if (room.seats.size > 0) roster.dirty.add(room)
  }

  private acknowledgeOnceKept(roster: Roster, command: Amend, at: number, duplicate: boolean): void {
    const { client, ref, roomId, settled, target } = command
    const { epoch, messageId, seq } = target
    this.onceKept(roster, (roster) => {
      settled?.(undefined)
      // a plain client is given none
      if (client === undefined || client.identity.dialect === "plain") return
      roster.tell(client, {
        type: "ack",
        ...(ref === undefined ? {} : { ref }),
        roomId,
        messageId,
        seq,
        epoch,
        timestamp: new Date(at).toISOString(),
        ...(duplicate ? { duplicate } : {})
      })
    })
  }

  private onceKept(roster: Roster, say: (roster: Roster) => void): void {
    if (this.mark <= this.log.keeping.kept()) say(roster)
    else this.unkept.push({ mark: this.mark, say })
  }

  private deny(roster: Roster, { client, ref, settled }: Amend, denied: Denied): void {
    const { error, field, message, retryAfterMs } = denied
    this.analytics.record({ _tag: "rejected", reason: error })
    settled?.(denied)
    if (client !== undefined) roster.refuse({ client, ref }, error, message, field, retryAfterMs)
  }
}

const isBefore = (a: Amendment, b: Amendment) => a.epoch < b.epoch || (a.epoch === b.epoch && a.seq < b.seq)

const denialOf = (outcome: Exclude<Outcome, { readonly _tag: "amended" | "unchanged" }>): Denied => {
  if (outcome._tag === "gone") return gone
  if (outcome._tag === "full") return full
  if (outcome._tag === "poison") return poison
  const { reason: error, retryAfterMs } = outcome.error
  return { error, message: "the change was not kept; try again later", retryAfterMs }
}
