/** What clients send. Every frame of both dialects, and the one decoder that turns text into a frame or a named refusal. */
import { Exit, Result, Schema, SchemaIssue } from "effect"
import { Content, contentProblem, normaliseContent } from "./Content.ts"
import { MessageId } from "./MessageId.ts"
import { moderation } from "./Moderation.ts"
import { Emoji } from "./Emoji.ts"
import { MENTIONS_MAX } from "./mentions.ts"
import { parseJson } from "./parseJson.ts"
import { PageSize } from "./PageSize.ts"
import { Position, Seq } from "./Position.ts"
import { type ErrorCode, type ProtocolError, refusal } from "./ProtocolError.ts"
import { ResumePoint } from "./ResumePoint.ts"
import { RoomId } from "./RoomId.ts"
import { UserId } from "./UserId.ts"
import { usernameProblem } from "./Username.ts"

/** Chosen by the client, echoed in the answer. */
export const Ref = Schema.Union([Schema.String.check(Schema.isMaxLength(64)), Schema.Int])
export type Ref = typeof Ref.Type

/** Most recent messages asked for on a join. */
const HistoryLimit = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 200 }))

/** A place in a room's history: a seq of its present epoch, or a position of any. */
const HistoryPlace = Schema.Union([Seq, Position])

const ref = Schema.optionalKey(Ref)

const frame = <const T extends string, const F extends Schema.Struct.Fields>(type: T, fields: F) =>
  Schema.Struct({ type: Schema.Literal(type), ref, ...fields })

/** Whom a text speaks to, beside those whose id it has after an `@`. */
const Mentions = Schema.Array(UserId).check(Schema.isMaxLength(MENTIONS_MAX))

/** Content is checked by `contentProblem` before the schema runs, so that each rule has its own code. */
const said = {
  content: Content,
  messageId: Schema.optionalKey(MessageId),
  replyTo: Schema.optionalKey(MessageId),
  mentions: Schema.optionalKey(Mentions)
}

/** A message that was said. `at` is where it stands, which spares the search for one that is old. */
const target = { roomId: RoomId, messageId: MessageId, at: Schema.optionalKey(Position) }

/** Of a private room. */
const Title = Schema.String.check(
  Schema.makeFilter((text) => (usernameProblem(text) === undefined ? undefined : "must be 1 to 50 visible characters"))
)

const Invited = Schema.Array(UserId).check(Schema.isMaxLength(50))

/** The commands of `hubbub.v1` by `type`. `roomId` may be left out where the connection has an obvious room. */
export const clientFrames = {
  chat: frame("chat", { roomId: Schema.optionalKey(RoomId), ...said }),
  system: frame("system", { roomId: Schema.optionalKey(RoomId), ...said }),
  direct: frame("direct", { to: UserId, ...said }),
  edit: frame("edit", { ...target, content: Content, mentions: Schema.optionalKey(Mentions) }),
  delete: frame("delete", target),
  react: frame("react", { ...target, emoji: Emoji, remove: Schema.optionalKey(Schema.Boolean) }),
  subscribe: frame("subscribe", {
    roomId: RoomId,
    after: Schema.optionalKey(ResumePoint),
    history: Schema.optionalKey(HistoryLimit)
  }),
  unsubscribe: frame("unsubscribe", { roomId: RoomId }),
  history: frame("history", {
    roomId: RoomId,
    before: Schema.optionalKey(HistoryPlace),
    after: Schema.optionalKey(HistoryPlace),
    around: Schema.optionalKey(HistoryPlace),
    limit: Schema.optionalKey(PageSize)
  }),
  typing: frame("typing", { roomId: RoomId, active: Schema.Boolean }),
  read: frame("read", { roomId: RoomId, seq: Seq, epoch: Schema.optionalKey(Seq) }),
  unread: frame("unread", {}),
  forget: frame("forget", { roomId: RoomId }),
  search: frame("search", {
    roomId: RoomId,
    text: Schema.String,
    before: Schema.optionalKey(Position),
    limit: Schema.optionalKey(PageSize)
  }),
  presence: frame("presence", { roomId: RoomId }),
  moderate: frame("moderate", moderation),
  group: frame("group", { title: Schema.optionalKey(Title), invite: Schema.optionalKey(Invited) }),
  invite: frame("invite", { roomId: RoomId, userId: UserId }),
  remove: frame("remove", { roomId: RoomId, userId: UserId }),
  quit: frame("quit", { roomId: RoomId }),
  block: frame("block", { userId: UserId }),
  unblock: frame("unblock", { userId: UserId }),
  blocks: frame("blocks", {}),
  conversations: frame("conversations", {}),
  refresh: frame("refresh", { token: Schema.NonEmptyString }),
  ping: frame("ping", {})
} as const

type ClientFrameType = keyof typeof clientFrames
export type ClientFrame = { [K in ClientFrameType]: (typeof clientFrames)[K]["Type"] }[ClientFrameType]

/** `plain` is what `wscat` speaks; `hubbub.v1` is asked for in `Sec-WebSocket-Protocol`. */
export const Dialect = Schema.Literals(["plain", "hubbub.v1"])
export type Dialect = typeof Dialect.Type

/** Types each dialect may send. A plain client is in one room and has nothing else to say. */
const spoken: Record<Dialect, ReadonlyArray<string>> = {
  plain: ["chat", "system"],
  "hubbub.v1": Object.keys(clientFrames)
}

/** A refused frame keeps the `ref` it came with, so that the client can tell which of its frames it was. */
export interface Refused {
  readonly ref: Ref | undefined
  readonly error: ProtocolError
}

const decoders = new Map(
  Object.entries(clientFrames).map(([type, schema]) => [
    type,
    Schema.decodeUnknownExit(schema as Schema.Codec<ClientFrame, unknown>)
  ])
)

const codeOf: Record<string, ErrorCode> = {
  roomId: "invalid_room",
  content: "invalid_content",
  to: "invalid_user_id",
  userId: "invalid_user_id"
}
const standardIssues = SchemaIssue.makeFormatterStandardSchemaV1()
const isRef = Schema.is(Ref)

const describe = (type: string, issue: SchemaIssue.Issue): ProtocolError => {
  const first = standardIssues(issue).issues[0]
  const path = first?.path?.map(String) ?? []
  const field = path.join(".")
  const said = first?.message ?? "does not have the right shape"
  const code = codeOf[path[0] ?? ""] ?? "invalid_frame"
  if (field === "") return refusal(code, `${type}: ${said}`)
  return refusal(code, said.startsWith(field) ? said : `${field}: ${said}`, field)
}

const decodeObject = (value: Record<string, unknown>, dialect: Dialect): Result.Result<ClientFrame, ProtocolError> => {
  const type = value["type"]
  if (typeof type !== "string") return Result.fail(refusal("invalid_frame", "type must be a string", "type"))
  const decode = decoders.get(type)
  if (decode === undefined || !spoken[dialect].includes(type)) {
    const quoted = JSON.stringify(type.slice(0, 32))
    const allowed = spoken[dialect].join(", ")
    return Result.fail(
      refusal("forbidden_type", `type ${quoted} is not one a client may send here: ${allowed}`, "type")
    )
  }
  let input = value
  if ("content" in clientFrames[type as ClientFrameType].fields) {
    const raw = value["content"]
    if (raw === undefined) return Result.fail(refusal("empty_content", "content is required", "content"))
    if (typeof raw !== "string") return Result.fail(refusal("invalid_content", "content must be a string", "content"))
    const content = normaliseContent(raw)
    const problem = contentProblem(content)
    if (problem !== undefined) return Result.fail(refusal(problem.code, problem.message, "content"))
    if (content !== raw) input = { ...value, content }
  }
  const exit = decode(input)
  if (Exit.isSuccess(exit)) return Result.succeed(exit.value)
  const failure = exit.cause.reasons.find((r) => r._tag === "Fail")
  if (failure === undefined) return Result.fail(refusal("invalid_frame", "the frame could not be read"))
  return Result.fail(describe(type, failure.error.issue))
}

/** Decodes one text frame. Fails with the refusal to answer; never throws, whatever the text. */
export const decodeClientFrame = (text: string, dialect: Dialect): Result.Result<ClientFrame, Refused> => {
  const parsed = parseJson(text)
  if (Result.isFailure(parsed)) {
    return Result.fail({ ref: undefined, error: refusal("invalid_frame", `the frame ${parsed.failure}`) })
  }
  const value = parsed.success
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return Result.fail({ ref: undefined, error: refusal("invalid_frame", "the frame must be one JSON object") })
  }
  const object = value as Record<string, unknown>
  return Result.mapError(decodeObject(object, dialect), (error) => ({
    ref: isRef(object["ref"]) ? object["ref"] : undefined,
    error
  }))
}
