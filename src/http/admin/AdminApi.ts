/** The HTTP contract for admins: routes and shapes, no behaviour. */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import { Schema } from "effect"
import { Dialect } from "../../domain/ClientFrame.ts"
import { Timestamp } from "../../domain/Message.ts"
import { MessageId } from "../../domain/MessageId.ts"
import { RoomId } from "../../domain/RoomId.ts"
import { UserId } from "../../domain/UserId.ts"
import { Username } from "../../domain/Username.ts"
import { about, badRequest, parameter, problem, segment, unavailable } from "../Parameter.ts"
import { Revoking } from "./Revoking.ts"
import { Announcement, Utterance } from "./Utterance.ts"

const Kept = Schema.Struct({
  messageId: MessageId,
  roomId: RoomId,
  seq: Schema.Int,
  epoch: Schema.Int,
  timestamp: Timestamp,
  duplicate: Schema.optionalKey(Schema.Literal(true))
})

/** `rooms` have the message, `refused` could not take it. */
const Announced = Schema.Struct({ rooms: Schema.Int, refused: Schema.Int })

/** `reason` is told the clients, in at most 100 bytes. */
export const Dismissal = Schema.Struct({ reason: Schema.optionalKey(Schema.String) })

const Shown = Schema.Struct({
  connectionId: Schema.String,
  userId: UserId,
  username: Username,
  dialect: Dialect,
  rooms: Schema.Array(RoomId),
  privateRooms: Schema.Int,
  since: Timestamp
})

const headers = {
  "idempotency-key": Schema.optionalKey(
    Schema.String.annotate({
      description: "1 to 128 printable characters: what is sent again with it is not said again; other content is 409"
    })
  )
}

const conflict = problem(409, "Something else was sent under this `Idempotency-Key`")
const tooLarge = problem(413, "The body has more than 65,536 bytes")
const notJson = problem(415, "The body was not sent as `application/json`")
const bodied = [badRequest, tooLarge, notJson, unavailable] as const

export class AdminGroup extends HttpApiGroup.make("admin")
  .add(
    HttpApiEndpoint.post("publish", "/api/admin/rooms/:roomId/messages", {
      params: { roomId: segment("the room; private ones are refused") },
      headers,
      payload: Utterance,
      success: [
        Kept.pipe(HttpApiSchema.status(201)).annotate({ description: "It is kept" }),
        Kept.annotate({ description: "It was said before under this `Idempotency-Key`" })
      ],
      error: [...bodied, conflict]
    }).annotateMerge(
      about(
        "publishMessage",
        "Say something in a room",
        "As the system, or with `username` as a bot; nobody needs to be in the room. Answered once it is kept."
      )
    )
  )
  .add(
    HttpApiEndpoint.post("broadcast", "/api/admin/broadcast", {
      headers,
      payload: Announcement,
      success: Announced,
      error: [...bodied, conflict]
    }).annotateMerge(
      about(
        "broadcastMessage",
        "Say something in every room that people are in",
        "But private ones. Sent again with the same `Idempotency-Key`, it goes to the rooms that do not have it."
      )
    )
  )
  .add(
    HttpApiEndpoint.post("disconnect", "/api/admin/users/:userId/disconnect", {
      params: { userId: segment("the user") },
      payload: Dismissal,
      success: Schema.Struct({ connections: Schema.Int }),
      error: [badRequest, tooLarge, notJson]
    }).annotateMerge(
      about("disconnectUser", "Close all connections of a user", "With 4004 `disconnected`. They may come back.")
    )
  )
  .add(
    HttpApiEndpoint.get("connections", "/api/admin/connections", {
      query: {
        userId: parameter("only those of this user"),
        roomId: parameter("only those in this room; private ones are refused"),
        limit: parameter("connections on the page: 1 to 200, 50 without"),
        after: parameter("a cursor")
      },
      success: Schema.Struct({
        count: Schema.Int,
        connections: Schema.Array(Shown),
        hasMore: Schema.Boolean,
        after: Schema.NullOr(Schema.String)
      }),
      error: badRequest
    }).annotateMerge(
      about("listConnections", "Who is connected", "Longest first. Of private rooms there is only how many.")
    )
  )
  .add(
    HttpApiEndpoint.post("revoke", "/api/admin/revocations", {
      payload: Revoking,
      success: Schema.Struct({
        userId: Schema.optionalKey(UserId),
        tokenId: Schema.optionalKey(Schema.String),
        until: Timestamp
      }),
      error: [badRequest, tooLarge, notJson]
    }).annotateMerge(
      about(
        "revokeTokens",
        "End a token, or all that a user has",
        "`userId`, `tokenId` (the `jti`) or both; `until` when they would have ended anyway, 400 days without it."
      )
    )
  )
  .annotateMerge(
    OpenApi.annotations({ description: "For operators: with a token of the role admin, or an API key." })
  ) {}
