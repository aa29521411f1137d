/** Keeps everything in memory, sorted: for tests, and as the model that the other engines must agree with. */
import { Effect, Layer } from "effect"
import type { Position } from "../domain/Position.ts"
import type { Entry } from "../log/Entry.ts"
import { MessageStore, type Stretch, type UserPosition } from "./MessageStore.ts"

const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
const byPosition = (a: Position, b: Position) => a.epoch - b.epoch || a.seq - b.seq
const byUserPosition = (a: UserPosition, b: UserPosition) =>
  a.at - b.at || byText(a.roomId, b.roomId) || byPosition(a, b)

/** Entries in one order, no two at one place. */
class Sorted<P> {
  private readonly entries: Array<Entry & P> = []
  private readonly compare: (a: P, b: P) => number

  constructor(compare: (a: P, b: P) => number) {
    this.compare = compare
  }

  /** The index of the first entry at or after a place. */
  private indexOf(place: P): number {
    let low = 0
    let high = this.entries.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.compare(this.entries[middle]!, place) < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  private holds(index: number, place: P): boolean {
    const found = this.entries[index]
    return found !== undefined && this.compare(found, place) === 0
  }

  add(entry: Entry & P): void {
    const index = this.indexOf(entry)
    if (!this.holds(index, entry)) this.entries.splice(index, 0, entry)
  }

  cut({ after, before, limit, order }: Stretch<P>): ReadonlyArray<Entry> {
    const reached = after === undefined ? 0 : this.indexOf(after)
    const from = after !== undefined && this.holds(reached, after) ? reached + 1 : reached
    const to = Math.max(from, before === undefined ? this.entries.length : this.indexOf(before))
    return order === "oldest"
      ? this.entries.slice(from, Math.min(to, from + limit))
      : this.entries.slice(Math.max(from, to - limit), to).toReversed()
  }
}

export const layer: Layer.Layer<MessageStore> = Layer.sync(MessageStore, () => {
  const rooms = new Map<string, Sorted<Position>>()
  const users = new Map<string, Sorted<UserPosition>>()
  return MessageStore.of({
    engine: "memory",
    batch: 1000,
    put: (entries) =>
      Effect.sync(() => {
        for (const entry of entries) {
          const { roomId, userId } = entry
          let room = rooms.get(roomId)
          if (room === undefined) rooms.set(roomId, (room = new Sorted(byPosition)))
          let user = users.get(userId)
          if (user === undefined) users.set(userId, (user = new Sorted(byUserPosition)))
          room.add(entry)
          user.add(entry)
        }
      }),
    room: (roomId, stretch) => Effect.sync(() => rooms.get(roomId)?.cut(stretch) ?? []),
    user: (userId, stretch) => Effect.sync(() => users.get(userId)?.cut(stretch) ?? []),
    check: Effect.void
  })
})
