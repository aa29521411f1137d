/** What the routes for admins answer. Who may ask is looked at before. */
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { Clock, Effect, Result, Schema } from "effect"
import { Lifecycle } from "../../actor/Lifecycle.ts"
import { closeReasons, disconnectedFor } from "../../domain/CloseReason.ts"
import type { MessageId } from "../../domain/MessageId.ts"
import { refusal } from "../../domain/ProtocolError.ts"
import { analyticsRoom, isPrivateRoom, ROOM_RULE, RoomId } from "../../domain/RoomId.ts"
import { UserId, userIdProblem } from "../../domain/UserId.ts"
import { Hub } from "../../hub/Hub.ts"
import { Revocations } from "../../identity/Revocations.ts"
import { Tokens } from "../../identity/Tokens.ts"
import { Viewer } from "../../identity/Viewer.ts"
import { Api } from "../Api.ts"
import { Cursors } from "../Cursors.ts"
import { type BadQuery, limitOf, type Params, placeOf as cursorOf, single } from "../PageQuery.ts"
import { Announcement, saidBy, type Said, Utterance } from "./Utterance.ts"
import { Dismissal } from "./AdminApi.ts"
import { Connected } from "./Connected.ts"
import { guestTrack, listGuests, placeOf, shown } from "./Guests.ts"
import { idempotency } from "./idempotency.ts"
import { jsonBody } from "./jsonBody.ts"
import { answered, invalidBody, Refusal, refusalOf } from "./Refusal.ts"
import { Revoking, revocationOf } from "./Revoking.ts"
import { Speaker } from "./Speaker.ts"

/** Rooms that are told at a time. */
const ROOMS_AT_ONCE = 256
/** Bytes of why somebody is sent away; a close frame has room for 123. */
const REASON_BYTES = 100

const isRoomId = Schema.is(RoomId)
const isUserId = Schema.is(UserId)

const bad = (code: string, field: string, detail: string) => new Refusal({ status: 400, code, detail, field })

/** A room that the house may speak in and look into. */
const openRoom = (text: string): Effect.Effect<RoomId, Refusal> => {
  if (!isRoomId(text)) return Effect.fail(bad("invalid_room", "roomId", ROOM_RULE))
  if (!isPrivateRoom(text) && text !== analyticsRoom) return Effect.succeed(text)
  const why = isPrivateRoom(text) ? "private rooms are for their members" : "the room analytics is for figures"
  return Effect.fail(refusalOf(refusal("forbidden_room", why, "roomId")))
}

const userOf = (text: string): Effect.Effect<UserId, Refusal> =>
  isUserId(text)
    ? Effect.succeed(text)
    : Effect.fail(bad("invalid_user_id", "userId", userIdProblem(text) ?? "userId is not valid"))

const given = <A>(read: Result.Result<A, BadQuery>): Effect.Effect<A, Refusal> =>
  Effect.mapError(Effect.fromResult(read), ({ code, detail, field }) => bad(code, field, detail))

const utteranceBody = jsonBody(Utterance)
const announcementBody = jsonBody(Announcement)
const dismissalBody = jsonBody(Dismissal)
const revokingBody = jsonBody(Revoking)

const VISIBLE = /^[^\p{Cc}\p{Cf}\p{Cs}]*$/u

/** How whoever is sent away is told so. */
const farewell = ({ reason }: typeof Dismissal.Type) => {
  if (reason === undefined || reason.trim() === "") return Effect.succeed(closeReasons.disconnected)
  if (VISIBLE.test(reason) && Buffer.byteLength(reason) <= REASON_BYTES) return Effect.succeed(disconnectedFor(reason))
  return Effect.fail(invalidBody(`reason must be at most ${REASON_BYTES} bytes of visible characters`, "reason"))
}

const noSpeaker = refusalOf(refusal("unavailable", "nothing can be said here"))
const draining = refusalOf(refusal("draining", "the server is stopping; send it again"))
const noTokens = refusalOf(refusal("forbidden", "there are no tokens to revoke here; who one is comes from none"))

export const layer = HttpApiBuilder.group(
  Api,
  "admin",
  Effect.fnUntraced(function* (handlers) {
    const speaker = yield* Speaker
    const connected = yield* Connected
    const lifecycle = yield* Lifecycle
    const cursors = yield* Cursors
    const hub = yield* Hub
    const revocations = yield* Revocations
    const tokens = yield* Tokens
    const named = idempotency()

    const say = (roomId: RoomId, said: Said, messageId: MessageId) =>
      Effect.suspend(() => {
        if (lifecycle.draining()) return Effect.fail(draining)
        if (speaker === undefined) return Effect.fail(noSpeaker)
        return Effect.mapError(speaker.say({ ...said, roomId, messageId }), refusalOf)
      })

    return handlers
      .handleRaw("publish", ({ headers, params, request }) =>
        Effect.gen(function* () {
          const roomId = yield* openRoom(params.roomId)
          const said = yield* saidBy(yield* utteranceBody(request))
          const asked = { who: yield* Viewer, key: headers["idempotency-key"], scope: `room ${roomId}`, wants: said }
          const messageId = (yield* named(asked))(roomId)
          const { duplicate, ...kept } = yield* say(roomId, said, messageId)
          return HttpServerResponse.jsonUnsafe(
            { ...kept, roomId, ...(duplicate ? { duplicate } : {}) },
            { status: duplicate ? 200 : 201 }
          )
        }).pipe(answered)
      )
      .handleRaw("broadcast", ({ headers, request }) =>
        Effect.gen(function* () {
          const said = yield* saidBy(yield* announcementBody(request))
          const asked = { who: yield* Viewer, key: headers["idempotency-key"], scope: "broadcast", wants: said }
          const idIn = yield* named(asked)
          const rooms = Array.from(hub.populated(), ([roomId]) => roomId).filter((roomId) => !isPrivateRoom(roomId))
          const told = yield* Effect.forEach(rooms, (roomId) => Effect.result(say(roomId, said, idIn(roomId))), {
            concurrency: ROOMS_AT_ONCE
          })
          const failures = told.filter(Result.isFailure)
          const first = failures[0]?.failure
          if (first !== undefined && (failures.length === rooms.length || first.status === 409)) return yield* first
          return HttpServerResponse.jsonUnsafe({ rooms: rooms.length - failures.length, refused: failures.length })
        }).pipe(answered)
      )
      .handleRaw("disconnect", ({ params, request }) =>
        Effect.gen(function* () {
          const userId = yield* userOf(params.userId)
          const reason = yield* farewell(yield* dismissalBody(request))
          const guests = Array.from(connected.of(userId))
          for (const guest of guests) guest.end(reason)
          const { apiKey, userId: by } = yield* Viewer
          yield* Effect.logInfo("sent away by an admin", { userId, connections: guests.length, by: apiKey ?? by })
          return HttpServerResponse.jsonUnsafe({ connections: guests.length })
        }).pipe(answered)
      )
      .handleRaw("connections", ({ query }) =>
        Effect.gen(function* () {
          const params: Params = query
          const limit = yield* given(limitOf(params))
          const user = yield* given(single(params, "userId"))
          const room = yield* given(single(params, "roomId"))
          const filter = {
            userId: user === undefined ? undefined : yield* userOf(user),
            roomId: room === undefined ? undefined : yield* openRoom(room)
          }
          const track = guestTrack(filter)
          const after = yield* given(cursorOf(params, "after", (text) => cursors.read(track, text)))
          const { guests, more } = yield* listGuests(connected, filter, after, limit)
          const last = more ? guests.at(-1) : undefined
          return HttpServerResponse.jsonUnsafe({
            count: guests.length,
            connections: guests.map(shown),
            hasMore: more,
            after: last === undefined ? null : cursors.write(track, placeOf(last))
          })
        }).pipe(answered)
      )
      .handleRaw("revoke", ({ request }) =>
        Effect.gen(function* () {
          if (!tokens.on) return yield* noTokens
          const what = yield* revocationOf(yield* revokingBody(request), yield* Clock.currentTimeMillis)
          yield* revocations.revoke(what)
          return HttpServerResponse.jsonUnsafe({ ...what, until: new Date(what.until).toISOString() })
        }).pipe(answered)
      )
  })
)
