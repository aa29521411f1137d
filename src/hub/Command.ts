/** What the hub can be told. Answers go through the client's mailbox. */
import type { Ref } from "../domain/ClientFrame.ts"
import type { Content } from "../domain/Content.ts"
import type { MessageType } from "../domain/Message.ts"
import type { MessageId } from "../domain/MessageId.ts"
import type { Position } from "../domain/Position.ts"
import type { RoomId } from "../domain/RoomId.ts"
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
  readonly arrivedAt: number
}

export interface Subscribe extends From {
  readonly _tag: "Subscribe"
  readonly roomId: RoomId
  readonly after: Position | undefined
  /** How many recent messages a fresh start is given. */
  readonly history: number
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
  | Subscribe
  | (From & { readonly _tag: "Unsubscribe"; readonly roomId: RoomId })
  | (From & { readonly _tag: "Typing"; readonly roomId: RoomId; readonly active: boolean })
  | (From & { readonly _tag: "Presence"; readonly roomId: RoomId })
  | { readonly _tag: "Connect"; readonly client: Client }
  | { readonly _tag: "Disconnect"; readonly client: Client; readonly code: number }
  | PastRead
  /** Acknowledgements that waited may be given. */
  | { readonly _tag: "Kept" }
  | { readonly _tag: "Tick" }
