/** What hub and connections tell analytics: facts, in the past tense. Durations are milliseconds. */
import type { Draft } from "../domain/Message.ts"

/** A message that was accepted. */
export interface Said {
  readonly _tag: "message"
  readonly roomId: string
  readonly userId: string
  readonly username: string
  readonly type: "chat" | "system"
  readonly bot: boolean
  readonly content: string
  readonly reply: boolean
  /** Members of the room that it was due to, as far as they are known. */
  readonly expected: number
}

/** A message as it is told of; `expected` as above. */
export const saidOf = (
  { bot, content, replyTo, roomId, type, userId, username }: Omit<Draft, "messageId">,
  expected: number
): Said => ({
  _tag: "message",
  roomId,
  userId,
  username,
  type,
  bot: bot === true,
  content,
  reply: replyTo !== undefined,
  expected
})

export type AnalyticsEvent =
  | Said
  | {
      readonly _tag: "connected"
      readonly connectionId: string
      readonly userId: string
      readonly username: string
      /** A program: a connection, but nobody. */
      readonly bot?: boolean
    }
  | { readonly _tag: "disconnected"; readonly connectionId: string; readonly code: number }
  | { readonly _tag: "joined" | "left"; readonly roomId: string }
  /** `readMark`: a read marker moved forward. `typing`: typing began. */
  | { readonly _tag: "typing" | "readMark" | "reaction"; readonly roomId: string; readonly userId: string }
  | { readonly _tag: "edited" | "deleted"; readonly roomId: string }
  | { readonly _tag: "muted" | "banned" }
  | { readonly _tag: "duplicate" }
  | { readonly _tag: "rejected"; readonly reason: string }
  /** `replayed`: messages that the answer gave again. */
  | { readonly _tag: "resumed"; readonly recovered: boolean; readonly replayed: number }
  | { readonly _tag: "ephemeralShed"; readonly count: number }
  /** Messages handed to members. */
  | { readonly _tag: "delivered"; readonly count: number }
  /** From arrival: until it was kept, until it was handed to every member, until a receiver says it had it. */
  | { readonly _tag: "durable" | "fannedOut" | "endToEnd"; readonly ms: number }
