/** The HTTP contract for moderators: routes and shapes, no behaviour. */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import { Schema } from "effect"
import { Timestamp } from "../../domain/Message.ts"
import { MessageId } from "../../domain/MessageId.ts"
import { Moderation } from "../../domain/Moderation.ts"
import { RoomId } from "../../domain/RoomId.ts"
import { UserId } from "../../domain/UserId.ts"
import { AuditEntry } from "../../moderation/Audit.ts"
import { RoomRule } from "../../moderation/RoomRules.ts"
import { Sanction } from "../../moderation/Sanction.ts"
import { about, badRequest, parameter, problem, unavailable } from "../Parameter.ts"

const alice = UserId.make("alice")
const lobby = RoomId.make("lobby")

const Order = Moderation.annotate({
  examples: [
    { action: "ban", userId: alice, roomId: lobby, seconds: 3600, reason: "spam" },
    { action: "delete", roomId: lobby, messageId: MessageId.make("550e8400-e29b-41d4-a716-446655440000") },
    { action: "slow_mode", roomId: lobby, seconds: 30 }
  ]
})

/** The order as it was taken. `until`: when it is over by itself; `deleted`: how many messages are deleted by it. */
const Ordered = Schema.Struct({
  ...Moderation.fields,
  until: Schema.optionalKey(Timestamp),
  deleted: Schema.optionalKey(Schema.Int)
})

const Sanctioned = Schema.Struct({ ...Sanction.fields, since: Timestamp, until: Schema.optionalKey(Timestamp) })
const Ruled = Schema.Struct({ ...RoomRule.fields, since: Timestamp })
const Entry = Schema.Struct({ ...AuditEntry.fields, at: Timestamp })

/** `after` is the cursor of the next page, null on the last one. */
const page = { count: Schema.Int, hasMore: Schema.Boolean, after: Schema.NullOr(Schema.String) }

const pageQuery = (what: string) => ({
  limit: parameter(`${what} on the page: 1 to 200, 50 without`),
  after: parameter("a cursor")
})

const moderatorsOnly = problem(403, "Whoever asks moderates nothing, or not there, or orders what nobody may")
const adminsOnly = problem(403, "Whoever asks is no admin")
const noMessage = problem(404, "There is no such message to delete")
const tooLarge = problem(413, "The body has more than 65,536 bytes")
const notJson = problem(415, "The body was not sent as `application/json`")
const unmoderated = problem(501, "Nobody is moderated here, or nothing can be deleted")

export class ModerationGroup extends HttpApiGroup.make("moderation")
  .add(
    HttpApiEndpoint.post("order", "/api/moderation", {
      payload: Order,
      success: Ordered,
      error: [badRequest, moderatorsOnly, noMessage, tooLarge, notJson, unmoderated, unavailable]
    }).annotateMerge(
      about(
        "moderate",
        "Order what moderators can",
        `What each \`action\` takes, besides \`reason\`, which is for the audit log and for who is banned or muted:

- \`ban\`, \`mute\`: \`userId\`, \`roomId?\`, \`seconds?\`; everywhere without a room, for good without \`seconds\`
- \`unban\`, \`unmute\`: \`userId\`, \`roomId?\`
- \`delete\`: \`roomId\`, \`messageId\`, \`userId?\`; takes that message away: the user's, or without \`userId\` whatever was said under that id
- \`purge\`: \`userId\`, \`roomId?\`; takes all away that the user said
- \`slow_mode\`: \`roomId\`, \`seconds\`: 0 to 120 between two messages of one user; 0 ends it
- \`freeze\`, \`unfreeze\`: \`roomId\``
      )
    )
  )
  .add(
    HttpApiEndpoint.get("bans", "/api/moderation/bans", {
      query: pageQuery("bans"),
      success: Schema.Struct({ ...page, bans: Schema.Array(Sanctioned) }),
      error: [badRequest, moderatorsOnly, unmoderated]
    }).annotateMerge(about("listBans", "Who is banned", "Newest first; of the rooms that you moderate."))
  )
  .add(
    HttpApiEndpoint.get("mutes", "/api/moderation/mutes", {
      query: pageQuery("mutes"),
      success: Schema.Struct({ ...page, mutes: Schema.Array(Sanctioned) }),
      error: [badRequest, moderatorsOnly, unmoderated]
    }).annotateMerge(about("listMutes", "Who is muted", "Newest first; of the rooms that you moderate."))
  )
  .add(
    HttpApiEndpoint.get("rooms", "/api/moderation/rooms", {
      query: pageQuery("rooms"),
      success: Schema.Struct({ ...page, rooms: Schema.Array(Ruled) }),
      error: [badRequest, moderatorsOnly, unmoderated]
    }).annotateMerge(
      about(
        "listRuledRooms",
        "Which rooms are slow or frozen",
        "The one changed last first; of those that you moderate."
      )
    )
  )
  .add(
    HttpApiEndpoint.get("audit", "/api/moderation/audit", {
      query: pageQuery("entries"),
      success: Schema.Struct({ ...page, entries: Schema.Array(Entry) }),
      error: [badRequest, adminsOnly, unmoderated, unavailable]
    }).annotateMerge(
      about(
        "listOrders",
        "Who ordered what",
        "Newest first; for admins alone. `failed` is the code of why an order was not carried out."
      )
    )
  )
  .annotateMerge(
    OpenApi.annotations({
      description:
        "For moderators, in the rooms that their tokens are for, for admins, and for programs with an API key."
    })
  ) {}
