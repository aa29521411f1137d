/** Port: what a connection needs from a socket. `ws` implements it, tests fake it. */
import type { Array, Effect } from "effect"
import type { Sink } from "../actor/Mailbox.ts"
import type { CloseReason } from "../domain/CloseReason.ts"

export interface ClientSocket extends Sink {
  /** The next text frames, in order; fails once the peer is gone. Nothing more is read from a peer that nobody pulls from. */
  readonly pull: Effect.Effect<Array.NonEmptyReadonlyArray<string>, CloseReason>
  /** Waits until the kernel has taken every byte written so far, or the socket is closed. */
  readonly drained: Effect.Effect<void>
  /** Makes `pull` fail with `reason` from now on. */
  abort(reason: CloseReason): void
  ping(): void
  /** Whether anything was heard from the peer since the last time this was asked. */
  heard(): boolean
  /** Sends the close frame and waits for the peer's, for as long as the socket allows it, then cuts the line. Idempotent. */
  close(reason: CloseReason): Effect.Effect<void>
}
