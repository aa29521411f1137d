/** How people of a made-up history talk: several messages in a row, answers at once and after days, refusals now and then. */
import type { ErrorCode } from "../domain/ProtocolError.ts"
import type { DemoMessage } from "./DemoEvent.ts"
import type { Dice } from "./Dice.ts"
import type { Room, Seat } from "./Room.ts"
import { report, sentence } from "./sentence.ts"
import type { Stage } from "./Stage.ts"

const SECOND = 1000
const ANSWERED = 0.55

const refusals: ReadonlyArray<ErrorCode> = [
  "content_too_long",
  "content_too_long",
  "invalid_frame",
  "empty_content",
  "invalid_content",
  "not_subscribed"
]

export class Talk {
  private readonly stage: Stage
  private readonly dice: Dice

  constructor(stage: Stage, dice: Dice) {
    this.stage = stage
    this.dice = dice
  }

  /** Speaks up from `seat` now, with one or more messages; may take up something said before. */
  begin(seat: Seat): void {
    const { dice } = this
    const { last } = seat.room
    const { userId } = seat.connection.visit.person
    const roll = dice.roll()
    let replyTo: string | undefined
    if (roll < 0.12 && last?.userId !== userId) replyTo = last?.messageId
    else if (roll < 0.16) replyTo = seat.room.older(dice, userId)?.messageId
    this.speak(seat, replyTo)
  }

  /** One message of a bot. */
  post(seat: Seat): void {
    this.message(seat, report(this.dice), undefined)
  }

  /** A message of the server, which is in no room and needs no connection. */
  notice(room: Room, content: string): void {
    this.publish(room, { userId: "server", username: "Server", type: "system", bot: false, content })
  }

  /** A few messages in a row, each perhaps after typing. */
  private speak(seat: Seat, replyTo: string | undefined): void {
    const { dice, stage } = this
    let messages = 1
    while (messages < 8 && dice.chance(0.36)) messages++
    let at = stage.now
    for (let left = messages - 1; left >= 0; left--) {
      if (dice.chance(0.3)) {
        stage.put(at, () => this.typing(seat))
        at += dice.between(1.5, 6) * SECOND
      }
      const first = left === messages - 1
      stage.put(at, () => this.say(seat, first ? replyTo : undefined, left === 0, messages))
      at += dice.logNormal(7 * SECOND, 0.7)
    }
  }

  private typing(seat: Seat): void {
    if (seat.left) return
    const { roomId } = seat.room
    this.stage.tell({ _tag: "typing", at: this.stage.now, roomId, userId: seat.connection.visit.person.userId })
  }

  private say(seat: Seat, replyTo: string | undefined, last: boolean, inARow: number): void {
    if (seat.left) return
    const { dice, stage } = this
    const at = stage.now
    if (dice.chance(0.002)) {
      stage.tell({ _tag: "rejected", at, reason: dice.pick(refusals) })
      return
    }
    if (inARow > 4 && dice.chance(0.03)) {
      stage.tell({ _tag: "rejected", at, reason: "rate_limited" })
      return
    }
    const { languages, userId } = seat.connection.visit.person
    const called = dice.chance(0.08) ? seat.room.other(dice, userId)?.connection.visit.person.userId : undefined
    const messageId = this.message(seat, sentence(dice, languages, called), replyTo)
    if (dice.chance(0.0015)) stage.tell({ _tag: "duplicate", at })
    if (last && dice.chance(ANSWERED)) this.answered(seat, messageId)
  }

  /** Somebody else who is there answers after seconds or minutes, if they are still there then. */
  private answered(seat: Seat, messageId: string): void {
    const { dice, stage } = this
    const other = seat.room.other(dice, seat.connection.visit.person.userId)
    if (other === undefined) return
    const replyTo = dice.chance(0.5) ? messageId : undefined
    const at = stage.now + Math.max(0.6 * SECOND, dice.logNormal(40 * SECOND, 1.3))
    if (at < other.connection.visit.until) stage.put(at, () => this.speak(other, replyTo))
  }

  private message(seat: Seat, content: string, replyTo: string | undefined): string {
    const { bot, userId, username } = seat.connection.visit.person
    const said = { userId, username, type: "chat", bot, content } as const
    return this.publish(seat.room, replyTo === undefined ? said : { ...said, replyTo })
  }

  private publish(room: Room, said: Omit<DemoMessage, "_tag" | "at" | "roomId" | "messageId">): string {
    const { dice, stage } = this
    const at = stage.now
    const messageId = dice.uuid()
    stage.tell({ _tag: "message", at, roomId: room.roomId, messageId, ...said })
    stage.tell({ _tag: "durable", at, ms: this.latency(1.1) })
    stage.tell({ _tag: "fannedOut", at, ms: this.latency(0.4) })
    room.heard({ at, messageId, userId: said.userId })
    return messageId
  }

  /** Milliseconds, to the microsecond; one in a thousand is an outlier. */
  private latency(median: number): number {
    const { dice } = this
    const usual = dice.logNormal(median, 0.6)
    return Math.round((dice.chance(0.001) ? usual * dice.between(40, 900) : usual) * 1000) / 1000
  }
}
