/**
 * One client: a reader and a writer in one scope, pinged by the wheel. Whatever ends first decides why the socket closes; a defect in here
 * ends this connection and nothing else.
 */
import { Cause, Clock, Deferred, Effect, Exit } from "effect"
import { Mailbox, type MailboxLimits } from "../actor/Mailbox.ts"
import { Supervisor } from "../actor/Supervisor.ts"
import { textFrame } from "../actor/textFrame.ts"
import { CloseReason, closeReasons } from "../domain/CloseReason.ts"
import type { Position } from "../domain/Position.ts"
import { globalRoom, type RoomId } from "../domain/RoomId.ts"
import { encodeServerFrame, type Limits } from "../domain/ServerFrame.ts"
import { Client, type Identity } from "../hub/Client.ts"
import { Hub } from "../hub/Hub.ts"
import type { ClientSocket } from "./ClientSocket.ts"
import { Heartbeat } from "./Heartbeat.ts"
import { Reader, type Allowance } from "./Reader.ts"
import { writer } from "./writer.ts"

export interface ConnectionOptions {
  readonly mailbox: MailboxLimits
  /** Milliseconds a client may take nothing before it is `slow`. */
  readonly stallMs: number
  /** What `welcome` states. */
  readonly limits: Limits
  /** Recent messages on a join that does not say how many. */
  readonly history: number
  /** Refused frames a client may pile up, regained over a minute, before it is closed for `abuse`; 0 for any number. */
  readonly refusals: number
}

export interface Arrival {
  readonly identity: Identity
  readonly allowance: Allowance
  /** The room to begin in. */
  readonly room: RoomId | undefined
  readonly history: number | undefined
  readonly after: Position | undefined
}

/** What the gateway keeps of a live connection. */
export interface Handle {
  readonly client: Client
  /** Ends the connection with `reason`. */
  readonly end: (reason: CloseReason) => void
}

/** Runs a connection until it ends, and succeeds with why. `live` is called once the hub will know of it. */
export const run = Effect.fnUntraced(function* (
  socket: ClientSocket,
  arrival: Arrival,
  options: ConnectionOptions,
  live: (handle: Handle) => void
) {
  const hub = yield* Hub
  const heartbeat = yield* Heartbeat
  const supervisor = yield* Supervisor
  const clock = yield* Clock.Clock
  const ended = yield* Deferred.make<never, CloseReason>()
  const end = (reason: CloseReason) => {
    Deferred.doneUnsafe(ended, Exit.fail(reason))
  }
  const mailbox = new Mailbox(socket, options.mailbox, end)
  const client = new Client(arrival.identity, mailbox)
  const reader = new Reader(client, hub, arrival.allowance, clock, options, arrival.room ?? globalRoom)

  /** Half of the connection: its end is the connection's end, a crash is logged and counted. */
  const half = (name: string, loop: Effect.Effect<never, CloseReason>) =>
    loop.pipe(
      Effect.catchCause((cause) => {
        const reason = cause.reasons.find((reason) => reason._tag === "Fail")?.error
        if (reason !== undefined) return Effect.sync(() => end(reason))
        if (Cause.hasInterruptsOnly(cause)) return Effect.void
        return Effect.andThen(
          Effect.sync(() => end(closeReasons.internal)),
          supervisor.noted(name, cause)
        )
      }),
      Effect.forkScoped
    )

  const connected = Effect.gen(function* () {
    yield* Effect.acquireRelease(hub.insist({ _tag: "Connect", client }), (_, exit) =>
      hub.insist({ _tag: "Disconnect", client, code: codeOf(exit) })
    )
    live({ client, end })
    if (arrival.identity.dialect !== "plain") {
      const { connectionId, userId, username } = arrival.identity
      mailbox.offer(
        textFrame(
          encodeServerFrame({
            type: "welcome",
            connectionId,
            userId,
            username,
            role: "user",
            serverTime: new Date(clock.currentTimeMillisUnsafe()).toISOString(),
            limits: options.limits
          })
        )
      )
      mailbox.flush()
    }
    if (arrival.room !== undefined) {
      yield* hub.insist({
        _tag: "Subscribe",
        client,
        ref: undefined,
        roomId: arrival.room,
        after: arrival.after,
        history: arrival.history ?? options.history
      })
    }
    yield* half("reader", reader.run(socket))
    yield* half("writer", writer(mailbox, socket, options.stallMs))
    yield* Effect.acquireRelease(
      Effect.sync(() =>
        heartbeat.watch({
          ping: () => socket.ping(),
          heard: () => socket.heard(),
          dead: () => end(closeReasons.heartbeat)
        })
      ),
      (stop) => Effect.sync(stop)
    )
    return yield* Deferred.await(ended)
  })

  return yield* Effect.scoped(connected).pipe(
    Effect.catch((reason) => Effect.as(socket.close(reason), reason)),
    Effect.onInterrupt(() => socket.close(closeReasons.restart))
  )
})

const codeOf = (exit: Exit.Exit<unknown, unknown>): number => {
  if (Exit.isSuccess(exit)) return 1000
  const failure = exit.cause.reasons.find((reason) => reason._tag === "Fail")?.error
  return failure instanceof CloseReason ? failure.code : Cause.hasInterruptsOnly(exit.cause) ? 1012 : 1011
}
