/**
 * Every way a connection can end, with the close code its client sees.
 * 4000-4499: come back, with back-off and full jitter. 4500-4999: do not, until something changes.
 */
import { Schema } from "effect"

export class CloseReason extends Schema.TaggedError<CloseReason>()("CloseReason", {
  code: Schema.Int,
  name: Schema.String,
  /** Whether a client should connect again by itself. */
  reconnect: Schema.Boolean
}) {
  override get message() {
    return `${this.code} ${this.name}`
  }
}

const reason = (code: number, name: string, reconnect: boolean) => new CloseReason({ code, name, reconnect })

export const closeReasons = {
  normal: reason(1000, "normal", false),
  goingAway: reason(1001, "going away", false),
  protocolError: reason(1002, "protocol error", false),
  binary: reason(1003, "binary frames are refused", false),
  notUtf8: reason(1007, "not UTF-8", false),
  tooManyFragments: reason(1008, "too many fragments", false),
  frameTooLarge: reason(1009, "frame too large", false),
  internal: reason(1011, "internal", true),
  restart: reason(1012, "restart", true),
  heartbeat: reason(4000, "heartbeat", true),
  slow: reason(4001, "slow", true),
  tokenExpired: reason(4002, "token_expired", true),
  lostPosition: reason(4003, "lost_position", true),
  disconnected: reason(4004, "disconnected", true),
  unauthorized: reason(4500, "unauthorized", false),
  banned: reason(4501, "banned", false),
  replaced: reason(4502, "replaced", false),
  abuse: reason(4503, "abuse", false)
} as const

/** An admin ended it, and says why: at most 100 bytes, as a close frame has room for 123. */
export const disconnectedFor = (why: string): CloseReason => reason(4004, `disconnected: ${why}`, true)

/** The peer ended it, with the code it sent (1005 none, 1006 without a close frame). */
export const peerLeft = (code: number): CloseReason => reason(code, "peer left", false)
