/**
 * What a user's other connections are told of their markers: a moment later, so that one that is moved again and again is told of a few
 * times a second at most, and as it is by then.
 */
import { Effect } from "effect"
import { Signal } from "../actor/Signal.ts"
import type { RoomId } from "../domain/RoomId.ts"
import type { UserId } from "../domain/UserId.ts"
import type { Audience } from "./Audience.ts"
import type { Reading } from "./ReadMarkers.ts"

/** Milliseconds between two tellings. */
const APART_MS = 200

interface Moved {
  readonly userId: UserId
  readonly reading: Reading
  /** The connection that was answered. */
  readonly but: string
}

const keyOf = (userId: UserId, roomId: RoomId) => `${roomId} ${userId}`

export class News {
  private readonly audience: Audience
  private moved = new Map<string, Moved>()
  private readonly some = new Signal()

  constructor(audience: Audience) {
    this.audience = audience
  }

  add(moved: Moved): void {
    this.moved.set(keyOf(moved.userId, moved.reading.roomId), moved)
    this.some.raise()
  }

  /** What is not told yet of a marker that is no more is not worth telling. */
  drop(userId: UserId, roomId: RoomId): void {
    this.moved.delete(keyOf(userId, roomId))
  }

  /** To be run for as long as markers are moved. */
  readonly telling: Effect.Effect<never> = Effect.suspend(() => {
    const { moved } = this
    this.moved = new Map()
    this.some.lower()
    for (const { but, reading, userId } of moved.values()) {
      this.audience.tell(userId, reading.roomId, { type: "read", ...reading }, but)
    }
    return Effect.andThen(this.some.wait, Effect.sleep(APART_MS))
  }).pipe(Effect.forever({ disableYield: true }))
}
