/**
 * Being in a room, over as many connections as it takes: asks to be let in on each, and while that is under way holds what comes of the
 * room, so that it is taken after the answer it belongs behind.
 */
import type { Incoming, Position, Subscribed } from "./Frame.ts"
import type { House } from "./House.ts"
import { HubbubError } from "./HubbubError.ts"
import type { Answer } from "./Requests.ts"
import { createWaiters, type Waiting } from "./Waiters.ts"

/**
 * `joining`: wants in, as soon as there is a connection; `refused`: the server said no, see `error`; `removed`: one was in and is not any
 * more, because someone else wanted it so.
 */
export type RoomStatus = "idle" | "joining" | "joined" | "refused" | "removed"

interface Inside {
  /** What the next subscribe goes on from. */
  after(): (Position & { readonly version?: number }) | undefined
  subscribed(frame: Subscribed): void
  receive(frame: Incoming): void
  /** Not in the room any more, nor about to be. */
  left(error: HubbubError): void
  changed(): void
}

export interface Subscription {
  readonly status: RoomStatus
  readonly error: HubbubError | undefined
  join(waiting: Waiting): Promise<void>
  leave(): void
  /** Asks for everything after the position once more. `frame` is taken after the answer. */
  renew(frame: Incoming): void
  receive(frame: Incoming): void
  live(): void
  lost(): void
  end(error: HubbubError): void
}

export const createSubscription = (roomId: string, house: House, inside: Inside): Subscription => {
  let status: RoomStatus = "idle"
  let error: HubbubError | undefined
  /** What came since a subscribe was begun; none while there is no such. The server sends nothing of a room before its answer. */
  let held: Array<Incoming> | undefined
  const waiters = createWaiters<void>(house.settings.clock)

  const wanted = () => status === "joining" || status === "joined"

  const become = (next: RoomStatus, why?: HubbubError) => {
    status = next
    error = why
    inside.changed()
  }

  const ask = () => {
    if (held !== undefined || !house.isLive()) return
    held = []
    house.calls.join(() => {
      if (wanted()) return { type: "subscribe", roomId, after: inside.after() }
      held = undefined
      return undefined
    }, answered)
  }

  const answered = (answer: Answer) => {
    if (answer instanceof HubbubError) {
      held = undefined
      if (wanted()) leave("refused", answer)
    } else if (!wanted()) {
      held = undefined
      unsubscribe()
    } else if (answer.type === "subscribed") enter(answer)
  }

  const enter = (frame: Subscribed) => {
    const frames = held ?? []
    held = undefined
    inside.subscribed(frame)
    become("joined")
    waiters.resolve()
    for (const one of frames) receive(one)
    house.outbox.pump()
  }

  const leave = (next: RoomStatus, why: HubbubError) => {
    become(next, next === "idle" ? undefined : why)
    waiters.reject(why)
    inside.left(why)
  }

  const unsubscribe = () => void house.calls.call({ type: "unsubscribe", roomId }, "unsubscribed")

  const receive = (frame: Incoming) => {
    if (held !== undefined) {
      if (frame.type !== "subscribed") held.push(frame)
    } else if (frame.type === "subscribed") comeIn(frame)
    else if (frame.type === "unsubscribed") {
      if (wanted()) leave("removed", new HubbubError("not_subscribed", "taken out of the room"))
    } else if (status === "joined") inside.receive(frame)
  }

  /** The server had one come in, to a room of two that somebody wrote in. */
  const comeIn = (frame: Subscribed) => {
    if (inside.after() === undefined) return enter(frame)
    // it says where the room is, not what was missed
    become("joining")
    ask()
  }

  return {
    get status() {
      return status
    },
    get error() {
      return error
    },
    join: (waiting) => {
      const inThere = waiters.add(waiting)
      if (status === "joined") waiters.resolve()
      else if (waiting.signal?.aborted !== true) {
        become("joining")
        ask()
      }
      return inThere
    },
    leave: () => {
      if (!wanted()) return
      const inThere = status === "joined" && held === undefined
      leave("idle", new HubbubError("not_subscribed", "left the room"))
      if (inThere && house.isLive()) unsubscribe()
    },
    renew: (frame) => {
      ask()
      held?.push(frame)
    },
    receive,
    live: () => {
      if (wanted()) ask()
    },
    lost: () => {
      held = undefined
      if (status === "joined") become("joining")
    },
    end: (why) => {
      held = undefined
      waiters.reject(why)
    }
  }
}
