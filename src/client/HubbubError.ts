/** Why something a caller asked for did not happen. */
import type { ErrorCode as ServerCode } from "../domain/ProtocolError.ts"

/**
 * A server's refusal, or: `timeout` no answer in time; `disconnected` the connection ended first, so that it may have happened; `closed`
 * the client was closed; `signed_out` the server will not have it back; `outbox_full` too much waits to be sent.
 */
export type ErrorCode = ServerCode | "timeout" | "disconnected" | "closed" | "signed_out" | "outbox_full"

interface Details {
  readonly message?: string | undefined
  readonly field?: string | undefined
  readonly retryAfterMs?: number | undefined
}

/** `field` names what was wrong in the request; `retryAfterMs` is given where waiting helps. */
export class HubbubError extends Error {
  declare readonly code: ErrorCode
  declare readonly field: string | undefined
  declare readonly retryAfterMs: number | undefined

  constructor(code: ErrorCode, { field, message = code, retryAfterMs }: Details = {}) {
    super(message)
    Object.assign(this, { name: "HubbubError", code, field, retryAfterMs })
  }
}
