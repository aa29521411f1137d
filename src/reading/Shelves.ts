/**
 * The markers of users who are here, in memory: read once when they are asked for first, and let go of once their user has gone and all
 * is written.
 */
import { Clock, Effect, Fiber, FiberSet, Semaphore } from "effect"
import { type ProtocolError, refusal } from "../domain/ProtocolError.ts"
import type { UserId } from "../domain/UserId.ts"
import { StoreUnavailable } from "../store/MessageStore.ts"
import type { MarkerLedger } from "./MarkerLedger.ts"
import type { MarkerRecords } from "./MarkerRecords.ts"
import { UserMarkers } from "./UserMarkers.ts"

/** Users whose markers are read at the same time. */
const AT_ONCE = 16
/** Milliseconds one read may take. */
const ANSWER_MS = 2000
/** Milliseconds for which a store that failed is not asked again. */
const RETRY_MS = 1000

const unavailable = refusal("unavailable", "read markers cannot be looked up now", undefined, RETRY_MS)

type Loading = Fiber.Fiber<UserMarkers, ProtocolError>

export class Shelves {
  private readonly users = new Map<UserId, UserMarkers>()
  private readonly loading = new Map<UserId, Loading>()
  private readonly permits = Semaphore.makeUnsafe(AT_ONCE)
  private readonly records: MarkerRecords
  private readonly ledger: MarkerLedger
  private readonly now: () => number
  private readonly fork: (load: Effect.Effect<UserMarkers, ProtocolError>) => Loading
  /** Monotonic milliseconds until when the store is not asked. */
  private awayUntil = 0

  private constructor(records: MarkerRecords, ledger: MarkerLedger, now: () => number, fork: Shelves["fork"]) {
    this.records = records
    this.ledger = ledger
    this.now = now
    this.fork = fork
  }

  static readonly make = Effect.fnUntraced(function* (records: MarkerRecords, ledger: MarkerLedger) {
    const clock = yield* Clock.Clock
    const fork = yield* FiberSet.makeRuntime<never, UserMarkers, ProtocolError>()
    return new Shelves(records, ledger, () => Number(clock.monotonicTimeNanosUnsafe()) / 1e6, fork)
  })

  /** Users in memory. */
  get size(): number {
    return this.users.size
  }

  /** A user's markers. Whoever is broken off while they are read does not break that off for others. */
  of(userId: UserId): Effect.Effect<UserMarkers, ProtocolError> {
    return Effect.suspend(() => {
      const known = this.users.get(userId)
      if (known !== undefined) return Effect.succeed(known)
      let loading = this.loading.get(userId)
      if (loading === undefined) {
        loading = this.fork(this.load(userId))
        this.loading.set(userId, loading)
        loading.addObserver(() => this.loading.delete(userId))
      }
      return Fiber.join(loading)
    })
  }

  /** Lets go of users who are not here and whose markers are written. */
  sweep(here: (userId: UserId) => boolean): void {
    for (const userId of this.users.keys()) {
      if (!here(userId) && !this.ledger.owes(userId)) this.users.delete(userId)
    }
  }

  private load(userId: UserId): Effect.Effect<UserMarkers, ProtocolError> {
    const read = Effect.suspend(() => {
      // those who waited behind one that failed need not each find out
      if (this.now() < this.awayUntil) return Effect.fail(unavailable)
      return this.records.of(userId).pipe(
        Effect.timeoutOrElse({
          duration: ANSWER_MS,
          orElse: () => Effect.fail(new StoreUnavailable({ reason: `no answer in ${ANSWER_MS} ms` }))
        }),
        Effect.catchTag("StoreUnavailable", ({ reason }) => {
          this.awayUntil = this.now() + RETRY_MS
          return Effect.andThen(
            Effect.logDebug("read markers cannot be looked up", { why: reason }),
            Effect.fail(unavailable)
          )
        }),
        Effect.map((markers) => {
          const found = new UserMarkers(markers)
          this.users.set(userId, found)
          return found
        })
      )
    })
    return this.permits.withPermit(read)
  }
}
