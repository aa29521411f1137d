/** What a room looks like at one moment. */
import type { Member, Position } from "./Frame.ts"
import type { HubbubError } from "./HubbubError.ts"
import type { Mute } from "./Mute.ts"
import type { Row } from "./Row.ts"
import type { RoomStatus } from "./Subscription.ts"

export interface RoomSnapshot {
  readonly roomId: string
  readonly status: RoomStatus
  /** Why one is not in the room, with `refused` and `removed`. */
  readonly error: HubbubError | undefined
  /** Kept messages in order, each once; then one's own that wait or failed. */
  readonly messages: ReadonlyArray<Row>
  /** Up to where no message is missing. */
  readonly position: Position | undefined
  /** Whether there may be older messages to load. */
  readonly hasOlder: boolean
  /** The last message before a gap, where so much was missed that the list began anew: those between are older ones to load. */
  readonly gap: Position | undefined
  /** How many are there, and who; the latter once the room was joined with `members`. */
  readonly memberCount: number
  readonly members: ReadonlyArray<Member>
  readonly typing: ReadonlyArray<Member>
  /** The last message that one has read, on whichever device. */
  readonly readSeq: number | undefined
  /** What others said since, of the messages here. */
  readonly unread: number
  readonly slowModeSeconds: number
  readonly frozen: boolean
  readonly muted: Mute | undefined
}
