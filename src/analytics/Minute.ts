/** What happened in one UTC minute: in all, by room and by user. */
import { Tally } from "./Tally.ts"
import { UserTally } from "./UserTally.ts"

export const MINUTE_MS = 60_000

/** The minute that a moment (milliseconds since 1970) lies in. */
export const minuteOf = (at: number): number => Math.floor(at / MINUTE_MS) * MINUTE_MS

export class Minute {
  /** Milliseconds since 1970. */
  readonly start: number
  readonly all = new Tally()
  readonly rooms = new Map<string, Tally>()
  readonly users = new Map<string, UserTally>()
  /** Whether the minute was closed before: this is what still came, to be added to what was written. */
  late: boolean

  constructor(start: number, late: boolean) {
    this.start = start
    this.late = late
  }

  /** Whether nothing happened in it. */
  get empty(): boolean {
    return this.rooms.size === 0 && this.users.size === 0 && this.all.empty
  }

  room(roomId: string): Tally {
    let room = this.rooms.get(roomId)
    if (room === undefined) this.rooms.set(roomId, (room = new Tally()))
    room.changed = true
    return room
  }

  user(userId: string): UserTally {
    let user = this.users.get(userId)
    if (user === undefined) this.users.set(userId, (user = new UserTally()))
    user.changed = true
    return user
  }
}
