/** What the parts of a client share: what it goes by, and each other. */
import type { Calls } from "./Calls.ts"
import type { Incoming, Member, Outgoing } from "./Frame.ts"
import type { Outbox } from "./Outbox.ts"
import type { Row } from "./Row.ts"
import type { Settings } from "./Settings.ts"

export interface House extends Settings {
  readonly calls: Calls
  readonly outbox: Outbox
  /** For what needs no answer. */
  send(frame: Outgoing): void
  /** Who one is, as the server says. */
  self(): Member
  isLive(): boolean
  /** The server had one come into a room. */
  entered(roomId: string): void
  /** A message that was not there when the room was joined. */
  said(row: Row): void
  /** A frame of a type that this client does not know. */
  unknown(frame: Incoming): void
}
