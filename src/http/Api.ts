/** The HTTP contract: routes and shapes, no behaviour. */
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import { Schema } from "effect"
import { Message, Timestamp } from "../domain/Message.ts"
import { RoomId } from "../domain/RoomId.ts"
import { UserId } from "../domain/UserId.ts"
import { version } from "../version.ts"
import { AdminGroup } from "./admin/AdminApi.ts"
import { AnalyticsGroup } from "./AnalyticsApi.ts"
import { ModerationGroup } from "./moderation/ModerationApi.ts"
import { documented } from "./openApi.ts"
import { about, badRequest, parameter, segment, unavailable } from "./Parameter.ts"
import { ConversationsGroup } from "./private/ConversationsApi.ts"
import { SignIn } from "./SignIn.ts"

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

/** What the web app has to know before anyone has signed in. */
const Config = Schema.Struct({ name: Schema.Literal("Hubbub"), version: Schema.String, auth: SignIn })

class System extends HttpApiGroup.make("system", { topLevel: true })
  .add(
    HttpApiEndpoint.get("health", "/health", { success: Health, error: badRequest }).annotateMerge(
      about("getHealth", "Is the process up", "How many are connected, and what an acknowledged message survives.")
    )
  )
  .add(
    HttpApiEndpoint.get("ready", "/ready", { success: Ready, error: [badRequest, unavailable] }).annotateMerge(
      about("getReadiness", "Should traffic be sent here", "`degraded`: chat goes on, but the store is away.")
    )
  )
  .add(
    HttpApiEndpoint.get("config", "/api/config", { success: Config, error: badRequest }).annotateMerge(
      about("getConfig", "How to sign in", "Needs no token, since it says how to get one.")
    )
  )
  .annotateMerge(OpenApi.annotations({ description: "For operators and load balancers." })) {}

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

/**
 * Newest message first; `places` are their cursors, to look around. `hasMore`: there may be more before `before`, which a page may end at
 * before it is full, or even empty, where much had to be read.
 */
const found = {
  count: Schema.Int,
  messages: Schema.Array(Message),
  places: Schema.Array(Schema.String),
  hasMore: Schema.Boolean,
  before: Schema.NullOr(Schema.String)
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

const error = [badRequest, unavailable] as const

class Rooms extends HttpApiGroup.make("rooms")
  .add(
    HttpApiEndpoint.get("list", "/api/rooms", {
      query: { limit: parameter("rooms on the page: 1 to 200, 50 without"), after: parameter("a cursor") },
      success: RoomList,
      error
    }).annotateMerge(about("listRooms", "The rooms there are", "By last activity, newest first."))
  )
  .add(
    HttpApiEndpoint.get("messages", "/api/rooms/:roomId/messages", {
      params: { roomId: segment("the room") },
      query: {
        ...pageQuery,
        userId: parameter("who asks, for a private room where tokens are off; not looked at otherwise")
      },
      success: Schema.Struct({ roomId: RoomId, ...page }),
      error
    }).annotateMerge(about("getRoomMessages", "What was said in a room", "The newest page, or one near a place."))
  )
  .add(
    HttpApiEndpoint.get("search", "/api/rooms/:roomId/search", {
      params: { roomId: segment("the room") },
      query: {
        q: parameter("what to look for: 1 to 10 words, each of which begins a word of the message"),
        limit: parameter("messages on the page: 1 to 200, 50 without"),
        before: parameter("a cursor: the messages before it"),
        userId: parameter("who asks, for a private room where tokens are off; not looked at otherwise")
      },
      success: Schema.Struct({ roomId: RoomId, ...found }),
      error
    }).annotateMerge(
      about("searchRoom", "Messages of a room that have some words", "Newest first, by what they say now.")
    )
  )
  .annotateMerge(OpenApi.annotations({ description: "Rooms, and what was said in them." })) {}

class Users extends HttpApiGroup.make("users")
  .add(
    HttpApiEndpoint.get("messages", "/api/users/:userId/messages", {
      params: { userId: segment("the user") },
      query: pageQuery,
      success: Schema.Struct({ userId: UserId, ...page }),
      error
    }).annotateMerge(
      about("getUserMessages", "What a user said", "In all rooms; the newest page, or one near a place.")
    )
  )
  .annotateMerge(OpenApi.annotations({ description: "What users said." })) {}

export class Api extends HttpApi.make("hubbub")
  .add(System)
  .add(AnalyticsGroup)
  .add(Rooms)
  .add(Users)
  .add(ConversationsGroup)
  .add(ModerationGroup)
  .add(AdminGroup)
  .annotateMerge(
    OpenApi.annotations({
      title: "Hubbub",
      version,
      description: "A chat engine with analytics built in. Chat itself goes over the WebSocket at `/ws`.",
      license: { name: "MIT", identifier: "MIT" },
      servers: [{ url: "/", description: "This server" }],
      transform: documented
    })
  ) {}
