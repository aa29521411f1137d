/** What a room looks like at one moment. */
import type { Member } from "./Frame.ts"
import type { HubbubError } from "./HubbubError.ts"
import type { Mute } from "./Mute.ts"
import type { Position } from "./Position.ts"
import type { Row } from "./Row.ts"

/**
 * `joining`: wants in, as soon as there is a connection; `refused`: the server said no, see `error`; `removed`: one was in and is not any
 * more, because someone else wanted it so.
 */
export type RoomStatus = "idle" | "joining" | "joined" | "refused" | "removed"

export interface RoomSnapshot {
  readonly roomId: string
  readonly status: RoomStatus
  /** Why one is not in the room, with `refused` and `removed`. */
  readonly error?: HubbubError | undefined
  /** Kept messages in order, each once; then one's own that wait or failed. */
  readonly messages: ReadonlyArray<Row>
  /** Up to where no message is missing. */
  readonly position?: Position | undefined
  /** Whether there may be older messages to load. */
  readonly hasOlder: boolean
  /** The last message before a gap, where so much was missed that the list began anew: those between are older ones to load. */
  readonly gap?: Position | undefined
  /** How many are there, and who; the latter once the room was joined with `members`. */
  readonly memberCount: number
  readonly members: ReadonlyArray<Member>
  readonly typing: ReadonlyArray<Member>
  /** Up to where one has read, on whichever device. */
  readonly read?: Position | undefined
  /** What others said since; from 200 on there may be more. */
  readonly unread: number
  /** How much of that speaks to one. */
  readonly mentions: number
  /** The place after what was read, where something is unread: the first message there or behind it is the first unread one. */
  readonly firstUnread?: Position | undefined
  readonly slowModeSeconds: number
  readonly frozen: boolean
  readonly muted?: Mute | undefined
}
