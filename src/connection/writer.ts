/** The writing half of a connection. Parked while the mailbox writes through; sends what is left when the socket has pushed back. */
import { Effect } from "effect"
import type { Mailbox } from "../actor/Mailbox.ts"
import { type CloseReason, closeReasons } from "../domain/CloseReason.ts"
import type { ClientSocket } from "./ClientSocket.ts"

/** Sends until the mailbox has nothing left, in the order of positions. */
const catchUp = Effect.fnUntraced(function* (
  mailbox: Mailbox,
  socket: ClientSocket,
  stallMs: number
): Effect.fn.Return<undefined, CloseReason> {
  const drained = socket.drained.pipe(
    Effect.timeoutOrElse({ duration: stallMs, orElse: () => Effect.fail(closeReasons.slow) })
  )
  while (true) {
    yield* drained
    const state = mailbox.advance()
    if (state === "parked") return undefined
    if (state === "lost") return yield* closeReasons.slow
    yield* Effect.yieldNow
  }
})

/** Fails with `slow` when the peer takes nothing for `stallMs`, or is so far behind that the log no longer has what it needs. */
export const writer = (mailbox: Mailbox, socket: ClientSocket, stallMs: number): Effect.Effect<never, CloseReason> =>
  mailbox.wake.wait.pipe(
    Effect.flatMap(() => catchUp(mailbox, socket, stallMs)),
    Effect.forever({ disableYield: true })
  )
