/** What an admin has the house say, and as whom. */
import { createHash } from "node:crypto"
import { Effect, Schema } from "effect"
import { type Content, contentProblem, normaliseContent } from "../../domain/Content.ts"
import { type Draft, MessageType } from "../../domain/Message.ts"
import { MessageId } from "../../domain/MessageId.ts"
import { MENTIONS_MAX } from "../../domain/mentions.ts"
import { anonymous, UserId, userIdProblem } from "../../domain/UserId.ts"
import { normaliseUsername } from "../../domain/nameRule.ts"
import { Username, usernameProblem } from "../../domain/Username.ts"
import { invalidBody } from "./Refusal.ts"

/** `username`: of the bot that says it; without it the system does. */
export const Utterance = Schema.Struct({
  content: Schema.String,
  username: Schema.optionalKey(Schema.String),
  userId: Schema.optionalKey(Schema.String),
  type: Schema.optionalKey(MessageType),
  replyTo: Schema.optionalKey(MessageId),
  /** Whom it speaks to, beside those whose id it has after an `@`. */
  mentions: Schema.optionalKey(Schema.Array(UserId).check(Schema.isMaxLength(MENTIONS_MAX)))
})

/** The same to everyone: there is no message in all rooms that it could answer. */
export const Announcement = Schema.Struct({
  content: Schema.String,
  username: Schema.optionalKey(Schema.String)
})

/** A message without its room and its id. */
export type Said = Omit<Draft, "roomId" | "messageId">

const system = { userId: UserId.make("system"), username: Username.make("System") }

/** Letters and digits of a name, as the part of an id that tells bots apart; of a name without any, the beginning of its digest. */
const slugOf = (name: string): string => {
  const words =
    name
      .normalize("NFKC")
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
  const slug = Array.from(words.join("-").normalize("NFC")).slice(0, 60).join("")
  return slug === "" ? createHash("sha256").update(name).digest("hex").slice(0, 12) : slug
}

/** Who it is that speaks, as their ids and names are checked everywhere; a bot may not pass for the house. */
const speakerOf = Effect.fnUntraced(function* (given: { readonly username?: string; readonly userId?: string }) {
  if (given.username === undefined) {
    if (given.userId === undefined) return system
    return yield* invalidBody("userId is that of a bot, which needs a username", "userId")
  }
  const username = normaliseUsername(given.username)
  const nameProblem = usernameProblem(username)
  if (nameProblem !== undefined) return yield* invalidBody(nameProblem, "username")
  const userId = given.userId ?? `bot:${slugOf(username)}`
  const idProblem = userIdProblem(userId)
  if (idProblem !== undefined) return yield* invalidBody(idProblem, "userId")
  if (userId === system.userId || userId === anonymous) {
    return yield* invalidBody(`userId ${userId} is nobody's to speak as`, "userId")
  }
  // checked above, with the messages that name the field
  return { userId: userId as UserId, username: username as Username }
})

/** What is to be said, once it is clear that it can be. */
export const saidBy = Effect.fnUntraced(function* (utterance: typeof Utterance.Type) {
  const content = normaliseContent(utterance.content)
  const problem = contentProblem(content)
  if (problem !== undefined) return yield* invalidBody(problem.message, "content")
  const speaker = yield* speakerOf(utterance)
  const type = utterance.type ?? (speaker === system ? "system" : "chat")
  return {
    type,
    ...speaker,
    content: content as Content,
    ...(utterance.replyTo === undefined ? {} : { replyTo: utterance.replyTo }),
    ...(utterance.mentions === undefined ? {} : { mentions: utterance.mentions }),
    // what the system says in so many words is no chat, and makes nobody active anyway
    ...(speaker === system && type === "system" ? {} : { bot: true as const })
  } satisfies Said
})
