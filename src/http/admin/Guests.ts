/** The list of connections: by when they came, then by id. Each listing looks at all there are, in turns with other work. */
import { Effect, Schema } from "effect"
import { isPrivateRoom, type RoomId } from "../../domain/RoomId.ts"
import type { UserId } from "../../domain/UserId.ts"
import type { Track } from "../Cursors.ts"
import type { Connected, Guest } from "./Connected.ts"

/** A place in the list. `since`: milliseconds since 1970. */
const GuestPlace = Schema.Struct({ since: Schema.Int, connectionId: Schema.String })
type GuestPlace = typeof GuestPlace.Type

/** A listing is continued with what it was asked for, or not at all. */
export const guestTrack = ({ roomId, userId }: GuestFilter): Track<GuestPlace> => ({
  kind: 9,
  scope: `connections ${JSON.stringify([userId ?? null, roomId ?? null])}`,
  decode: Schema.decodeResult(Schema.fromJsonString(GuestPlace))
})

export interface GuestFilter {
  readonly userId: UserId | undefined
  readonly roomId: RoomId | undefined
}

/** Connections looked at before other work gets its turn: about half a millisecond. */
const TURN = 4096

export const placeOf = ({ client, since }: Guest): GuestPlace => ({
  since,
  connectionId: client.identity.connectionId
})

const compare = (a: GuestPlace, b: GuestPlace) =>
  a.since - b.since || (a.connectionId < b.connectionId ? -1 : a.connectionId > b.connectionId ? 1 : 0)

/** The first `limit` connections after a place, or of all, and whether there are more. */
export const listGuests = Effect.fnUntraced(function* (
  connected: Connected,
  { roomId, userId }: GuestFilter,
  after: GuestPlace | undefined,
  limit: number
) {
  const first: Array<Guest> = []
  let looked = 0
  for (const guest of userId === undefined ? connected.all : connected.of(userId)) {
    if (++looked % TURN === 0) yield* Effect.yieldNow
    if (roomId !== undefined && !guest.client.rooms.has(roomId)) continue
    const place = placeOf(guest)
    if (after !== undefined && compare(place, after) <= 0) continue
    if (first.length > limit && compare(place, placeOf(first[limit]!)) >= 0) continue
    if (first.length > limit) first.pop()
    let low = 0
    let high = first.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (compare(placeOf(first[middle]!), place) < 0) low = middle + 1
      else high = middle
    }
    first.splice(low, 0, guest)
  }
  return { guests: first.slice(0, limit), more: first.length > limit }
})

/** A connection as it is shown. Of private rooms there is only how many: who writes to whom is nobody's business. */
export const shown = ({ client, since }: Guest) => {
  const { connectionId, dialect, userId, username } = client.identity
  const rooms = Array.from(client.rooms.keys())
  const open = rooms.filter((roomId) => !isPrivateRoom(roomId)).sort()
  return {
    connectionId,
    userId,
    username,
    dialect,
    rooms: open,
    privateRooms: rooms.length - open.length,
    since: new Date(since).toISOString()
  }
}
