/** Who is writing in a room. Lapses by itself, so that a client that vanishes does not type for ever. */
import type { UserId } from "../domain/UserId.ts"
import type { Username } from "../domain/Username.ts"

export const TYPING_LAPSE_MS = 6000

export interface Typist {
  readonly userId: UserId
  readonly username: Username
}

export class Typing {
  private readonly until = new Map<UserId, { username: Username; at: number }>()

  get size(): number {
    return this.until.size
  }

  /** True when this is news to the room; `now` in monotonic milliseconds. */
  start(userId: UserId, username: Username, now: number): boolean {
    const known = this.until.has(userId)
    this.until.set(userId, { username, at: now + TYPING_LAPSE_MS })
    return !known
  }

  /** True when the user was typing. */
  stop(userId: UserId): boolean {
    return this.until.delete(userId)
  }

  /** Removes and returns those who have said nothing for `TYPING_LAPSE_MS`. */
  lapsed(now: number): ReadonlyArray<Typist> {
    const gone: Array<Typist> = []
    for (const [userId, { at, username }] of this.until) {
      if (now < at) continue
      this.until.delete(userId)
      gone.push({ userId, username })
    }
    return gone
  }
}
