/**
 * Frames of every type, generated from their own schemas. Fields whose rule random text seldom meets are drawn from hard samples
 * instead.
 */
import { Arbitrary, Schema, SchemaAST } from "effect"
import { clientFrames } from "../../src/domain/ClientFrame.ts"
import { Message } from "../../src/domain/Message.ts"
import { RoomId } from "../../src/domain/RoomId.ts"
import { Member, serverFrames } from "../../src/domain/ServerFrame.ts"
import { family, thumb } from "./texts.ts"

const uuid = Schema.String.check(Schema.isPattern(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/))
const userId = Schema.Literals(["anonymous", "user123", "bob@example.org", "李雷", thumb])
const username = Schema.Literals(["Anonymous", "Zoë Bell", "李雷", thumb.repeat(50), '"quoted"'])
const content = Schema.Literals([
  "hi",
  "two\nlines",
  thumb + family,
  "\u2068سلام\u2069",
  "x".repeat(1000),
  '"\\</p>\u2028'
])

const title = Schema.Literals(["Book club", "李雷", thumb.repeat(50)])
const userIds = Schema.Array(userId)

const plain: Schema.Struct.Fields = {
  messageId: uuid,
  replyTo: uuid,
  userId,
  to: userId,
  by: userId,
  owner: userId,
  userIds,
  invite: userIds,
  title,
  username,
  content,
  emoji: Schema.Literals([thumb, "👍🏽", "❤️", "1️⃣", family]),
  mentions: Schema.Array(userId),
  reactions: Schema.Record(Schema.Literals([thumb, "__proto__", "+1"]), Schema.Array(userId))
}

const sampled = (fields: Schema.Struct.Fields, samples: Schema.Struct.Fields) =>
  Schema.Struct(
    Object.fromEntries(
      Object.entries(fields).map(([name, field]) => {
        const sample = samples[name] ?? field
        return [name, SchemaAST.isOptional(field.ast) && sample !== field ? Schema.optionalKey(sample) : sample]
      })
    )
  )

const message = sampled(Message.fields, plain)
const member = sampled(Member.fields, plain)
const nested: Schema.Struct.Fields = {
  ...plain,
  messages: Schema.Array(message),
  users: Schema.Array(member),
  joined: Schema.Array(member),
  left: Schema.Array(member),
  rooms: Schema.Array(
    Schema.Struct({ roomId: RoomId, with: Schema.optionalKey(userId), title: Schema.optionalKey(title) })
  )
}

/** A schema under its name, and what it should carry. */
type Sample<S> = readonly [type: string, schema: S, frames: Arbitrary.Arbitrary<Record<string, unknown>>]

const samplesOf = <S extends { readonly fields: Schema.Struct.Fields }>(
  frames: Readonly<Record<string, S>>
): ReadonlyArray<Sample<S>> =>
  Object.entries(frames).map(([type, schema]) => [
    type,
    schema,
    // where markers are, mentions are counted, and rooms are not listed with what is in them
    Arbitrary.schema(sampled(schema.fields, type === "read" || type === "unread" ? {} : nested))
  ])

export const clientSamples = samplesOf(clientFrames)
export const serverSamples = samplesOf({ ...serverFrames, message: Message })
