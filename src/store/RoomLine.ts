/** One room's messages in the order of their positions: the log has the end of the present epoch, the store everything before. */
import { Effect } from "effect"
import type { Position } from "../domain/Position.ts"
import type { RoomId } from "../domain/RoomId.ts"
import type { Entry } from "../log/Entry.ts"
import type { LogPart, Moved } from "./LogPart.ts"
import { type MessageStore, StoreUnavailable, type Stretch } from "./MessageStore.ts"
import type { Line, Placed, Run } from "./Page.ts"

type Failure = StoreUnavailable | Moved

const isBefore = (a: Position, b: Position) => a.epoch < b.epoch || (a.epoch === b.epoch && a.seq < b.seq)

const placed = ({ epoch, json, revision, seq }: Entry): Placed<Position> => ({ place: { epoch, seq }, json, revision })

/** No epoch comes after the log's: what a store may have of a later one is of another log, and is not shown. */
export class RoomLine implements Line<Position, Failure> {
  private readonly part: LogPart
  private readonly store: MessageStore["Service"]
  private readonly roomId: RoomId
  /** The first place that the log has. The store may have it too, and what follows. */
  private readonly seam: Position

  constructor(part: LogPart, store: MessageStore["Service"], roomId: RoomId) {
    this.part = part
    this.store = store
    this.roomId = roomId
    this.seam = { epoch: part.tail.epoch, seq: part.tail.from }
  }

  down(before: Position | undefined, limit: number): Effect.Effect<Run<Position>, Failure> {
    const { epoch, from, head } = this.part.tail
    const top =
      before === undefined || before.epoch > epoch ? head : before.epoch < epoch ? 0 : Math.min(head, before.seq - 1)
    const bottom = Math.max(from, top - limit + 1)
    return Effect.flatMap(this.logged(bottom - 1, top), (items) => {
      if (items.length >= limit) {
        return Effect.map(this.anythingBefore({ epoch, seq: bottom }), (more) => ({ items, more }))
      }
      const rest = limit - items.length
      const end = before !== undefined && isBefore(before, this.seam) ? before : this.seam
      return Effect.map(this.stored({ before: end, limit: rest + 1, order: "newest" }), (entries) => ({
        items: [...entries.slice(0, rest).toReversed().map(placed), ...items],
        more: entries.length > rest
      }))
    })
  }

  up(after: Position, limit: number): Effect.Effect<Run<Position>, Failure> {
    const { epoch, from, head } = this.part.tail
    if (after.epoch > epoch) return Effect.succeed({ items: [], more: false })
    const logged = (start: number, count: number) => {
      const end = Math.min(head, start + count)
      return Effect.map(this.logged(start, end), (items) => ({ items, more: end < head }))
    }
    if (after.epoch === epoch && after.seq >= from - 1) return logged(after.seq, limit)
    return Effect.flatMap(this.stored({ after, before: this.seam, limit: limit + 1, order: "oldest" }), (entries) => {
      const items = entries.slice(0, limit).map(placed)
      if (entries.length > limit) return Effect.succeed({ items, more: true })
      return Effect.map(logged(from - 1, limit - items.length), (end) => ({ ...end, items: [...items, ...end.items] }))
    })
  }

  justBefore({ epoch, seq }: Position): Position {
    return { epoch, seq: Math.max(0, seq - 1) }
  }

  reachesDownTo({ epoch, seq }: Position): Effect.Effect<boolean> {
    const { tail } = this.part
    if (epoch >= tail.epoch) {
      const top = epoch > tail.epoch ? tail.head : Math.min(tail.head, seq)
      return this.anythingBefore({ epoch: tail.epoch, seq: top + 1 })
    }
    return this.anythingBefore({ epoch, seq: seq + 1 })
  }

  reachesUpTo({ epoch, seq }: Position): boolean {
    const { tail } = this.part
    return epoch < tail.epoch || (epoch === tail.epoch && seq <= tail.head)
  }

  /** Before the first message of an epoch only the store can tell; while it cannot be asked, there may be more. */
  private anythingBefore(place: Position): Effect.Effect<boolean> {
    if (place.seq > 1) return Effect.succeed(true)
    return this.stored({ before: place, limit: 1, order: "newest" }).pipe(
      Effect.map((entries) => entries.length > 0),
      Effect.orElseSucceed(() => true)
    )
  }

  private stored(stretch: Stretch<Position>): Effect.Effect<ReadonlyArray<Entry>, StoreUnavailable> {
    const asked = this.store.room(this.roomId, stretch)
    const { epoch, owesOlder } = this.part.tail
    if (!owesOlder) return asked
    // what the store has of the present epoch is whole; of earlier ones something may be missing
    return Effect.filterOrFail(
      asked,
      (entries) =>
        stretch.order === "newest"
          ? entries.length >= stretch.limit && entries.every((entry) => entry.epoch === epoch)
          : stretch.after?.epoch === epoch,
      () => new StoreUnavailable({ reason: "messages from before the last restart are on their way to the store" })
    )
  }

  private logged(after: number, to: number): Effect.Effect<ReadonlyArray<Placed<Position>>, Moved> {
    const { epoch } = this.part.tail
    return Effect.map(this.part.read(after, to), (messages) =>
      messages.map((json, i) => ({ place: { epoch, seq: after + 1 + i }, json }))
    )
  }
}
