/** How rooms may be spoken in that are slow or frozen, and who spoke in the slow ones. */
import { Schema } from "effect"
import { RoomId } from "../domain/RoomId.ts"
import type { UserId } from "../domain/UserId.ts"
import { type Listed, Listing, type ListQuery } from "./Listing.ts"

export const RoomRule = Schema.Struct({
  roomId: RoomId,
  /** Between two messages of one user; 0 for none. */
  slowModeSeconds: Schema.Int,
  frozen: Schema.Boolean,
  /** Milliseconds since 1970 at which it was last changed. */
  since: Schema.Int,
  /** Who changed it last. */
  by: Schema.String
})
export type RoomRule = typeof RoomRule.Type

/** One of the two halves of a rule, as it was ordered and is kept. */
export const RulePart = Schema.Union([
  Schema.Struct({ roomId: RoomId, slowModeSeconds: Schema.Int, since: Schema.Int, by: Schema.String }),
  Schema.Struct({ roomId: RoomId, frozen: Schema.Boolean, since: Schema.Int, by: Schema.String })
])
export type RulePart = typeof RulePart.Type

/** Where one stands in a list. */
export const RulePlace = Schema.Struct({ since: Schema.Int, roomId: RoomId })
export type RulePlace = typeof RulePlace.Type

const lastChangedFirst = (a: RulePlace, b: RulePlace) =>
  b.since - a.since || (a.roomId < b.roomId ? -1 : a.roomId > b.roomId ? 1 : 0)

const lastOf = ({ by, since }: RoomRule) => ({ by, since })

export class RoomRules {
  private readonly rules = new Map<RoomId, RoomRule>()
  /** When who spoke last in rooms of slow mode, in monotonic milliseconds: the one who did longest ago comes first. */
  private readonly spoken = new Map<RoomId, Map<UserId, number>>()
  private readonly listing = new Listing<RulePlace, RoomRule>(lastChangedFirst)
  /** Monotonic milliseconds. */
  private readonly now: () => number

  constructor(now: () => number) {
    this.now = now
  }

  get(roomId: RoomId): RoomRule | undefined {
    return this.rules.get(roomId)
  }

  /** Changes how a room may be spoken in, and answers whether it is another way now. Of a room that is as usual nothing is remembered. */
  change(part: RulePart): boolean {
    const { roomId } = part
    const before = this.rules.get(roomId)
    const usual = { slowModeSeconds: 0, frozen: false, since: part.since, by: part.by }
    // of two parts that were kept the later one may come first
    const rule = {
      ...usual,
      ...before,
      ...part,
      ...(before !== undefined && before.since > part.since && lastOf(before))
    }
    const { frozen, slowModeSeconds } = rule
    if (before !== undefined) this.listing.remove(before)
    if (slowModeSeconds === 0) this.spoken.delete(roomId)
    if (slowModeSeconds === 0 && !frozen) this.rules.delete(roomId)
    else {
      this.rules.set(roomId, rule)
      this.listing.add(rule)
    }
    return frozen !== (before?.frozen ?? false) || slowModeSeconds !== (before?.slowModeSeconds ?? 0)
  }

  /** Milliseconds that slow mode has a user wait. */
  wait(userId: UserId, { roomId, slowModeSeconds }: RoomRule): number {
    const at = this.spoken.get(roomId)?.get(userId)
    return at === undefined ? 0 : Math.max(0, Math.ceil(at + slowModeSeconds * 1000 - this.now()))
  }

  /** Notes that a user spoke. */
  spoke(userId: UserId, roomId: RoomId): void {
    const rule = this.rules.get(roomId)
    if (rule === undefined || rule.slowModeSeconds === 0) return
    let users = this.spoken.get(roomId)
    if (users === undefined) this.spoken.set(roomId, (users = new Map()))
    users.delete(userId)
    users.set(userId, this.now())
  }

  /** Lets go of those who spoke long enough ago. */
  sweep(): void {
    for (const [roomId, users] of this.spoken) {
      const until = this.now() - (this.rules.get(roomId)?.slowModeSeconds ?? 0) * 1000
      for (const [userId, at] of users) {
        if (at > until) break
        users.delete(userId)
      }
      if (users.size === 0) this.spoken.delete(roomId)
    }
  }

  /** How many are remembered to have spoken. */
  get remembered(): number {
    let count = 0
    for (const users of this.spoken.values()) count += users.size
    return count
  }

  page(query: ListQuery<RulePlace, RoomRule>): Listed<RoomRule> {
    return this.listing.page(query)
  }
}
