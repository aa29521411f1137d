/** What happens in a made-up history: the facts that figures are made from, in the past tense. */
import type { ErrorCode } from "../domain/ProtocolError.ts"

interface Deed {
  /** Milliseconds since 1970, whole. */
  readonly at: number
  readonly roomId: string
  readonly userId: string
}

/** A message. `replyTo` is the id of an earlier message of the same room. */
export interface DemoMessage extends Deed {
  readonly _tag: "message"
  readonly username: string
  /** `system` is said by the server, which has no connection. */
  readonly type: "chat" | "system"
  readonly bot: boolean
  readonly messageId: string
  readonly content: string
  readonly replyTo?: string
}

/**
 * `connectionId` and `messageId` are UUIDs. `code` is a WebSocket close code, `ms` are milliseconds with fractions. Whoever does
 * something in a room has joined it on a connection that is open; a connection leaves its rooms before it is disconnected.
 */
export type DemoEvent =
  | {
      readonly _tag: "connected"
      readonly at: number
      readonly connectionId: string
      readonly userId: string
      readonly username: string
      readonly bot: boolean
    }
  | {
      readonly _tag: "disconnected"
      readonly at: number
      readonly connectionId: string
      readonly userId: string
      readonly code: number
    }
  | (Deed & { readonly _tag: "joined" | "left"; readonly connectionId: string })
  | DemoMessage
  | (Deed & { readonly _tag: "typing" | "readMark" | "reaction" })
  | { readonly _tag: "resumed"; readonly at: number; readonly recovered: boolean; readonly replayed: number }
  | { readonly _tag: "rejected"; readonly at: number; readonly reason: ErrorCode }
  | { readonly _tag: "duplicate"; readonly at: number }
  | { readonly _tag: "durable" | "fannedOut"; readonly at: number; readonly ms: number }
