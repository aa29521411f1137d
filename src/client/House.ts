/** What the parts of a client share. */
import type { Calls } from "./Calls.ts"
import type { Incoming, Member, Outgoing } from "./Frame.ts"
import type { Outbox } from "./Outbox.ts"
import type { Row } from "./Row.ts"
import type { Settings } from "./Settings.ts"

export interface House {
  readonly settings: Settings
  readonly calls: Calls
  readonly outbox: Outbox
  /** For what needs no answer. */
  send(frame: Outgoing): void
  /** Who one is, as the server says. */
  self(): Member
  isLive(): boolean
  /** A message that was not there when the room was joined. */
  said(row: Row): void
  /** A frame of a type that this client does not know. */
  unknown(frame: Incoming): void
}
