/**
 * Where private rooms are written down: each room under its name, and under each user the rooms they may be in. What stands under a user
 * says where to look and may name too many rooms, never too few: who is in a room, only its own record says.
 */
import { randomBytes } from "node:crypto"
import { Effect, Schema } from "effect"
import { type ProtocolError, refusal } from "../domain/ProtocolError.ts"
import { RoomId } from "../domain/RoomId.ts"
import { UserId } from "../domain/UserId.ts"
import type { StoreUnavailable } from "../store/MessageStore.ts"
import type { RecordDraft, RecordStore } from "../store/RecordStore.ts"
import { type PrivateRoom, readRoom, type RoomOfTwo, writeRoom } from "./PrivateRoom.ts"

/** Milliseconds after which a store that is away is worth another try. */
const RETRY_MS = 1000
/** Bytes that tell an entry of a group from every other one. */
const ENTRY_BYTES = 8
/** Entries of one group in one user's list that are taken out at a time; there is more than one only where the store failed. */
const ENTRIES = 100

const unavailable = refusal("unavailable", "private rooms cannot be looked up or changed now", undefined, RETRY_MS)

/** A room as its record has it. */
interface Written {
  readonly room: PrivateRoom
  readonly version: number
}

/** A room in a user's list. `place`: where it stands there. */
export interface Listed {
  readonly place: string
  readonly roomId: RoomId
}

const ROOM = "room"
const LISTED = "in:"
const MADE = "made:"

const roomKey = (roomId: RoomId) => `private:room:${roomId}`
const userKey = (userId: UserId) => `private:user:${userId}`
const blocksKey = (userId: UserId) => `private:blocks:${userId}`
const placesOfGroup = (roomId: RoomId) => `${LISTED}${roomId}#`
const placeOfTwo = (partner: UserId) => `${LISTED}with:${partner}`

const Entry = Schema.fromJsonString(Schema.Struct({ roomId: RoomId }))
const readEntry = Schema.decodeUnknownSync(Entry)

const away = ({ reason }: StoreUnavailable) =>
  Effect.andThen(Effect.logDebug("private rooms cannot be looked up", { why: reason }), Effect.fail(unavailable))

export class RoomRecords {
  private readonly store: RecordStore["Service"]

  constructor(store: RecordStore["Service"]) {
    this.store = store
  }

  room(roomId: RoomId): Effect.Effect<Written | undefined, ProtocolError> {
    return Effect.map(
      this.read(this.store.get(roomKey(roomId), ROOM)),
      (record) => record && { room: readRoom(roomId, record.value), version: record.version }
    )
  }

  /** Writes a room down in place of a version of it, 0 for none; answers whether that is what was there. */
  put(room: PrivateRoom, version: number): Effect.Effect<boolean, ProtocolError> {
    return this.write({ pk: roomKey(room.roomId), sk: ROOM, value: writeRoom(room) }, version)
  }

  /** Takes away a room that has no members any more, and so never will have. */
  removeRoom(roomId: RoomId): Effect.Effect<void, ProtocolError> {
    return Effect.asVoid(this.read(this.store.remove(roomKey(roomId), ROOM)))
  }

  /**
   * Names a group in a user's list, before they are taken into it, and answers the place. No two of them are the same: what was read of a
   * list can be taken out of it at any time, and never is what somebody else has put there since.
   */
  listGroup(userId: UserId, roomId: RoomId): Effect.Effect<string, ProtocolError> {
    return Effect.suspend(() => {
      const place = `${placesOfGroup(roomId)}${randomBytes(ENTRY_BYTES).toString("hex")}`
      return Effect.as(this.name(userId, place, roomId), place)
    })
  }

  /** Where a group stands in a user's list. */
  groupListed(userId: UserId, roomId: RoomId): Effect.Effect<ReadonlyArray<string>, ProtocolError> {
    const page = { pk: userKey(userId), prefix: placesOfGroup(roomId), limit: ENTRIES }
    return Effect.map(this.read(this.store.list(page)), (records) => records.map(({ sk }) => sk))
  }

  /** Takes a group out of a user's list, at these places of it. */
  unlist(userId: UserId, places: ReadonlyArray<string>): Effect.Effect<void, ProtocolError> {
    return Effect.forEach(places, (place) => this.read(this.store.remove(userKey(userId), place)), { discard: true })
  }

  /** Groups made by a user that are there, counted up to `limit`: too many where one could not be finished or ended, never too few. */
  groupsMade(userId: UserId, limit: number): Effect.Effect<number, ProtocolError> {
    return Effect.map(this.read(this.store.list({ pk: userKey(userId), prefix: MADE, limit })), ({ length }) => length)
  }

  /** Counts a group for who makes it, before it is there. */
  noteMade(userId: UserId, roomId: RoomId): Effect.Effect<void, ProtocolError> {
    return this.name(userId, `${MADE}${roomId}`, roomId)
  }

  /** Counts a group no more, once it is gone. */
  forgetMade(userId: UserId, roomId: RoomId): Effect.Effect<void, ProtocolError> {
    return Effect.asVoid(this.read(this.store.remove(userKey(userId), `${MADE}${roomId}`)))
  }

  /** What the room of two users is called, or `name` from now on. */
  nameOf(a: UserId, b: UserId, name: RoomId): Effect.Effect<RoomId, ProtocolError> {
    // of the two lists it is the same one that decides, whoever asks
    const [keeper, other] = a <= b ? [a, b] : [b, a]
    const key = { pk: userKey(keeper), sk: placeOfTwo(other) }
    const given = Effect.map(
      this.read(this.store.get(key.pk, key.sk)),
      (found) => found && readEntry(found.value).roomId
    )
    const named = this.write({ ...key, value: JSON.stringify({ roomId: name }) }, 0)
    return Effect.gen(function* () {
      const roomId = yield* given
      if (roomId !== undefined) return roomId
      // somebody else named it meanwhile, maybe with another key
      return (yield* named) ? name : ((yield* given) ?? name)
    })
  }

  /** Writes down a room of two that has its name, in the list of the other one as well. */
  putTwo(room: RoomOfTwo): Effect.Effect<void, ProtocolError> {
    const [keeper, other] = room.members
    const listed =
      keeper === undefined || other === undefined ? Effect.void : this.name(other, placeOfTwo(keeper), room.roomId)
    // whoever else wrote it wrote the same
    return Effect.andThen(listed, Effect.asVoid(this.put(room, 0)))
  }

  /** Entries of a user's list after a place, `limit` at most; fewer only at the end. */
  list(userId: UserId, limit: number, after: string | undefined): Effect.Effect<ReadonlyArray<Listed>, ProtocolError> {
    return Effect.map(this.read(this.store.list({ pk: userKey(userId), prefix: LISTED, after, limit })), (records) =>
      records.map(({ sk, value }) => ({ ...readEntry(value), place: sk }))
    )
  }

  /** Whether one user has blocked another. */
  blocked(by: UserId, userId: UserId): Effect.Effect<boolean, ProtocolError> {
    return Effect.map(this.read(this.store.get(blocksKey(by), userId)), (record) => record !== undefined)
  }

  block(by: UserId, userId: UserId): Effect.Effect<void, ProtocolError> {
    return Effect.asVoid(this.write({ pk: blocksKey(by), sk: userId, value: "{}" }))
  }

  unblock(by: UserId, userId: UserId): Effect.Effect<void, ProtocolError> {
    return Effect.asVoid(this.read(this.store.remove(blocksKey(by), userId)))
  }

  /** Whom a user has blocked, `limit` of them at most. */
  blocks(by: UserId, limit: number): Effect.Effect<ReadonlyArray<UserId>, ProtocolError> {
    return Effect.map(this.read(this.store.list({ pk: blocksKey(by), limit })), (records) =>
      records.map(({ sk }) => UserId.make(sk))
    )
  }

  private name(userId: UserId, place: string, roomId: RoomId): Effect.Effect<void, ProtocolError> {
    return Effect.asVoid(this.write({ pk: userKey(userId), sk: place, value: JSON.stringify({ roomId }) }))
  }

  private read<A>(call: Effect.Effect<A, StoreUnavailable>): Effect.Effect<A, ProtocolError> {
    return Effect.catchTag(call, "StoreUnavailable", away)
  }

  /** Answers whether the record was put: with a version, only in place of that one. */
  private write(draft: RecordDraft, version?: number): Effect.Effect<boolean, ProtocolError> {
    return this.store.put(draft, version === undefined ? undefined : { version }).pipe(
      Effect.as(true),
      Effect.catchTags({
        StoreUnavailable: away,
        RecordConflict: () => Effect.succeed(false),
        // names, titles and the number of members are limited
        RecordTooLarge: Effect.die
      })
    )
  }
}
