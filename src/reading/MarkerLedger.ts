/**
 * Writes markers behind those who move them: a second after one was moved it is written as it is by then, so that who reads on is written
 * down once a second at most. A store that is away is tried until it takes them.
 */
import { Cause, Effect } from "effect"
import { Signal } from "../actor/Signal.ts"
import type { RoomId } from "../domain/RoomId.ts"
import type { UserId } from "../domain/UserId.ts"
import { StoreUnavailable } from "../store/MessageStore.ts"
import type { Marker } from "./Marker.ts"
import type { MarkerRecords } from "./MarkerRecords.ts"

/** A marker as it is to be written; none where it is to go. */
interface Due {
  readonly userId: UserId
  readonly roomId: RoomId
  readonly marker: Marker | undefined
}

/** Milliseconds a marker waits to be moved again. */
export const LINGER_MS = 1000
/** Markers that may wait; some 20 MB. */
const WAITING = 100_000
/** Records that are written at the same time. */
const AT_ONCE = 8
/** Milliseconds one call may take. */
const ANSWER_MS = 10_000
/** Milliseconds between two tries, at first and at most. */
const RETRY_MS = { first: 100, most: 5000 } as const
/** Milliseconds a stop waits for what is not written yet. */
const STOP_MS = 1500

export class MarkerLedger {
  private readonly records: MarkerRecords
  private readonly due = new Map<string, Due>()
  /** How many of each user's wait. */
  private readonly users = new Map<UserId, number>()
  private readonly some = new Signal()
  private away = false
  private pause: number = RETRY_MS.first

  constructor(records: MarkerRecords) {
    this.records = records
  }

  /** Whether so many markers wait that no others should be moved. */
  get full(): boolean {
    return this.due.size >= WAITING
  }

  /** Whether a user's markers are not all written. */
  owes(userId: UserId): boolean {
    return this.users.has(userId)
  }

  /** Notes what is to be written. */
  note(userId: UserId, roomId: RoomId, marker: Marker | undefined): void {
    const key = `${roomId} ${userId}`
    if (!this.due.has(key)) this.users.set(userId, (this.users.get(userId) ?? 0) + 1)
    this.due.set(key, { userId, roomId, marker })
    this.some.raise()
  }

  /** To be run for as long as markers are moved. */
  readonly writing: Effect.Effect<never> = Effect.suspend(() => this.turn).pipe(Effect.forever({ disableYield: true }))

  /** Writes what still waits, at a stop, and says what could not be written. */
  readonly finish: Effect.Effect<void> = Effect.suspend(() => {
    if (this.due.size === 0) return Effect.void
    return this.round.pipe(
      Effect.timeout(STOP_MS),
      Effect.ignore,
      Effect.andThen(
        Effect.suspend(() =>
          this.due.size === 0
            ? Effect.void
            : Effect.logError("read markers are lost with this process", { markers: this.due.size })
        )
      )
    )
  })

  private readonly turn: Effect.Effect<void> = Effect.gen({ self: this }, function* () {
    yield* this.some.wait
    yield* Effect.sleep(LINGER_MS)
    const failure = yield* this.round.pipe(
      Effect.as(undefined),
      Effect.catch((failed) => Effect.succeed(failed))
    )
    if (failure === undefined) yield* this.succeeded
    else yield* this.failed(failure)
  })

  private readonly succeeded: Effect.Effect<void> = Effect.suspend(() => {
    if (this.due.size === 0) this.some.lower()
    this.pause = RETRY_MS.first
    if (!this.away) return Effect.void
    this.away = false
    return Effect.logInfo("read markers are kept again")
  })

  /** Tries each once, and ends with the first that the store does not take. */
  private readonly round: Effect.Effect<void, StoreUnavailable> = Effect.suspend(() =>
    Effect.forEach([...this.due], ([key, due]) => this.write(key, due), { concurrency: AT_ONCE, discard: true })
  )

  private write(key: string, due: Due): Effect.Effect<void, StoreUnavailable> {
    const { marker, roomId, userId } = due
    return this.records.write(userId, roomId, marker).pipe(
      Effect.timeoutOrElse({
        duration: ANSWER_MS,
        orElse: () => Effect.fail(new StoreUnavailable({ reason: `no answer in ${ANSWER_MS} ms` }))
      }),
      Effect.catchCause((cause) => {
        const failure = cause.reasons.find((reason) => reason._tag === "Fail")?.error
        if (failure?._tag === "StoreUnavailable") return Effect.fail(failure)
        if (Cause.hasInterruptsOnly(cause)) return Effect.interrupt
        return Effect.logError("a read marker could not be written and is set aside", { room: roomId }, cause)
      }),
      Effect.andThen(Effect.sync(() => this.written(key, due)))
    )
  }

  private written(key: string, due: Due): void {
    if (this.due.get(key) !== due) return
    this.due.delete(key)
    const left = (this.users.get(due.userId) ?? 1) - 1
    if (left > 0) this.users.set(due.userId, left)
    else this.users.delete(due.userId)
  }

  private failed({ reason }: StoreUnavailable): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      if (!this.away) {
        this.away = true
        yield* Effect.logError("read markers cannot be kept at present; they are tried again", {
          why: reason,
          markers: this.due.size
        })
      }
      yield* Effect.sleep(this.pause)
      this.pause = Math.min(RETRY_MS.most, this.pause * 2)
    })
  }
}
