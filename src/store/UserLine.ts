/**
 * One user's messages in all rooms: what the store has, and what it may not show yet, from the log. The log is looked at first, so a
 * message that moves to the store meanwhile is seen at least once, and its place tells when it is seen twice.
 */
import { Effect } from "effect"
import type { UserId } from "../domain/UserId.ts"
import type { Entry } from "../log/Entry.ts"
import type { MessageStore, StoreUnavailable, UserPosition } from "./MessageStore.ts"
import type { Line, Placed, Run } from "./Page.ts"

const compare = (a: UserPosition, b: UserPosition) =>
  a.at - b.at || (a.roomId < b.roomId ? -1 : a.roomId > b.roomId ? 1 : 0) || a.epoch - b.epoch || a.seq - b.seq

const placed = ({ at, epoch, json, revision, roomId, seq }: Entry): Placed<UserPosition> => ({
  place: { at, roomId, epoch, seq },
  json,
  revision
})

/** Both, each message once, oldest first. */
const merged = (stored: ReadonlyArray<Entry>, recent: ReadonlyArray<Entry>): ReadonlyArray<Entry> =>
  [...stored, ...recent].sort(compare).filter((entry, i, all) => i === 0 || compare(all[i - 1]!, entry) !== 0)

export class UserLine implements Line<UserPosition, StoreUnavailable> {
  private readonly store: MessageStore["Service"]
  private readonly userId: UserId
  private readonly recent: ReadonlyArray<Entry>

  /** `recent` was read from the log before the store is asked anything. */
  constructor(store: MessageStore["Service"], userId: UserId, recent: ReadonlyArray<Entry>) {
    this.store = store
    this.userId = userId
    this.recent = recent
  }

  down(before: UserPosition | undefined, limit: number): Effect.Effect<Run<UserPosition>, StoreUnavailable> {
    const asked = this.store.user(this.userId, { before, limit: limit + 1, order: "newest" })
    return Effect.map(asked, (stored) => {
      const recent = before === undefined ? this.recent : this.recent.filter((entry) => compare(entry, before) < 0)
      const all = merged(stored, recent)
      return { items: all.slice(-limit).map(placed), more: all.length > limit }
    })
  }

  up(after: UserPosition, limit: number): Effect.Effect<Run<UserPosition>, StoreUnavailable> {
    const asked = this.store.user(this.userId, { after, limit: limit + 1, order: "oldest" })
    return Effect.map(asked, (stored) => {
      const all = merged(
        stored,
        this.recent.filter((entry) => compare(entry, after) > 0)
      )
      return { items: all.slice(0, limit).map(placed), more: all.length > limit }
    })
  }

  justBefore(place: UserPosition): UserPosition {
    return { ...place, seq: Math.max(0, place.seq - 1) }
  }

  /** Places are given out with a message at them. */
  reachesDownTo(): Effect.Effect<boolean> {
    return Effect.succeed(true)
  }

  reachesUpTo(): boolean {
    return true
  }
}
