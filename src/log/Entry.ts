/** A message as logs and stores keep it: what it is found by, and its JSON exactly as it is sent. */
import type { MessageId } from "../domain/MessageId.ts"
import type { RoomId } from "../domain/RoomId.ts"
import type { UserId } from "../domain/UserId.ts"

export interface Entry {
  readonly roomId: RoomId
  readonly epoch: number
  readonly seq: number
  readonly userId: UserId
  /** As the client wrote it; ids are compared without case. */
  readonly messageId: MessageId
  /** Milliseconds since 1970 of the message's `timestamp`. */
  readonly at: number
  /** The wire JSON of the domain's `Message`. */
  readonly json: string
  /** Rises with every change of the message; left out while it is as it was said. */
  readonly revision?: number
}
