/**
 * Watches how the store does: every put and read through `guarded` is noted, each on its own side, since a store that is read well may
 * take nothing. A store whose reads keep failing is no longer asked by readers; while anything fails a probe reads, to look for its
 * return. Whether it takes entries again shows in the drain, which goes on trying by itself, with its own pauses.
 */
import { Cause, Clock, Context, Effect, Exit, Layer, Option, Random } from "effect"
import { Signal } from "../actor/Signal.ts"
import { supervise } from "../actor/supervise.ts"
import { RoomId } from "../domain/RoomId.ts"
import { type EntriesRefused, MessageStore, StoreUnavailable } from "./MessageStore.ts"

/** `degraded`: the last put or the last read failed. `unavailable`: so many in a row did that waiting for another one is of no use. */
export type StoreState = "ok" | "degraded" | "unavailable"

/** Failures in a row after which readers are refused at once. */
const OPENS_AFTER = 5
/** Milliseconds between two probes, at first and at most; each wait is drawn from the whole of it. A probe itself takes `answer` at most. */
const PROBE_MS = { first: 200, most: 5000, answer: 2000 } as const
/** Milliseconds after which a read that its caller gave up counts as failed: who leaves sooner may have had other reasons. */
const HANGS_MS = 1000
/** The room that a probe looks for the newest message of; it need not exist. */
const PROBED = RoomId.make("global")

/** How one kind of calls has gone of late. */
class Side {
  readonly name: "puts" | "reads"
  /** In a row. */
  failures = 0
  /** Why the last one failed. */
  reason: string | undefined

  constructor(name: "puts" | "reads") {
    this.name = name
  }

  get state(): StoreState {
    return this.failures === 0 ? "ok" : this.failures < OPENS_AFTER ? "degraded" : "unavailable"
  }
}

export class Vigil extends Context.Service<
  Vigil,
  {
    /** Of puts or of reads, whichever is worse. */
    state(): StoreState
    /** Why the last call of that kind failed, while it is not `ok`. */
    why(): string | undefined
    /** A store that notes how its puts and reads go, and refuses reads while those are unavailable. */
    readonly guarded: MessageStore["Service"]
  }
>()("hubbub/store/Vigil") {
  static readonly layer = Layer.effect(
    Vigil,
    Effect.gen(function* () {
      const store = yield* MessageStore
      const { engine } = store
      const away = new Signal()
      const puts = new Side("puts")
      const reads = new Side("reads")
      const worse = () => (reads.failures > puts.failures ? reads : puts)

      const answered = (side: Side) => {
        if (side.failures === 0) return Effect.void
        side.failures = 0
        side.reason = undefined
        // a store that is back for puts is likely back for reads: one reader may find out before the probe does
        reads.failures = Math.min(reads.failures, OPENS_AFTER - 1)
        if (worse().failures === 0) away.lower()
        return Effect.logInfo("the store is back", { engine, side: side.name })
      }
      const failed = (side: Side, reason: string) => {
        side.failures++
        side.reason = reason
        away.raise()
        if (side.failures !== 1 && side.failures !== OPENS_AFTER) return Effect.void
        return Effect.logWarning("the store does not answer", { engine, side: side.name, why: reason })
      }

      const note = <A, E extends StoreUnavailable | EntriesRefused>(side: Side, call: Effect.Effect<A, E>) =>
        Effect.flatMap(Clock.monotonicTimeNanos, (since) =>
          Effect.onExit(call, (exit) => {
            if (Exit.isSuccess(exit)) return answered(side)
            if (!Cause.hasInterruptsOnly(exit.cause)) {
              const error = Option.getOrUndefined(Cause.findErrorOption(exit.cause))
              if (error === undefined) return Effect.void
              // who refuses entries for what they are has answered
              return error instanceof StoreUnavailable ? failed(side, error.reason) : answered(side)
            }
            return Effect.flatMap(Clock.monotonicTimeNanos, (now) => {
              const ms = Math.round(Number(now - since) / 1e6)
              return ms < HANGS_MS ? Effect.void : failed(side, `no answer in ${ms} ms`)
            })
          })
        )

      const read = <A>(call: Effect.Effect<A, StoreUnavailable>): Effect.Effect<A, StoreUnavailable> =>
        Effect.suspend(() =>
          reads.state === "unavailable"
            ? Effect.fail(new StoreUnavailable({ reason: reads.reason ?? "away" }))
            : note(reads, call)
        )

      let wait: number = PROBE_MS.first
      // while puts fail, too: mostly reads will fail as well, and no reader should have to find out
      const probe = Effect.gen(function* () {
        yield* away.wait
        yield* Effect.sleep(yield* Random.nextIntBetween(PROBE_MS.first / 2, wait))
        wait = Math.min(PROBE_MS.most, wait * 2)
        if (worse().failures === 0) return
        yield* note(reads, store.room(PROBED, { limit: 1, order: "newest" })).pipe(
          Effect.timeout(PROBE_MS.answer),
          Effect.ignore
        )
        if (worse().failures === 0) wait = PROBE_MS.first
      })
      yield* probe.pipe(Effect.forever({ disableYield: true }), supervise("store probe"))

      return Vigil.of({
        state: () => worse().state,
        why: () => worse().reason,
        guarded: MessageStore.of({
          engine,
          batch: store.batch,
          put: (entries) => note(puts, store.put(entries)),
          room: (roomId, stretch) => read(store.room(roomId, stretch)),
          user: (userId, stretch) => read(store.user(userId, stretch)),
          search: (roomId, sought) => read(store.search(roomId, sought)),
          rooms: (page) => store.rooms(page),
          check: store.check
        })
      })
    })
  )
}
