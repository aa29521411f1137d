/**
 * What groups have become, told to their members: at once, but once a second at most for one group, so that many changes in a row are one
 * list of all members to each of them, and not one for every change.
 */
import { Effect } from "effect"
import { Signal } from "../actor/Signal.ts"
import type { RoomId } from "../domain/RoomId.ts"
import type { UserId } from "../domain/UserId.ts"
import type { Herald } from "./Herald.ts"
import type { GroupRoom } from "./PrivateRoom.ts"

/** Milliseconds between two announcements of one group. */
const APART_MS = 1000

/** A group that was announced less than a second ago. */
interface Announced {
  /** Monotonic milliseconds from when on it may be announced again. */
  readonly until: number
  /** What it has become since. */
  news: GroupRoom | undefined
}

export class Announcements {
  private readonly herald: Herald
  private readonly now: () => number
  /** In the order in which they may be announced again, as the time between is the same for all. */
  private readonly announced = new Map<RoomId, Announced>()
  private readonly some = new Signal()

  /** `now`: monotonic milliseconds. */
  constructor(herald: Herald, now: () => number) {
    this.herald = herald
    this.now = now
  }

  /**
   * Tells everyone in a group what it is like now, but for the one it changed for, who is told of that in another way. Where it has to
   * wait all are told who are in it then.
   */
  announce(group: GroupRoom, but: UserId): void {
    const earlier = this.announced.get(group.roomId)
    if (earlier === undefined) this.tell(group, but)
    else earlier.news = group
  }

  /** Tells what had to wait. To be run as long as there are groups. */
  readonly telling: Effect.Effect<never> = Effect.suspend(() => {
    for (const [roomId, { news, until }] of this.announced) {
      const wait = until - this.now()
      if (wait > 0) return Effect.sleep(Math.ceil(wait))
      this.announced.delete(roomId)
      if (news !== undefined) this.tell(news)
    }
    this.some.lower()
    return this.some.wait
  }).pipe(Effect.forever)

  private tell({ members, owner, roomId, title }: GroupRoom, but?: UserId): void {
    this.announced.set(roomId, { until: this.now() + APART_MS, news: undefined })
    this.some.raise()
    const frame = { type: "group", roomId, ...(title === undefined ? {} : { title }), owner, userIds: members } as const
    for (const member of members) if (member !== but) this.herald.tell(member, frame)
  }
}
