/** Reading a store from end to end, and what it should answer. */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import type { Position } from "../../src/domain/Position.ts"
import { RoomId } from "../../src/domain/RoomId.ts"
import { UserId } from "../../src/domain/UserId.ts"
import type { Entry } from "../../src/log/Entry.ts"
import { MessageStore, type Stretch, type UserPosition } from "../../src/store/MessageStore.ts"

const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
export const byPosition = (a: Position, b: Position) => a.epoch - b.epoch || a.seq - b.seq
export const byUserPosition = (a: UserPosition, b: UserPosition) =>
  a.at - b.at || byText(a.roomId, b.roomId) || byPosition(a, b)

/** Shown when entries differ; whole entries would bury the difference. */
const name = ({ epoch, roomId, seq }: Entry) => `${roomId} ${epoch}:${seq}`

export const assertEntries = (actual: ReadonlyArray<Entry>, expected: ReadonlyArray<Entry>, what?: string) => {
  assert.deepStrictEqual(actual.map(name), expected.map(name), what)
  assert.deepStrictEqual(actual, expected, what)
}

/** The answer, worked out from everything that was put. */
export const answer = <P>(
  all: ReadonlyArray<Entry>,
  compare: (a: P | Entry, b: P | Entry) => number,
  { after, before, limit, order }: Stretch<P>
) => {
  const inside = all
    .filter(
      (one) => (after === undefined || compare(one, after) > 0) && (before === undefined || compare(one, before) < 0)
    )
    .sort(compare)
  return order === "oldest" ? inside.slice(0, limit) : inside.toReversed().slice(0, limit)
}

/** Follows pages until one is not full; each begins where the last one ended. */
const walk = Effect.fnUntraced(function* <E>(
  page: (from: Entry | undefined) => Effect.Effect<ReadonlyArray<Entry>, E>,
  limit: number
) {
  const all: Array<Entry> = []
  for (;;) {
    const some = yield* page(all.at(-1))
    assert.isAtMost(some.length, limit)
    all.push(...some)
    if (some.length < limit) return all
    assert.isAtMost(all.length, 100_000, "the pages go round in a circle")
  }
})

export const walkRoom = (roomId: string, order: "newest" | "oldest", limit: number) =>
  MessageStore.use((store) =>
    walk(
      (from) =>
        store.room(RoomId.make(roomId), { order, limit, ...(order === "oldest" ? { after: from } : { before: from }) }),
      limit
    )
  )

export const walkUser = (userId: string, order: "newest" | "oldest", limit: number) =>
  MessageStore.use((store) =>
    walk(
      (from) =>
        store.user(UserId.make(userId), { order, limit, ...(order === "oldest" ? { after: from } : { before: from }) }),
      limit
    )
  )

/** A room's entries by walking it both ways, which must agree. */
export const wholeRoom = Effect.fnUntraced(function* (roomId: string, limit = 200) {
  const oldest = yield* walkRoom(roomId, "oldest", limit)
  const newest = yield* walkRoom(roomId, "newest", limit)
  assertEntries(newest, oldest.toReversed())
  return oldest
})

export const wholeUser = Effect.fnUntraced(function* (userId: string, limit = 200) {
  const oldest = yield* walkUser(userId, "oldest", limit)
  const newest = yield* walkUser(userId, "newest", limit)
  assertEntries(newest, oldest.toReversed())
  return oldest
})
