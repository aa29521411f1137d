/** The fiber that sends what a room has: at once after quiet, paced under load, and never longer than a slice without letting others run. */
import { Clock, Effect } from "effect"
import { closeReasons } from "../domain/CloseReason.ts"
import type { Seat } from "./Client.ts"
import type { Flush } from "./Flush.ts"
import type { Room } from "./Room.ts"

export interface FlusherOptions {
  /** Milliseconds of writing after which other work gets its turn; 0 for never. */
  readonly sliceMs: number
  /** Milliseconds to wait after a flush that took this many. */
  readonly pause: (costMs: number) => number
  /** Called when a flush is over: when its messages had come in, when it ended, and what lagging clients went without. */
  readonly flushed: (ingress: ReadonlyArray<number>, now: number, shed: number) => void
}

/** Clients served between two looks at the clock. */
const STRIDE = 64

/** A client whose socket throws ends alone; the rest of the room is served. */
const serve = (flush: Flush, seat: Seat) => {
  try {
    flush.serve(seat)
  } catch {
    seat.client.mailbox.close(closeReasons.internal)
  }
}

export const flusher = Effect.fnUntraced(function* (room: Room, options: FlusherOptions): Effect.fn.Return<never> {
  const clock = yield* Clock.Clock
  const now = () => Number(clock.monotonicTimeNanosUnsafe()) / 1e6
  // what a crashed run left behind
  if (room.pending) room.dirty.raise()
  while (true) {
    yield* room.dirty.wait
    room.dirty.lower()
    const flush = room.begin()
    let since = now()
    let cost = 0
    let served = 0
    for (const seat of room.seats) {
      serve(flush, seat)
      if ((++served & (STRIDE - 1)) !== 0 || options.sliceMs === 0) continue
      const at = now()
      if (at - since < options.sliceMs) continue
      cost += at - since
      yield* Effect.yieldNow
      since = now()
    }
    const end = now()
    cost += end - since
    options.flushed(room.finish(flush), end, flush.shed)
    const pause = options.pause(cost)
    // timers are no finer than a millisecond
    if (pause > 0.5) yield* Effect.sleep(pause)
    if (!room.pending) continue
    room.dirty.raise()
    yield* Effect.yieldNow
  }
})
