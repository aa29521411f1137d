/** The HTTP contract of private rooms: routes and shapes, no behaviour. */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import { Schema } from "effect"
import { RoomId } from "../../domain/RoomId.ts"
import { UserId } from "../../domain/UserId.ts"
import { about, badRequest, parameter, problem, unavailable } from "../Parameter.ts"

/** `with` in a room of two, `owner` in a group, which may have a `title`. */
const Listed = Schema.Struct({
  roomId: RoomId,
  with: Schema.optionalKey(UserId),
  title: Schema.optionalKey(Schema.String),
  owner: Schema.optionalKey(UserId)
})

/** `after` is the cursor of the next page, null on the last one. */
const Conversations = Schema.Struct({
  count: Schema.Int,
  conversations: Schema.Array(Listed),
  hasMore: Schema.Boolean,
  after: Schema.NullOr(Schema.String)
})

const nobodys = problem(403, "The request comes with an API key, which is no user's")

export class ConversationsGroup extends HttpApiGroup.make("conversations")
  .add(
    HttpApiEndpoint.get("list", "/api/conversations", {
      query: {
        limit: parameter("conversations on the page: 1 to 200, 50 without"),
        after: parameter("a cursor"),
        userId: parameter("whose; required where tokens are off, and not looked at where they are on")
      },
      success: Conversations,
      error: [badRequest, nobodys, unavailable]
    }).annotateMerge(
      about("listConversations", "Your private rooms", "Groups first, then rooms of two by whom they are with.")
    )
  )
  .annotateMerge(OpenApi.annotations({ description: "Rooms of members only. Nobody but a member is shown them." })) {}
