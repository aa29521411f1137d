/** The rooms there are, and what was said: by room and by user. */
import { randomUUID } from "node:crypto"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { Effect, Layer, Result, Schema } from "effect"
import type { ProtocolError } from "../domain/ProtocolError.ts"
import { isPrivateRoom, ROOM_RULE, RoomId } from "../domain/RoomId.ts"
import { UserId, userIdProblem } from "../domain/UserId.ts"
import { Hub } from "../hub/Hub.ts"
import { Viewer } from "../identity/Viewer.ts"
import { Moderation } from "../moderation/Moderation.ts"
import { PrivateRooms } from "../private/PrivateRooms.ts"
import { RoomLog } from "../log/RoomLog.ts"
import { History, type RoomPlace } from "../store/History.ts"
import type { HistoryUnavailable } from "../store/HistoryUnavailable.ts"
import type { TooManySearches } from "../store/Searches.ts"
import { Api } from "./Api.ts"
import { type CursorFault, Cursors, listTrack, roomTrack, userTrack } from "./Cursors.ts"
import { Door } from "./Door.ts"
import { BadQuery, limitOf, pageQuery, type Params, placeOf, soughtOf } from "./PageQuery.ts"
import { foundResponse, pageResponse } from "./pageResponse.ts"
import { claimedOf } from "./private/claimedOf.ts"
import { mayRead } from "./private/mayRead.ts"
import { problemResponse } from "./problemResponse.ts"
import { listRooms } from "./RoomList.ts"

const isRoomId = Schema.is(RoomId)
const isUserId = Schema.is(UserId)

/** A room that never was: whoever asks for one they may not see is answered with this one's history, outages and all. */
const nowhere = RoomId.make(randomUUID())

const roomOf = Schema.decodeSync(Schema.fromJsonString(Schema.Struct({ roomId: RoomId })))

const roomIdOf = (text: string): Result.Result<RoomId, BadQuery> => {
  if (isRoomId(text)) return Result.succeed(text)
  return Result.fail(new BadQuery({ code: "invalid_room", field: "roomId", detail: ROOM_RULE }))
}

const userIdOf = (text: string): Result.Result<UserId, BadQuery> => {
  if (isUserId(text)) return Result.succeed(text)
  const detail = userIdProblem(text) ?? "userId is not valid"
  return Result.fail(new BadQuery({ code: "invalid_user_id", field: "userId", detail }))
}

const answered = (
  answer: Effect.Effect<
    HttpServerResponse.HttpServerResponse,
    BadQuery | HistoryUnavailable | ProtocolError | TooManySearches
  >
): Effect.Effect<HttpServerResponse.HttpServerResponse> =>
  Effect.catchTags(answer, {
    BadQuery: ({ code, detail, field }) => Effect.succeed(problemResponse(400, { code, detail, field })),
    ProtocolError: ({ code, message, retryAfterMs = 1000 }) =>
      Effect.succeed(problemResponse(503, { code, detail: message, retryAfterMs })),
    TooManySearches: ({ retryAfterMs }) =>
      Effect.succeed(
        problemResponse(503, { code: "overloaded", detail: "too much is being searched for", retryAfterMs })
      ),
    HistoryUnavailable: ({ reason, retryAfterMs }) =>
      Effect.succeed(problemResponse(503, { code: "unavailable", detail: `${reason}; try again later`, retryAfterMs }))
  })

const Rooms = HttpApiBuilder.group(
  Api,
  "rooms",
  Effect.fnUntraced(function* (handlers) {
    const history = yield* History
    const cursors = yield* Cursors
    const hub = yield* Hub
    const log = yield* RoomLog
    const privateRooms = yield* PrivateRooms
    const moderation = yield* Moderation
    const door = yield* Door

    /** Rooms with people in which nothing was said. */
    function* silent(): Iterable<RoomId> {
      for (const [roomId] of hub.populated()) if (log.tail(roomId).head === 0) yield roomId
    }

    const list = Effect.fnUntraced(function* (params: Params) {
      const limit = yield* Effect.fromResult(limitOf(params))
      const after = yield* Effect.fromResult(placeOf(params, "after", (text) => cursors.read(listTrack, text)))
      const { rights } = yield* Viewer
      const shown = (roomId: RoomId) => !isPrivateRoom(roomId) && rights.enter(roomId)
      const { more, rooms } = yield* listRooms(log.rooms(), silent(), after, limit, shown)
      const last = more ? rooms.at(-1) : undefined
      return HttpServerResponse.jsonUnsafe({
        count: rooms.length,
        rooms: rooms.map(({ at, messages, roomId }) => ({
          roomId,
          members: hub.members(roomId),
          messages,
          lastActivity: at === null ? null : new Date(at).toISOString()
        })),
        hasMore: more,
        after: last === undefined ? null : cursors.write(listTrack, { at: last.at, roomId: last.roomId })
      })
    })

    /** The room whose messages are shown to whoever asks for those of a room: one that never was, where they may not see it. */
    const shownFor = Effect.fnUntraced(function* (roomId: RoomId, params: Params) {
      const viewer = yield* Viewer
      const believed = isPrivateRoom(roomId) && viewer.userId === undefined
      const claimed = believed ? yield* Effect.fromResult(claimedOf(params)) : undefined
      const readable = yield* mayRead(privateRooms, viewer, roomId, claimed)
      const barred = viewer.userId !== undefined && moderation?.bars(viewer.userId, roomId) !== undefined
      return readable && !barred ? roomId : nowhere
    })

    /** What is read of a room, unless whoever asked was put out of it meanwhile: then it is read as one that never was. */
    const readAs = Effect.fnUntraced(function* <A, E>(
      roomId: RoomId,
      params: Params,
      read: (shown: RoomId) => Effect.Effect<A, E>
    ) {
      const shown = yield* shownFor(roomId, params)
      const found = yield* read(shown)
      return shown === nowhere || (yield* shownFor(roomId, params)) === shown ? found : yield* read(nowhere)
    })

    /** Whose search a request is: where nobody is known, its address'. */
    const seekerOf = (request: HttpServerRequest.HttpServerRequest) =>
      Effect.map(Viewer, ({ apiKey, userId }) =>
        userId === undefined && apiKey === undefined
          ? `http from ${door.addressOf(request)}`
          : `http ${userId ?? ""} ${apiKey ?? ""}`
      )

    const search = Effect.fnUntraced(function* (
      id: string,
      params: Params,
      request: HttpServerRequest.HttpServerRequest
    ) {
      const roomId = yield* Effect.fromResult(roomIdOf(id))
      const track = roomTrack(roomId)
      const limit = yield* Effect.fromResult(limitOf(params))
      const before = yield* Effect.fromResult(placeOf(params, "before", (text) => cursors.read(track, text)))
      const sought = yield* Effect.fromResult(soughtOf(params))
      const seeker = yield* seekerOf(request)
      const finds = yield* readAs(roomId, params, (shown) => history.search(shown, { sought, before, limit }, seeker))
      return foundResponse(roomId, cursors, finds)
    })

    const messages = Effect.fnUntraced(function* (id: string, params: Params) {
      const roomId = yield* Effect.fromResult(roomIdOf(id))
      const track = roomTrack(roomId)
      // a message shows its seq, so that is a place to look around, too
      const read = (text: string, name: string): Result.Result<RoomPlace, CursorFault> =>
        name === "around" && /^\d{1,15}$/.test(text) ? Result.succeed(Number(text)) : cursors.read(track, text)
      const asked = yield* Effect.fromResult(pageQuery(params, read))
      const page = yield* readAs(roomId, params, (shown) => history.room(shown, asked.query))
      return pageResponse({ roomId }, cursors, track, asked, page)
    })

    return handlers
      .handleRaw("list", ({ query }) => answered(list(query)))
      .handleRaw("messages", ({ params, query }) => answered(messages(params.roomId, query)))
      .handleRaw("search", ({ params, query, request }) => answered(search(params.roomId, query, request)))
  })
)

const Users = HttpApiBuilder.group(
  Api,
  "users",
  Effect.fnUntraced(function* (handlers) {
    const history = yield* History
    const cursors = yield* Cursors

    const messages = Effect.fnUntraced(function* (id: string, params: Params) {
      const userId = yield* Effect.fromResult(userIdOf(id))
      const viewer = yield* Viewer
      if (viewer.userId !== userId && !viewer.rights.moderates) {
        const detail = "what someone else said is for the roles moderator and admin"
        return problemResponse(403, { code: "forbidden", detail })
      }
      const track = userTrack(userId)
      const asked = yield* Effect.fromResult(pageQuery(params, (text) => cursors.read(track, text)))
      const page = yield* history.user(userId, asked.query)
      const own = viewer.userId === userId
      const shown = (json: string) => {
        const { roomId } = roomOf(json)
        // what is said in private rooms is for their members, whoever moderates
        return viewer.rights.enter(roomId) && (own || !isPrivateRoom(roomId))
      }
      const messages = own && viewer.rights.everywhere ? page.messages : page.messages.filter(shown)
      return pageResponse({ userId }, cursors, track, asked, { ...page, messages })
    })

    return handlers.handleRaw("messages", ({ params, query }) => answered(messages(params.userId, query)))
  })
)

export const layer = Layer.mergeAll(Rooms, Users)
