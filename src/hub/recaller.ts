/**
 * The fibers that read the pasts of rooms, so that the hub does not. Every request is answered, and no later than `RECALL_MS` after it
 * was made. A room that comes back into memory is not kept waiting by those who resume from far back: each kind has readers of its own.
 */
import { Clock, Effect, Queue } from "effect"
import { supervise } from "../actor/supervise.ts"
import { Recall, RecallFailed } from "../log/Recall.ts"
import { MIN_MESSAGES, restored } from "../log/RoomStream.ts"
import type { Found, PastRead } from "./Command.ts"
import { eachInTurns, joined, Past } from "./Past.ts"
import { PastBudget } from "./PastBudget.ts"
import type { PastRequest } from "./Recollection.ts"

export interface RecallerOptions {
  /** Bytes one read may give. */
  readonly maxBytes: number
  /** Takes each answer. */
  readonly answer: (read: PastRead) => Effect.Effect<unknown>
}

/** Rooms of each kind whose past is read at a time. */
const READERS = 4
/** Milliseconds from a request to its answer, if need be without a past. */
const RECALL_MS = 5000
/** How many of the largest reads may be in memory, being read or not yet taken. Who asks beyond that is given what is left. */
const LARGEST_READS = 4

/** A request, and the monotonic millisecond by which it has to be answered. */
interface Queued {
  readonly request: PastRequest
  readonly deadline: number
}

/** What makes a room's recent messages known again. A message that cannot be understood is a defect. */
const restorable = Effect.fnUntraced(function* (messages: ReadonlyArray<string>) {
  const recent: Array<ReturnType<typeof restored>> = []
  yield* eachInTurns(messages.slice(-MIN_MESSAGES), (json) => recent.push(restored(json)))
  return recent
})

/** Begins reading; the answer makes a request. */
export const recaller = Effect.fnUntraced(function* ({ answer, maxBytes }: RecallerOptions) {
  const recall = yield* Recall
  const clock = yield* Clock.Clock
  const now = () => Number(clock.monotonicTimeNanosUnsafe()) / 1e6
  const budget = new PastBudget(maxBytes * LARGEST_READS)
  const cold = yield* Effect.acquireRelease(Queue.unbounded<Queued>(), Queue.shutdown)
  const far = yield* Effect.acquireRelease(Queue.unbounded<Queued>(), Queue.shutdown)

  const read = Effect.fnUntraced(function* ({ after, cold, roomId, to }: PastRequest, granted: number, ms: number) {
    if (ms <= 0) return yield* new RecallFailed({ reason: "its turn did not come in time" })
    if (granted === 0) return yield* new RecallFailed({ reason: "too much of other pasts waits to be taken" })
    const recalled = yield* recall.range(roomId, after, to, granted)
    return { recent: cold ? yield* restorable(recalled.messages) : [], messages: yield* joined(recalled) }
  })

  const counted = ({ cold }: PastRequest, { messages, recent }: Effect.Success<ReturnType<typeof read>>): Found => {
    const size = messages.bytes.length
    // clients of a room that came back can be served from its memory
    const past = cold && size > budget.left ? undefined : new Past(messages, budget.hold(size))
    return { past, recent }
  }

  const reader = Effect.fnUntraced(function* ({ deadline, request }: Queued) {
    const { after, room, roomId, to } = request
    // the ids of repeats have to be known whatever clients hold, and are few
    const granted = request.cold ? maxBytes : Math.min(maxBytes, budget.left)
    const letGo = budget.hold(request.cold ? 0 : granted)
    const ms = deadline - now()
    const found = yield* read(request, granted, ms).pipe(
      Effect.timeout(ms),
      Effect.catchCause((cause) =>
        Effect.as(Effect.logWarning("the past of a room could not be read", { roomId, after, to }, cause), undefined)
      )
    )
    letGo()
    yield* answer({ _tag: "PastRead", room, found: found === undefined ? undefined : counted(request, found) })
  })

  for (const queue of [cold, far]) {
    const loop = Queue.take(queue).pipe(Effect.flatMap(reader), Effect.forever({ disableYield: true }))
    for (let i = 0; i < READERS; i++) yield* loop.pipe(supervise("recall"))
  }

  return (request: PastRequest): void => {
    Queue.offerUnsafe(request.cold ? cold : far, { request, deadline: now() + RECALL_MS })
  }
})
