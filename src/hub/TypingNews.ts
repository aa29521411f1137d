/**
 * What a room is yet to be told of who is typing: of each user how it stands now, if the others know it otherwise, and once a second at
 * most. However often someone begins and stops, a flush has one frame about them or none.
 */
import type { ServerFrame } from "../domain/ServerFrame.ts"
import type { UserId } from "../domain/UserId.ts"

/** Least milliseconds between two frames about one user. */
const TYPING_NEWS_MS = 1000

type TypingFrame = Extract<ServerFrame, { readonly type: "typing" }>

/** What the others know of a user, and since when. */
interface Known {
  readonly active: boolean
  readonly since: number
}

export class TypingNews {
  private now = 0
  private readonly waiting = new Map<UserId, TypingFrame>()
  /** Who is not in it is known not to type, and for a second at least. */
  private readonly known = new Map<UserId, Known>()

  /** Whether a flush would take something. */
  get due(): boolean {
    for (const userId of this.waiting.keys()) if (this.isRipe(userId)) return true
    return false
  }

  /** Notes how it stands with a user. */
  note(frame: TypingFrame): void {
    const { active, userId } = frame
    if (active === (this.known.get(userId)?.active ?? false)) this.waiting.delete(userId)
    else this.waiting.set(userId, frame)
  }

  /** Time has passed, up to `now` in monotonic milliseconds. */
  passed(now: number): void {
    this.now = Math.max(this.now, now)
  }

  /** Lets go of those whose second is over and who are known not to type; whether anything is left to look after. */
  tidy(): boolean {
    for (const [userId, { active }] of this.known) if (!active && this.isRipe(userId)) this.known.delete(userId)
    return this.waiting.size > 0 || this.known.size > 0
  }

  /** Takes what the others are to be told now. */
  take(): ReadonlyArray<TypingFrame> {
    if (this.waiting.size === 0) return []
    const frames = Array.from(this.waiting.values()).filter(({ userId }) => this.isRipe(userId))
    for (const { active, userId } of frames) {
      this.waiting.delete(userId)
      this.known.set(userId, { active, since: this.now })
    }
    return frames
  }

  /** With nobody here, nobody knows anything. */
  settle(): void {
    this.waiting.clear()
    this.known.clear()
  }

  private isRipe(userId: UserId): boolean {
    const known = this.known.get(userId)
    return known === undefined || this.now - known.since >= TYPING_NEWS_MS
  }
}
