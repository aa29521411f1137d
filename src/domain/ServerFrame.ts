/** What the server sends. Plain clients get messages, `join`, `leave` and `error`; `hubbub.v1` gets all but `join` and `leave`. */
import { Schema } from "effect"
import { Ref } from "./ClientFrame.ts"
import { Message, Timestamp } from "./Message.ts"
import { MessageId } from "./MessageId.ts"
import { moderation } from "./Moderation.ts"
import { Position, Seq } from "./Position.ts"
import { ErrorCode, type ProtocolError } from "./ProtocolError.ts"
import { RoomId } from "./RoomId.ts"
import { UserId } from "./UserId.ts"
import { Username } from "./Username.ts"

const ref = Schema.optionalKey(Ref)
const Millis = Schema.Int

const frame = <const T extends string, const F extends Schema.Struct.Fields>(type: T, fields: F) =>
  Schema.Struct({ type: Schema.Literal(type), ...fields })

/** A user in a room, once however many connections they have. */
export const Member = Schema.Struct({ userId: UserId, username: Username })
export type Member = typeof Member.Type

const seen = {
  messageId: MessageId,
  roomId: RoomId,
  userId: UserId,
  username: Username,
  content: Schema.String,
  timestamp: Timestamp
}

/** The limits a client needs to know, as `welcome` states them: bytes, counts, milliseconds. */
export const Limits = Schema.Struct({
  frameBytes: Schema.Int,
  contentCodePoints: Schema.Int,
  usernameCodePoints: Schema.Int,
  messagesPerSecond: Schema.Finite,
  messageBurst: Schema.Int,
  joinsPerSecond: Schema.Finite,
  rooms: Schema.Int,
  historyPage: Schema.Int,
  pingIntervalMs: Millis
})
export type Limits = typeof Limits.Type

const place = { epoch: Seq, seq: Seq }
/** `epoch` and `seq` are where the message stands: its id is unique among its author's only. */
const changed = { roomId: RoomId, messageId: MessageId, userId: UserId, version: Seq, ...place }

/** What is told of changes; `userId` is who did it. A reaction is one user's; taken back it is `removed`. */
const changes = {
  edited: frame("edited", {
    ...changed,
    content: Schema.String,
    editedAt: Timestamp,
    mentions: Schema.optionalKey(Schema.Array(UserId))
  }),
  deleted: frame("deleted", changed),
  /** Everything that a user had said in a room was deleted, up to a place. */
  purged: frame("purged", { roomId: RoomId, userId: UserId, version: Seq, ...place }),
  reaction: frame("reaction", { ...changed, emoji: Schema.String, removed: Schema.optionalKey(Schema.Literal(true)) })
} as const

/**
 * How far a user has read in a room, and what others said beyond it up to a place: at most `UNREAD_MAX` of either, which then stands for
 * as many or more.
 */
const marker = { roomId: RoomId, ...place, upTo: Position, unread: Schema.Int, mentions: Schema.Int }

export const ChangeFrame = Schema.Union([changes.edited, changes.deleted, changes.purged, changes.reaction])
export type ChangeFrame = typeof ChangeFrame.Type

export const serverFrames = {
  join: frame("join", seen),
  leave: frame("leave", seen),
  welcome: frame("welcome", {
    connectionId: Schema.String,
    userId: UserId,
    username: Username,
    role: Schema.Literals(["user", "moderator", "analyst", "admin"]),
    serverTime: Timestamp,
    limits: Limits,
    expiresAt: Schema.optionalKey(Timestamp)
  }),
  ack: frame("ack", {
    ref,
    roomId: RoomId,
    messageId: MessageId,
    seq: Seq,
    epoch: Seq,
    timestamp: Timestamp,
    duplicate: Schema.optionalKey(Schema.Literal(true))
  }),
  subscribed: frame("subscribed", {
    ref,
    roomId: RoomId,
    epoch: Seq,
    seq: Seq,
    recovered: Schema.Boolean,
    members: Schema.Int,
    presenceVersion: Seq,
    /** Changes up to this one are in what is given here and before. */
    version: Seq,
    /** To who gave a version: what has changed since of the messages up to their position, or that this is not known any more. */
    changes: Schema.optionalKey(Schema.Array(ChangeFrame)),
    changesLost: Schema.optionalKey(Schema.Literal(true)),
    messages: Schema.Array(Message)
  }),
  /** Without `ref` the client did not ask for it: it may not be in the room any more. */
  unsubscribed: frame("unsubscribed", { ref, roomId: RoomId }),
  /** `hasMore`: in the direction of travel. `before` and `after` are the places of the first and the last message, to go on from. */
  history: frame("history", {
    ref,
    roomId: RoomId,
    hasMore: Schema.Boolean,
    before: Schema.optionalKey(Position),
    after: Schema.optionalKey(Position),
    messages: Schema.Array(Message)
  }),
  typing: frame("typing", { roomId: RoomId, userId: UserId, username: Username, active: Schema.Boolean }),
  presence: frame("presence", {
    ref,
    roomId: RoomId,
    version: Seq,
    members: Schema.Int,
    users: Schema.Array(Member)
  }),
  presence_diff: frame("presence_diff", {
    roomId: RoomId,
    version: Seq,
    members: Schema.Int,
    joined: Schema.Array(Member),
    left: Schema.Array(Member),
    truncated: Schema.optionalKey(Schema.Literal(true))
  }),
  ...changes,
  /** What a moderator ordered is done. `until` where it ends by itself. */
  moderated: frame("moderated", { ref, ...moderation, until: Schema.optionalKey(Timestamp) }),
  /** How a room may be spoken in: told to those who come while it is not as usual, and to all when it changes. */
  room: frame("room", { roomId: RoomId, slowModeSeconds: Schema.Int, frozen: Schema.Boolean }),
  /** To the user it is about; without `roomId` everywhere, without `until` for good. */
  muted: frame("muted", {
    roomId: Schema.optionalKey(RoomId),
    until: Schema.optionalKey(Timestamp),
    reason: Schema.optionalKey(Schema.String)
  }),
  unmuted: frame("unmuted", { roomId: Schema.optionalKey(RoomId) }),
  /** A private room: in answer to `group` and `invite`, and to its members when they change. */
  group: frame("group", {
    ref,
    roomId: RoomId,
    title: Schema.optionalKey(Schema.String),
    owner: UserId,
    userIds: Schema.Array(UserId)
  }),
  /** To someone who may come into a private room from now on. */
  invited: frame("invited", { roomId: RoomId, title: Schema.optionalKey(Schema.String), by: UserId }),
  blocks: frame("blocks", { ref, userIds: Schema.Array(UserId) }),
  /** The private rooms that the user is a member of, the first thousand; `with` in the rooms of two. */
  conversations: frame("conversations", {
    ref,
    hasMore: Schema.Boolean,
    rooms: Schema.Array(
      Schema.Struct({
        roomId: RoomId,
        with: Schema.optionalKey(UserId),
        title: Schema.optionalKey(Schema.String),
        owner: Schema.optionalKey(UserId)
      })
    )
  }),
  /** In answer to `read`, to the user's other connections then, and to who comes into a room. */
  read: frame("read", { ref, ...marker }),
  /** The rooms that the user reads, in the order in which something was last said there, newest first. */
  unread: frame("unread", { ref, hasMore: Schema.Boolean, rooms: Schema.Array(Schema.Struct(marker)) }),
  /** The user reads the room no more. */
  forgotten: frame("forgotten", { ref, roomId: RoomId }),
  /** Newest first, each with its place; `before` to go on from. */
  found: frame("found", {
    ref,
    roomId: RoomId,
    hasMore: Schema.Boolean,
    before: Schema.optionalKey(Position),
    messages: Schema.Array(Message),
    places: Schema.Array(Position)
  }),
  /**
   * Live figures, as `GET /api/analytics` has them: `figures` is the whole, `changes` what is different since the version before; of
   * `activeUserDetails` then who arrived and which connections departed.
   */
  analytics: frame("analytics", {
    ref,
    roomId: RoomId,
    version: Seq,
    figures: Schema.optionalKey(Schema.Record(Schema.String, Schema.Json)),
    changes: Schema.optionalKey(Schema.Record(Schema.String, Schema.Json)),
    arrived: Schema.optionalKey(Schema.Array(Schema.Json)),
    departed: Schema.optionalKey(Schema.Array(Schema.String))
  }),
  refreshed: frame("refreshed", { ref, expiresAt: Timestamp }),
  token_expiring: frame("token_expiring", { expiresAt: Timestamp }),
  pong: frame("pong", { ref }),
  draining: frame("draining", { reconnectAfterMs: Millis }),
  error: frame("error", {
    ref,
    code: ErrorCode,
    message: Schema.String,
    field: Schema.optionalKey(Schema.String),
    retryAfterMs: Schema.optionalKey(Millis)
  })
} as const

type ServerFrameType = keyof typeof serverFrames
export type ServerFrame = { [K in ServerFrameType]: (typeof serverFrames)[K]["Type"] }[ServerFrameType] | Message

/** The wire text of a frame. No field is transformed, so this is the schema's encoding without its cost. */
export const encodeServerFrame = (frame: ServerFrame): string => JSON.stringify(frame)

/** The frame that answers a refused one. */
export const errorFrame = (error: ProtocolError, ref: Ref | undefined): ServerFrame => ({
  type: "error",
  ...(ref === undefined ? {} : { ref }),
  code: error.code,
  message: error.message,
  ...(error.field === undefined ? {} : { field: error.field }),
  ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs })
})
