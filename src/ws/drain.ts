/** Sends everyone away: told first, then closed one after the other over a window, so that their return is spread as well. */
import { Effect } from "effect"
import { textFrame } from "../actor/textFrame.ts"
import { type CloseReason, closeReasons } from "../domain/CloseReason.ts"
import { encodeServerFrame } from "../domain/ServerFrame.ts"
import type { Client } from "../hub/Client.ts"

export interface DrainOptions {
  /** Milliseconds over which connections are closed. */
  readonly windowMs: number
  /** Milliseconds after which nobody is waited for any more. */
  readonly graceMs: number
}

/** What the drain needs of a connection. */
export interface Handle {
  readonly client: Client
  end(reason: CloseReason): void
}

/** Milliseconds between two rounds of closes. */
const STEP_MS = 50

/** How many of `total` connections should be closed once `elapsedMs` of the window have passed. */
export const dueBy = (elapsedMs: number, windowMs: number, total: number): number =>
  windowMs <= 0 || elapsedMs >= windowMs ? total : Math.ceil((elapsedMs / windowMs) * total)

/** Ends all of `live` and waits for `gone`, at most for the grace time. */
export const drain = (live: () => Iterable<Handle>, gone: Effect.Effect<void>, options: DrainOptions) =>
  Effect.gen(function* () {
    const handles = Array.from(live())
    if (handles.length === 0) return
    yield* Effect.logInfo("draining", { clients: handles.length, windowMs: options.windowMs })
    handles.forEach(({ client }, index) => {
      if (client.identity.dialect === "plain") return
      // each client is told when its own turn comes, plus a moment for the close itself
      const reconnectAfterMs = Math.round((index / handles.length) * options.windowMs) + 1000
      client.mailbox.offer(textFrame(encodeServerFrame({ type: "draining", reconnectAfterMs })))
      client.mailbox.flush()
    })
    let closed = 0
    for (let elapsed = 0; closed < handles.length; elapsed += STEP_MS) {
      const due = dueBy(elapsed, options.windowMs, handles.length)
      while (closed < due) handles[closed++]!.end(closeReasons.restart)
      if (closed < handles.length) yield* Effect.sleep(STEP_MS)
    }
    yield* gone
  }).pipe(
    Effect.timeoutOrElse({
      duration: options.graceMs,
      orElse: () => Effect.logWarning("drain took too long; cutting the rest")
    })
  )
