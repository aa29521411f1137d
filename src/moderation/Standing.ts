/** What is in force at the moment: bans, mutes and rules of rooms. Asking where nothing is costs a look at an empty map. */
import type { Moderation as Order } from "../domain/Moderation.ts"
import { type ProtocolError, refusal } from "../domain/ProtocolError.ts"
import type { RoomId } from "../domain/RoomId.ts"
import type { UserId } from "../domain/UserId.ts"
import { type KeptOrders, liftedLine, ruleLine, type SanctionKind, sanctionLine } from "./keptOrders.ts"
import type { Line } from "./Ledger.ts"
import type { Change } from "./Moderation.ts"
import { RoomRules, type RulePart } from "./RoomRules.ts"
import type { Sanction } from "./Sanction.ts"
import { Sanctions } from "./Sanctions.ts"

/** What an order came to: what others are told, what is to be kept, and when it ends by itself. */
interface Applied {
  readonly change: Change | undefined
  readonly line: Line
  readonly until: number | undefined
}

const until = (ms: number) => ` until ${new Date(ms).toISOString()}`

const described = ({ reason, until: end }: Sanction) =>
  `${end === undefined ? "" : until(end)}${reason === undefined ? "" : `: ${reason}`}`

const keyOf = ({ pk, sk }: Line) => JSON.stringify([pk, sk])

export class Standing {
  readonly ban: Sanctions
  readonly mute: Sanctions
  readonly rules: RoomRules
  /** Records that were changed before what is kept was read, and are newer; nothing once that was. */
  private touched: Set<string> | undefined = new Set()
  private readonly wallNow: () => number

  /** `wallNow` in milliseconds since 1970, `now` in monotonic ones. */
  constructor(wallNow: () => number, now: () => number) {
    this.wallNow = wallNow
    this.ban = new Sanctions(wallNow)
    this.mute = new Sanctions(wallNow)
    this.rules = new RoomRules(now)
  }

  bars(userId: UserId, roomId: RoomId | undefined): ProtocolError | undefined {
    if (this.ban.empty) return undefined
    const banned = this.ban.get(userId, undefined)
    if (banned !== undefined) {
      return refusal("banned", `you are banned${described(banned)}`, undefined, this.left(banned))
    }
    if (roomId === undefined || this.ban.get(userId, roomId) === undefined) return undefined
    return refusal("forbidden_room", `not a member of room ${roomId}`, "roomId")
  }

  silences(userId: UserId, roomId: RoomId, exempt: boolean): ProtocolError | undefined {
    if (!this.mute.empty) {
      const muted = this.mute.get(userId, undefined) ?? this.mute.get(userId, roomId)
      if (muted !== undefined) {
        const where = muted.roomId === undefined ? "" : ` in room ${roomId}`
        return refusal("muted", `you are muted${where}${described(muted)}`, undefined, this.left(muted))
      }
    }
    const rule = exempt ? undefined : this.rules.get(roomId)
    if (rule === undefined) return undefined
    if (rule.frozen) return refusal("frozen", `room ${roomId} is frozen`, "roomId")
    const wait = this.rules.wait(userId, rule)
    if (wait === 0) return undefined
    return refusal("slow_mode", `one message in ${rule.slowModeSeconds} seconds in room ${roomId}`, "roomId", wait)
  }

  spoke(userId: UserId, roomId: RoomId): void {
    this.rules.spoke(userId, roomId)
  }

  room(roomId: RoomId): { readonly slowModeSeconds: number; readonly frozen: boolean } | undefined {
    const rule = this.rules.get(roomId)
    return rule && { slowModeSeconds: rule.slowModeSeconds, frozen: rule.frozen }
  }

  /** Has an order hold, all but a purge; it must have no problem. */
  apply({ action, reason, roomId, seconds, userId }: Order, by: string): Applied | undefined {
    const since = this.wallNow()
    if (userId !== undefined) {
      const end = seconds === undefined ? undefined : since + seconds * 1000
      const sanction: Sanction = {
        userId,
        since,
        by,
        ...(roomId === undefined ? {} : { roomId }),
        ...(end === undefined ? {} : { until: end }),
        ...(reason === undefined ? {} : { reason })
      }
      if (action === "ban" || action === "mute") return this.impose(action, sanction)
      if (action === "unban") return this.lift("ban", userId, roomId)
      if (action === "unmute") return this.lift("mute", userId, roomId)
    }
    if (roomId === undefined) return undefined
    if (action === "slow_mode") return this.rule({ roomId, since, by, slowModeSeconds: seconds ?? 0 })
    if (action !== "freeze" && action !== "unfreeze") return undefined
    return this.rule({ roomId, since, by, frozen: action === "freeze" })
  }

  /** Adds what was kept, but for what was ordered meanwhile. */
  restore({ ban, mute, rules }: KeptOrders): void {
    const { touched } = this
    this.touched = undefined
    const kept = (line: Line) => touched?.has(keyOf(line)) !== true
    for (const sanction of ban) if (kept(sanctionLine("ban", sanction))) this.ban.set(sanction)
    for (const sanction of mute) if (kept(sanctionLine("mute", sanction))) this.mute.set(sanction)
    for (const part of rules) if (kept(ruleLine(part))) this.rules.change(part)
  }

  /** Lets go of what is over. */
  sweep(): void {
    this.ban.sweep()
    this.mute.sweep()
    this.rules.sweep()
  }

  private left({ until: end }: Sanction): number | undefined {
    return end === undefined ? undefined : Math.max(1, end - this.wallNow())
  }

  private impose(kind: SanctionKind, sanction: Sanction): Applied {
    this[kind].set(sanction)
    const change: Change = kind === "ban" ? { _tag: "banned", sanction } : { _tag: "muted", sanction }
    return { change, line: this.touch(sanctionLine(kind, sanction)), until: sanction.until }
  }

  private lift(kind: SanctionKind, userId: UserId, roomId: RoomId | undefined): Applied {
    const held = this[kind].get(userId, roomId) !== undefined
    this[kind].delete(userId, roomId)
    const change = kind === "mute" && held ? ({ _tag: "unmuted", userId, roomId } as const) : undefined
    return { change, line: this.touch(liftedLine(kind, userId, roomId)), until: undefined }
  }

  private rule(part: RulePart): Applied {
    const change = this.rules.change(part) ? ({ _tag: "room", roomId: part.roomId } as const) : undefined
    return { change, line: this.touch(ruleLine(part)), until: undefined }
  }

  private touch(line: Line): Line {
    this.touched?.add(keyOf(line))
    return line
  }
}
