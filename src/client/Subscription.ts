/**
 * Being in a room, over as many connections as it takes: asks to be let in on each, and while that is under way holds what comes of the
 * room, so that it is taken after the answer it belongs behind.
 */
import { answerOf, type Question } from "./Calls.ts"
import type { Incoming, Subscribed } from "./Frame.ts"
import { HubbubError } from "./HubbubError.ts"
import { notJoined } from "./Past.ts"
import type { Position } from "./Position.ts"
import type { RoomStatus } from "./RoomSnapshot.ts"
import type { Scene } from "./Scene.ts"
import { createWaiters, type Waiting } from "./Waiters.ts"

interface Inside {
  /** What the next subscribe goes on from. */
  after(): (Position & { readonly version: number }) | undefined
  subscribed(frame: Subscribed): void
  receive(frame: Incoming): void
  /** Not in the room any more, nor about to be. */
  left(error: HubbubError): void
}

export interface Subscription {
  /** Whether one is in, or wants in. */
  wanted(): boolean
  join(waiting: Waiting): Promise<void>
  leave(): void
  /** Asks for everything after the position once more. `frame` is taken after the answer. */
  renew(frame: Incoming): void
  receive(frame: Incoming): void
  live(): void
  lost(): void
  end(error: HubbubError): void
}

export const createSubscription = (
  { calls, changed, clock, entered, isLive, state }: Scene,
  inside: Inside
): Subscription => {
  const { roomId } = state
  /** What came since a subscribe was begun; none while there is no such. The server sends nothing of a room before its answer. */
  let held: Array<Incoming> | undefined
  const waiters = createWaiters<void>(clock)

  const isIn = () => state.status === "joined"
  const wanted = () => isIn() || state.status === "joining"

  const become = (status: RoomStatus, error?: HubbubError) => {
    state.status = status
    state.error = error
    changed()
  }

  const question: Question = {
    lane: "subscribe",
    frame: () => {
      if (wanted()) return { type: "subscribe", roomId, after: inside.after() }
      held = undefined
      return undefined
    },
    again: ({ retryAfterMs }) => retryAfterMs !== undefined,
    done: (answered) => {
      const answer = answerOf(answered, "subscribed")
      const frames = held
      held = undefined
      if (answer instanceof HubbubError) {
        if (wanted()) leave("refused", answer)
      } else if (wanted()) enter(answer, frames)
      else unsubscribe()
    }
  }

  const ask = () => {
    if (held || !isLive()) return
    held = []
    calls.ask(question)
  }

  const enter = (frame: Subscribed, frames: ReadonlyArray<Incoming> = []) => {
    inside.subscribed(frame)
    become("joined")
    waiters.settle()
    for (const one of frames) receive(one)
    calls.pump()
  }

  const leave = (status: RoomStatus, error: HubbubError) => {
    become(status, status === "idle" ? undefined : error)
    waiters.settle(error)
    inside.left(error)
  }

  const unsubscribe = () => void calls.call({ type: "unsubscribe", roomId }, "unsubscribed")

  const receive = (frame: Incoming) => {
    if (frame.type === "subscribed") {
      if (!held) comeIn(frame)
    } else if (held) held.push(frame)
    else if (frame.type !== "unsubscribed") {
      if (isIn()) inside.receive(frame)
    } else if (wanted()) leave("removed", notJoined())
  }

  /** The server had one come in, to a room of two that somebody wrote in. */
  const comeIn = (frame: Subscribed) => {
    if (!state.position) {
      enter(frame)
      entered(roomId)
      return
    }
    // it says where the room is, not what was missed
    become("joining")
    ask()
  }

  return {
    wanted,
    join: (waiting) => {
      const inThere = waiters.add(waiting)
      if (isIn()) waiters.settle()
      else if (waiters.size > 0) {
        become("joining")
        ask()
      }
      return inThere
    },
    leave: () => {
      if (!wanted()) return
      const inThere = isIn() && !held
      leave("idle", notJoined())
      if (inThere) unsubscribe()
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
      calls.drop(question)
      if (isIn()) become("joining")
    },
    end: waiters.settle
  }
}
