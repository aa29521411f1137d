/** What the hub can be told. Answers go through the client's mailbox. */
import type { Ref } from "../domain/ClientFrame.ts"
import type { Content } from "../domain/Content.ts"
import type { Draft, Message, MessageType } from "../domain/Message.ts"
import type { MessageId } from "../domain/MessageId.ts"
import type { ErrorCode, ProtocolError } from "../domain/ProtocolError.ts"
import type { ResumePoint } from "../domain/ResumePoint.ts"
import type { RoomId } from "../domain/RoomId.ts"
import type { UserId } from "../domain/UserId.ts"
import type { Change } from "../log/Amendment.ts"
import type { Entry } from "../log/Entry.ts"
import type { restored } from "../log/RoomStream.ts"
import type { Client } from "./Client.ts"
import type { Past } from "./Past.ts"
import type { Room } from "./Room.ts"

/** Who is told, and what their frame called itself. */
export interface From {
  readonly client: Client
  readonly ref: Ref | undefined
}

/** `arrivedAt` is in monotonic milliseconds. */
export interface Publish extends From {
  readonly _tag: "Publish"
  readonly roomId: RoomId
  readonly type: MessageType
  readonly content: Content
  readonly messageId: MessageId | undefined
  readonly replyTo: MessageId | undefined
  /** Whom it speaks to beside those its text names. */
  readonly mentions?: ReadonlyArray<UserId> | undefined
  readonly arrivedAt: number
}

/** What became of a message that nobody's connection is behind. */
export type Announced =
  | { readonly _tag: "kept"; readonly message: Message; readonly epoch: number; readonly duplicate: boolean }
  | { readonly _tag: "refused"; readonly error: ProtocolError }

/** A message that nobody's connection is behind. Its room needs nobody in it. */
export interface Announce {
  readonly _tag: "Announce"
  readonly draft: Draft
  /** Monotonic milliseconds. */
  readonly arrivedAt: number
  /** Told once: when it is kept, as acknowledgements are given, or why it is not. */
  readonly settled: (outcome: Announced) => void
}

export interface Subscribe extends From {
  readonly _tag: "Subscribe"
  readonly roomId: RoomId
  readonly after: ResumePoint | undefined
  /** How many recent messages a fresh start is given. */
  readonly history: number
  /** The client did not ask for it, and is not told where it cannot be. */
  readonly unasked?: true
}

/** Why a change was not made, and after how many milliseconds another try may help. */
export interface Denied {
  readonly error: ErrorCode
  readonly message: string
  /** What is wrong with what was asked. */
  readonly field?: string
  readonly retryAfterMs?: number
}

/**
 * Changes a message, whatever it was when it was read. The client, if there is one, is told once that is kept, or why it is not;
 * `settled` likewise: without a denial it is kept. Whoever reacts must be in the room, as for a message.
 */
export interface Amend {
  readonly _tag: "Amend"
  readonly client: Client | undefined
  readonly ref: Ref | undefined
  readonly roomId: RoomId
  readonly target: Entry
  readonly change: Change
  readonly by: UserId
  readonly settled?: (denied: Denied | undefined) => void
}

/** Deletes messages of one user in one room, and tells the room once. */
export interface Purge {
  readonly _tag: "Purge"
  readonly roomId: RoomId
  readonly userId: UserId
  readonly targets: ReadonlyArray<Entry>
  /** Told once: how many were deleted and kept so, or why not all of them were. */
  readonly settled: (outcome: { readonly deleted: number } | Denied) => void
}

/** What was read of a room's past. */
export interface Found {
  /** For clients that wait for it, where there is room for it. */
  readonly past: Past | undefined
  /** What a cold room is brought back with, oldest first. */
  readonly recent: ReadonlyArray<ReturnType<typeof restored>>
}

/** A stretch of a room's past has been read, or could not be. */
export interface PastRead {
  readonly _tag: "PastRead"
  readonly room: Room
  readonly found: Found | undefined
}

export type Command =
  | Publish
  | Announce
  | Subscribe
  | Amend
  | Purge
  | (From & { readonly _tag: "Unsubscribe"; readonly roomId: RoomId })
  | (From & { readonly _tag: "Typing"; readonly roomId: RoomId; readonly active: boolean })
  | (From & { readonly _tag: "Presence"; readonly roomId: RoomId })
  | { readonly _tag: "Connect"; readonly client: Client }
  | { readonly _tag: "Disconnect"; readonly client: Client; readonly code: number }
  | PastRead
  /** Acknowledgements that waited may be given. */
  | { readonly _tag: "Kept" }
  | { readonly _tag: "Tick" }
