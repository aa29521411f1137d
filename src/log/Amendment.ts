/**
 * Changes of what was said. A message that is changed keeps its place, its id, its time and its author; what it says is another, under a
 * revision that is higher than every one before.
 */
import { createHash } from "node:crypto"
import type { Content } from "../domain/Content.ts"
import { encodeMessage, type Message } from "../domain/Message.ts"
import type { UserId } from "../domain/UserId.ts"
import type { Entry } from "./Entry.ts"
import { reacting, type Reaction } from "./reacting.ts"

/**
 * What a message is to become: `edited`, it says something else, and speaks to others; `deleted`, nothing any more, and for good;
 * `reacted`, one user's reaction is on it, or not any more.
 */
export type Change =
  | { readonly kind: "edited"; readonly content: Content; readonly mentions?: ReadonlyArray<UserId> }
  | { readonly kind: "deleted" }
  | ({ readonly kind: "reacted" } & Reaction)

export type ChangeKind = Change["kind"]

/** A change that is asked for. `target` is the message as it was read, which may have been changed since. */
export interface Demand {
  readonly target: Entry
  readonly change: Change
  /** Who asks. */
  readonly by: UserId
}

/** What a message is now, and the fingerprint of what it first said; empty where that no longer matters or is not known. */
export interface Newest {
  readonly json: string
  readonly said: string
}

/** A change that was made: the message as it is from then on. */
export interface Amendment extends Entry, Newest {
  readonly kind: ChangeKind
  readonly revision: number
  readonly by: UserId
  /** When, in milliseconds since 1970. */
  readonly madeAt: number
  readonly message: Message
}

/** Of a text, to tell a repeat of it by when the text itself is gone. */
export const fingerprint = (content: string): string => createHash("sha256").update(content).digest("hex").slice(0, 32)

/** Whether a message no longer says what it was sent with. */
export const isChanged = ({ deleted, editedAt }: Message): boolean => deleted === true || editedAt !== undefined

/** What a demand may come to that changes nothing. */
type Unmade =
  | { readonly kind: "unchanged"; readonly message: Message }
  | { readonly kind: "gone" }
  | { readonly kind: "full" }

/**
 * What a demand makes of a message: the amendment, the message where it is so already, `gone` where it was deleted and can be nothing
 * else any more, or `full` where it has all the reactions it can have. `revision` and `madeAt` are of the change.
 */
export const amend = (
  { by, change, target }: Demand,
  newest: Newest,
  revision: number,
  madeAt: number
): Amendment | Unmade => {
  const message: Message = JSON.parse(newest.json)
  if (message.deleted === true) return change.kind === "deleted" ? { kind: "unchanged", message } : { kind: "gone" }
  const next = changed(message, change, by, madeAt)
  if (next === "unchanged") return { kind: "unchanged", message }
  if (next === "full") return { kind: "full" }
  const { at, epoch, messageId, roomId, seq, userId } = target
  return {
    kind: change.kind,
    roomId,
    epoch,
    seq,
    userId,
    messageId,
    at,
    json: encodeMessage(next),
    revision,
    by,
    madeAt,
    said: saidBefore(change, message, newest),
    message: next
  }
}

/** A reaction changes nothing of what a message says, so that its text still tells a repeat. */
const saidBefore = ({ kind }: Change, message: Message, { said }: Newest): string => {
  if (kind === "deleted") return ""
  if (isChanged(message)) return said
  return kind === "reacted" ? "" : fingerprint(message.content)
}

const changed = (message: Message, change: Change, by: UserId, madeAt: number): Message | "unchanged" | "full" => {
  if (change.kind === "deleted") return deleted(message)
  if (change.kind === "edited") return edited(message, change, madeAt)
  const { reactions = {}, ...rest } = message
  const next = reacting(reactions, change, by)
  if (next === "unchanged" || next === "full") return next
  return next === undefined ? rest : { ...rest, reactions: next }
}

const edited = (
  message: Message,
  { content, mentions = [] }: Extract<Change, { readonly kind: "edited" }>,
  madeAt: number
): Message | "unchanged" => {
  const { mentions: before = [], ...rest } = message
  if (content === message.content && mentions.join(" ") === before.join(" ")) return "unchanged"
  const editedAt = new Date(madeAt).toISOString()
  return { ...rest, content, ...(mentions.length === 0 ? {} : { mentions }), editedAt }
}

/** Only what says that there was a message, and what it answered. */
const deleted = ({ bot, messageId, replyTo, roomId, seq, timestamp, type, userId, username }: Message): Message => ({
  messageId,
  roomId,
  seq,
  type,
  userId,
  username,
  content: "",
  timestamp,
  ...(replyTo === undefined ? {} : { replyTo }),
  ...(bot === undefined ? {} : { bot }),
  deleted: true
})
