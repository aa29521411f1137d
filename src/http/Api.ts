/** The HTTP contract: routes and shapes, no behaviour. */
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import { Schema } from "effect"
import { Snapshot } from "../analytics/Snapshot.ts"
import { Message, Timestamp } from "../domain/Message.ts"
import { RoomId } from "../domain/RoomId.ts"
import { UserId } from "../domain/UserId.ts"

/** The process is up. `storage` and `durability` say what an acknowledged message survives. */
const Health = Schema.Struct({
  status: Schema.Literal("ok"),
  clients: Schema.Int,
  rooms: Schema.Int,
  storage: Schema.Literals(["memory", "ok", "degraded", "unavailable"]),
  durability: Schema.Literals(["memory", "journal", "fsync", "store"]),
  /** What the store has yet to take: bytes, how long the oldest has waited, and how many it refused for good. */
  backlog: Schema.optionalKey(Schema.Struct({ bytes: Schema.Int, oldestMs: Schema.Int, deadLetters: Schema.Int })),
  uptimeSeconds: Schema.Int,
  version: Schema.String
})

/** Whether to send traffic here; 503 with a problem document when not. `degraded`: chat goes on, the store is away. */
const Ready = Schema.Struct({ status: Schema.Literals(["ready", "degraded"]), why: Schema.optionalKey(Schema.String) })

class System extends HttpApiGroup.make("system", { topLevel: true })
  .add(HttpApiEndpoint.get("health", "/health", { success: Health }))
  .add(HttpApiEndpoint.get("ready", "/ready", { success: Ready })) {}

class Figures extends HttpApiGroup.make("analytics").add(
  HttpApiEndpoint.get("snapshot", "/api/analytics", { success: Snapshot })
) {}

/** Read by hand, so that a refusal says which parameter is wrong, and why. */
const parameter = (description: string) =>
  Schema.optionalKey(Schema.Union([Schema.String, Schema.Array(Schema.String)]).annotate({ description }))

const pageQuery = {
  limit: parameter("messages on the page: 1 to 200, 50 without"),
  before: parameter("a cursor: the messages before it"),
  after: parameter("a cursor: the messages after it"),
  around: parameter("a cursor, or a message's seq in the room's present epoch: the messages around it")
}

/**
 * Oldest message first. `hasMore`: there are more in the direction of travel, which is towards the newest for `after`, else towards the
 * oldest. `before` is the cursor of the first message, unless there is none before it; `after` that of the last one, or of where an empty
 * page was looked for.
 */
const page = {
  count: Schema.Int,
  messages: Schema.Array(Message),
  hasMore: Schema.Boolean,
  before: Schema.NullOr(Schema.String),
  after: Schema.NullOr(Schema.String)
}

/** `messages` of the present epoch. `lastActivity` is null where nothing was said. */
const ListedRoom = Schema.Struct({
  roomId: RoomId,
  members: Schema.Int,
  messages: Schema.Int,
  lastActivity: Schema.NullOr(Timestamp)
})

/** By last activity, newest first. `after` is the cursor of the next page, null on the last one. */
const RoomList = Schema.Struct({
  count: Schema.Int,
  rooms: Schema.Array(ListedRoom),
  hasMore: Schema.Boolean,
  after: Schema.NullOr(Schema.String)
})

class Rooms extends HttpApiGroup.make("rooms")
  .add(
    HttpApiEndpoint.get("list", "/api/rooms", {
      query: { limit: parameter("rooms on the page: 1 to 200, 50 without"), after: parameter("a cursor") },
      success: RoomList
    })
  )
  .add(
    HttpApiEndpoint.get("messages", "/api/rooms/:roomId/messages", {
      params: { roomId: Schema.String },
      query: pageQuery,
      success: Schema.Struct({ roomId: RoomId, ...page })
    })
  ) {}

class Users extends HttpApiGroup.make("users").add(
  HttpApiEndpoint.get("messages", "/api/users/:userId/messages", {
    params: { userId: Schema.String },
    query: pageQuery,
    success: Schema.Struct({ userId: UserId, ...page })
  })
) {}

export class Api extends HttpApi.make("hubbub").add(System).add(Figures).add(Rooms).add(Users) {}
