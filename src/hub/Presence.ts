/**
 * Who is in a room. Several connections of one user are one member; what changed is gathered into versioned diffs, so that a thousand
 * people coming back at once are one frame, and someone who leaves and returns within a window is none.
 */
import type { Member } from "../domain/ServerFrame.ts"
import type { UserId } from "../domain/UserId.ts"
import type { Username } from "../domain/Username.ts"

/** Least milliseconds between two diffs of one room; the first after quiet leaves at once. */
export const PRESENCE_WINDOW_MS = 1000
/** Most people named in one diff; beyond, it carries counts and clients ask for the list. */
export const PRESENCE_DIFF_MAX = 100
/** Most people named in one list. */
const PRESENCE_LIST_MAX = 1000

export interface PresenceDiff {
  readonly version: number
  readonly members: number
  readonly joined: ReadonlyArray<Member>
  readonly left: ReadonlyArray<Member>
  readonly truncated: boolean
}

/** Someone who came or went and nobody was told of yet. */
interface News {
  readonly username: Username
  readonly turn: number
  /** Some were shown it and some were not, so that it is told whatever becomes of it. */
  readonly owed: boolean
}

export class Presence {
  /** Counts diffs; a list carries the version it is as of. */
  version = 0
  private readonly users = new Map<UserId, { username: Username; connections: number }>()
  private readonly joined = new Map<UserId, News>()
  private readonly left = new Map<UserId, News>()
  /** Numbers comings and goings; those up to `shownTo` somebody was shown before they were told of. */
  private turns = 0
  private shownTo = 0
  private diffedAt = -Infinity

  /** Number of users here. */
  get size(): number {
    return this.users.size
  }

  /** Whether it is the user's first connection here. */
  join(userId: UserId, username: Username): boolean {
    const user = this.users.get(userId)
    if (user !== undefined) {
      user.connections++
      user.username = username
      return false
    }
    this.users.set(userId, { username, connections: 1 })
    this.note(userId, username, this.joined, this.left)
    return true
  }

  /** Whether it was the user's last connection here. */
  leave(userId: UserId): boolean {
    const user = this.users.get(userId)
    if (user === undefined || --user.connections > 0) return false
    this.users.delete(userId)
    this.note(userId, user.username, this.left, this.joined)
    return true
  }

  /** Notes what happened, unless it undoes what nobody knows of. */
  private note(userId: UserId, username: Username, news: Map<UserId, News>, undone: Map<UserId, News>): void {
    const before = undone.get(userId)
    undone.delete(userId)
    const owed = before !== undefined && (before.owed || before.turn <= this.shownTo)
    if (before === undefined || owed) news.set(userId, { username, turn: ++this.turns, owed })
  }

  /** Number of users here, to be shown to somebody: what it counts is told of even if it is undone before the next diff. */
  count(): number {
    this.shownTo = this.turns
    return this.users.size
  }

  /** Everyone here, in order of arrival, at most `PRESENCE_LIST_MAX`; to be shown, as `count` is. */
  list(): ReadonlyArray<Member> {
    this.shownTo = this.turns
    const members: Array<Member> = []
    for (const [userId, { username }] of this.users) {
      if (members.length === PRESENCE_LIST_MAX) break
      members.push({ userId, username })
    }
    return members
  }

  get changed(): boolean {
    return this.joined.size > 0 || this.left.size > 0
  }

  /** With nobody here, nobody is left to be told. */
  settle(): void {
    this.joined.clear()
    this.left.clear()
  }

  /** What changed since the last diff, if anything did and the window is over; `now` in monotonic milliseconds. */
  diff(now: number): PresenceDiff | undefined {
    if (!this.changed || now - this.diffedAt < PRESENCE_WINDOW_MS) return undefined
    this.diffedAt = now
    this.version++
    const truncated = this.joined.size + this.left.size > PRESENCE_DIFF_MAX
    const named = (people: Map<UserId, News>) =>
      truncated ? [] : Array.from(people, ([userId, { username }]) => ({ userId, username }))
    const diff = {
      version: this.version,
      members: this.users.size,
      joined: named(this.joined),
      left: named(this.left),
      truncated
    }
    this.joined.clear()
    this.left.clear()
    return diff
  }
}
