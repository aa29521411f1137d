/** Read markers that are written down as records. */
import { Clock, Effect, Layer, Schedule } from "effect"
import { supervise } from "../actor/supervise.ts"
import { Analytics } from "../analytics/Analytics.ts"
import type { Position } from "../domain/Position.ts"
import { refusal } from "../domain/ProtocolError.ts"
import { isPrivateRoom, type RoomId } from "../domain/RoomId.ts"
import type { UserId } from "../domain/UserId.ts"
import { RoomLog } from "../log/RoomLog.ts"
import { History } from "../store/History.ts"
import { RecordStore } from "../store/RecordStore.ts"
import { Audience } from "./Audience.ts"
import { Counting } from "./Counting.ts"
import { beginning, isBefore, isSame } from "./Marker.ts"
import { MarkerLedger } from "./MarkerLedger.ts"
import { MarkerRecords } from "./MarkerRecords.ts"
import { News } from "./News.ts"
import { ReadMarkers } from "./ReadMarkers.ts"
import { Shelves } from "./Shelves.ts"
import type { UserMarkers } from "./UserMarkers.ts"

/** Milliseconds between two looks at whose markers need not be in memory. */
const SWEEP_MS = 5000
/** Milliseconds after which another try may help where too many markers wait to be written. */
const FULL_MS = 1000
/** Rooms of one list that are counted at the same time. */
const AT_ONCE = 4

const full = refusal("overloaded", "too many read markers wait to be kept; try again later", undefined, FULL_MS)
const unsaid = refusal("invalid_frame", "seq: nothing was said there yet", "seq")
const unread = (roomId: RoomId) => refusal("not_subscribed", `not in room ${roomId}`, "roomId")

/** Needs RecordStore, RoomLog, History, Analytics and Supervisor, and an Audience for users to be told. */
export const layer = Layer.effect(
  ReadMarkers,
  Effect.gen(function* () {
    const analytics = yield* Analytics
    const audience = yield* Audience
    const log = yield* RoomLog
    const clock = yield* Clock.Clock
    const records = new MarkerRecords(yield* RecordStore)
    const ledger = new MarkerLedger(records)
    const shelves = yield* Shelves.make(records, ledger)
    const counting = new Counting(log, yield* History)
    const news = new News(audience)

    yield* Effect.addFinalizer(() => ledger.finish)
    yield* supervise("read markers")(ledger.writing)
    yield* supervise("news of read markers")(news.telling)
    yield* Effect.sync(() => shelves.sweep(audience.has)).pipe(
      Effect.schedule(Schedule.spaced(SWEEP_MS)),
      Effect.andThen(Effect.never),
      supervise("read markers in memory")
    )

    const set = (userId: UserId, markers: UserMarkers, roomId: RoomId, place: Position, forgotten?: true) => {
      const marker = {
        epoch: place.epoch,
        seq: place.seq,
        at: clock.currentTimeMillisUnsafe(),
        ...(forgotten === undefined ? {} : { forgotten })
      }
      for (const gone of markers.set(roomId, marker)) ledger.note(userId, gone, undefined)
      // a public room that was forgotten is as one that was never read
      const kept = forgotten === true && !isPrivateRoom(roomId) ? undefined : marker
      ledger.note(userId, roomId, kept)
    }

    const space = Effect.suspend(() => (ledger.full ? Effect.fail(full) : Effect.void))
    const activity = (roomId: RoomId) => log.tail(roomId).at ?? 0

    const served: ReadMarkers = {
      read: Effect.fnUntraced(function* ({ connectionId, present, userId }, roomId, { epoch, seq }) {
        const markers = yield* shelves.of(userId)
        const end = counting.end(roomId)
        const place = { epoch: epoch ?? end.epoch, seq }
        if (isBefore(end, place)) return yield* unsaid
        /** Where the user is now. */
        const here = Effect.suspend(() => {
          const marker = markers.get(roomId)
          if (marker === undefined ? !present : marker.forgotten === true) return Effect.fail(unread(roomId))
          return Effect.succeed(counting.within(roomId, marker ?? beginning))
        })
        const before = yield* here
        if (!isBefore(before, place)) return yield* counting.beyond(userId, roomId, before)
        // counted first, so that a marker that was moved is one that can be told of
        const reading = yield* counting.beyond(userId, roomId, place)
        // another of the user's connections may have moved it further meanwhile, or forgotten the room
        const now = yield* here
        if (!isBefore(now, place)) return yield* counting.beyond(userId, roomId, now)
        yield* space
        set(userId, markers, roomId, place)
        analytics.record({ _tag: "readMark", roomId, userId })
        news.add({ userId, reading, but: connectionId })
        return reading
      }),

      enter: Effect.fnUntraced(function* (userId, roomId, end) {
        const markers = yield* shelves.of(userId)
        const marker = markers.get(roomId)
        const fresh = marker === undefined || (marker.forgotten === true && !isPrivateRoom(roomId))
        const first = isPrivateRoom(roomId) ? beginning : end
        const place = counting.within(roomId, fresh ? first : marker)
        if (fresh || marker.forgotten === true || !isSame(marker, place)) {
          yield* space
          set(userId, markers, roomId, place)
        }
        return yield* counting.beyond(userId, roomId, place)
      }),

      admitted: Effect.fnUntraced(function* (userId, roomId) {
        const markers = yield* shelves.of(userId)
        if (markers.get(roomId) !== undefined) return
        yield* space
        set(userId, markers, roomId, counting.end(roomId))
      }),

      list: Effect.fnUntraced(function* (userId, others, shown, limit) {
        const markers = yield* shelves.of(userId)
        const rooms = new Map<RoomId, Position>()
        for (const roomId of others) rooms.set(roomId, beginning)
        for (const [roomId, marker] of markers.entries()) {
          const place = counting.within(roomId, marker)
          // forgotten rooms of members come back with the next word
          const silent = marker.forgotten === true && (!isPrivateRoom(roomId) || isSame(place, counting.end(roomId)))
          if (silent) rooms.delete(roomId)
          else rooms.set(roomId, place)
        }
        const all = [...rooms].filter(([roomId]) => shown(roomId)).map((room) => ({ room, at: activity(room[0]) }))
        all.sort((a, b) => b.at - a.at || (a.room[0] < b.room[0] ? -1 : 1))
        const found = yield* Effect.forEach(
          all.slice(0, limit),
          ({ room: [roomId, place] }) => Effect.andThen(Effect.yieldNow, counting.beyond(userId, roomId, place)),
          { concurrency: AT_ONCE }
        )
        return { rooms: found, more: all.length > limit }
      }),

      forget: Effect.fnUntraced(function* ({ connectionId, present, userId }, roomId) {
        const markers = yield* shelves.of(userId)
        if (markers.get(roomId) !== undefined || (present && isPrivateRoom(roomId))) {
          yield* space
          set(userId, markers, roomId, counting.end(roomId), true)
          news.drop(userId, roomId)
          audience.tell(userId, roomId, { type: "forgotten", roomId }, connectionId)
        }
      })
    }
    return served
  })
)
