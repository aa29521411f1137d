/** Keeps everything in memory, sorted: for tests, and as the model that the other engines must agree with. */
import { Effect, Layer } from "effect"
import type { Position } from "../domain/Position.ts"
import type { RoomId } from "../domain/RoomId.ts"
import type { Entry } from "../log/Entry.ts"
import { MessageStore, type Stretch, type UserPosition } from "./MessageStore.ts"
import { readingSearch } from "./readingSearch.ts"
import { Sorted } from "./Sorted.ts"

const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
const byPosition = (a: Position, b: Position) => a.epoch - b.epoch || a.seq - b.seq
const byUserPosition = (a: UserPosition, b: UserPosition) =>
  a.at - b.at || byText(a.roomId, b.roomId) || byPosition(a, b)

const revisionOf = ({ revision = 0 }: Entry) => revision

const cut = <P>(
  entries: Sorted<P, Entry & P> | undefined,
  { after, before, limit, order }: Stretch<P>
): ReadonlyArray<Entry> => {
  if (entries === undefined) return []
  const from = after === undefined ? 0 : entries.after(after)
  const to = Math.max(from, before === undefined ? entries.size : entries.at(before))
  return order === "oldest"
    ? entries.slice(from, Math.min(to, from + limit))
    : entries.slice(Math.max(from, to - limit), to).toReversed()
}

export const layer: Layer.Layer<MessageStore> = Layer.sync(MessageStore, () => {
  const rooms = new Map<RoomId, Sorted<Position, Entry>>()
  const names = new Sorted<RoomId, RoomId>(byText)
  const users = new Map<string, Sorted<UserPosition, Entry>>()
  const room: MessageStore["Service"]["room"] = (roomId, stretch) => Effect.sync(() => cut(rooms.get(roomId), stretch))
  return MessageStore.of({
    engine: "memory",
    batch: 1000,
    put: (entries) =>
      Effect.sync(() => {
        for (const entry of entries) {
          const { roomId, userId } = entry
          let room = rooms.get(roomId)
          if (room === undefined) {
            rooms.set(roomId, (room = new Sorted(byPosition)))
            names.add(roomId)
          }
          let user = users.get(userId)
          if (user === undefined) users.set(userId, (user = new Sorted(byUserPosition)))
          const held = room.get(entry)
          if (held !== undefined && revisionOf(held) >= revisionOf(entry)) continue
          room.set(entry)
          user.set(entry)
        }
      }),
    room,
    search: readingSearch(room),
    user: (userId, stretch) => Effect.sync(() => cut(users.get(userId), stretch)),
    rooms: ({ after, limit }) =>
      Effect.sync(() => {
        const from = after === undefined ? 0 : names.after(after)
        return names.slice(from, from + limit)
      }),
    check: Effect.void
  })
})
