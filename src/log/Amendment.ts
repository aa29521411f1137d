/**
 * Changes of what was said. A message that is changed keeps its place, its id, its time and its author; what it says is another, under a
 * revision that is higher than every one before.
 */
import { createHash } from "node:crypto"
import type { Content } from "../domain/Content.ts"
import { encodeMessage, type Message } from "../domain/Message.ts"
import type { UserId } from "../domain/UserId.ts"
import type { Entry } from "./Entry.ts"

export type ChangeKind = "edited" | "deleted"

/** What a message is to become: `edited`, it says something else; `deleted`, nothing any more, and for good. */
export type Change = { readonly kind: "edited"; readonly content: Content } | { readonly kind: "deleted" }

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

/**
 * What a demand makes of a message: the amendment, the message where it is so already, or `gone` where it was deleted and can be nothing
 * else any more. `revision` and `madeAt` are of the change.
 */
export const amend = (
  { by, change, target }: Demand,
  newest: Newest,
  revision: number,
  madeAt: number
): Amendment | { readonly kind: "unchanged"; readonly message: Message } | { readonly kind: "gone" } => {
  const message: Message = JSON.parse(newest.json)
  if (message.deleted === true) return change.kind === "deleted" ? { kind: "unchanged", message } : { kind: "gone" }
  if (change.kind === "edited" && change.content === message.content) return { kind: "unchanged", message }
  const next = change.kind === "edited" ? edited(message, change.content, madeAt) : deleted(message)
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
    said: change.kind === "deleted" ? "" : isChanged(message) ? newest.said : fingerprint(message.content),
    message: next
  }
}

const edited = (message: Message, content: Content, madeAt: number): Message => ({
  ...message,
  content,
  editedAt: new Date(madeAt).toISOString()
})

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
