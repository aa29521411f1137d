/** Why something a caller asked for did not happen. */
import type { ErrorCode as ServerCode } from "../domain/ProtocolError.ts"

/**
 * A server's refusal, or: `timeout` no answer in time; `disconnected` the connection ended first, so that it may have happened; `closed`
 * the client was closed; `signed_out` the server will not have it back; `outbox_full` too much waits to be sent.
 */
export type ErrorCode = ServerCode | "timeout" | "disconnected" | "closed" | "signed_out" | "outbox_full"

/** `field` names what was wrong in the request; `retryAfterMs` is given where waiting helps. */
export class HubbubError extends Error {
  override readonly name = "HubbubError"
  readonly code: ErrorCode
  readonly field: string | undefined
  readonly retryAfterMs: number | undefined

  constructor(code: ErrorCode, message: string, field?: string, retryAfterMs?: number) {
    super(message)
    this.code = code
    this.field = field
    this.retryAfterMs = retryAfterMs
  }
}
