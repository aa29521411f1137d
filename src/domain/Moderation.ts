/** What a moderator can order. The same words over the socket (`moderate`) and over HTTP. */
import { Schema } from "effect"
import { MessageId } from "./MessageId.ts"
import { RoomId } from "./RoomId.ts"
import { UserId } from "./UserId.ts"

export const ModerationAction = Schema.Literals([
  "ban",
  "unban",
  "mute",
  "unmute",
  "delete",
  "purge",
  "slow_mode",
  "freeze",
  "unfreeze"
])
export type ModerationAction = typeof ModerationAction.Type

/** Seconds between two messages of one user in a room of slow mode. */
export const SLOW_MODE_MAX = 120
/** Seconds a mute or a ban may last that ends by itself: ten years. */
const LASTING_MAX = 315_360_000
const REASON_MAX = 500

/**
 * `ban`, `unban`, `mute` and `unmute` are about a user, in one room or, without `roomId`, everywhere; `seconds` is how long, for good
 * where it is left out. `delete` takes away what was said in a room under a `messageId`: ids are each user's own, so by `userId`
 * where that is given, or else by anybody. `purge` takes away what a user said, in one room or everywhere. `slow_mode` takes `seconds`
 * (0 to 120, 0 ends it) and, like `freeze` and `unfreeze`, a room. `reason` is for the audit log, and for who is banned or muted.
 */
export const moderation = {
  action: ModerationAction,
  userId: Schema.optionalKey(UserId),
  roomId: Schema.optionalKey(RoomId),
  messageId: Schema.optionalKey(MessageId),
  seconds: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: LASTING_MAX }))),
  reason: Schema.optionalKey(Schema.String.check(Schema.isMaxLength(REASON_MAX)))
} as const

export const Moderation = Schema.Struct(moderation)
export type Moderation = typeof Moderation.Type
