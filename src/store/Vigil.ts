/**
 * Watches how the store does: every call through `guard` is noted, a store that keeps failing is no longer asked by readers, and while it
 * is away a probe looks for its return. The drain goes on trying by itself, with its own pauses.
 */
import { Context, Effect, Layer, Random } from "effect"
import { Signal } from "../actor/Signal.ts"
import { supervise } from "../actor/supervise.ts"
import { MessageStore, StoreUnavailable } from "./MessageStore.ts"

/** `degraded`: the last call failed. `unavailable`: so many in a row did that readers are not kept waiting for another one. */
export type StoreState = "ok" | "degraded" | "unavailable"

/** Failures in a row after which readers are refused at once. */
const OPENS_AFTER = 5
/** Milliseconds between two probes, at first and at most; each wait is drawn from the whole of it. */
const PROBE_MS = { first: 200, most: 5000 } as const

export class Vigil extends Context.Service<
  Vigil,
  {
    state(): StoreState
    /** Why the last call failed, while it is not `ok`. */
    why(): string | undefined
    /** A store that notes how its calls go, and refuses reads while it is unavailable. */
    readonly guarded: MessageStore["Service"]
  }
>()("hubbub/store/Vigil") {
  static readonly layer = Layer.effect(
    Vigil,
    Effect.gen(function* () {
      const store = yield* MessageStore
      const away = new Signal()
      let failures = 0
      let reason: string | undefined

      const state = (): StoreState => (failures === 0 ? "ok" : failures < OPENS_AFTER ? "degraded" : "unavailable")

      const note = <A, E>(call: Effect.Effect<A, E | StoreUnavailable>) =>
        Effect.suspend(() => call).pipe(
          Effect.tap(() => {
            if (failures === 0) return Effect.void
            failures = 0
            reason = undefined
            away.lower()
            return Effect.logInfo("the store is back", { engine: store.engine })
          }),
          Effect.tapError((failure) => {
            if (!(failure instanceof StoreUnavailable)) return Effect.void
            failures++
            reason = failure.reason
            away.raise()
            if (failures !== 1 && failures !== OPENS_AFTER) return Effect.void
            return Effect.logWarning("the store does not answer", { engine: store.engine, why: failure.reason })
          })
        )

      const read = <A>(call: Effect.Effect<A, StoreUnavailable>): Effect.Effect<A, StoreUnavailable> =>
        Effect.suspend(() =>
          state() === "unavailable" ? Effect.fail(new StoreUnavailable({ reason: reason ?? "away" })) : note(call)
        )

      let wait: number = PROBE_MS.first
      const probe = Effect.gen(function* () {
        yield* away.wait
        yield* Effect.sleep(yield* Random.nextIntBetween(PROBE_MS.first / 2, wait))
        wait = Math.min(PROBE_MS.most, wait * 2)
        if (failures === 0) return
        yield* Effect.ignore(note(store.check))
        if (failures === 0) wait = PROBE_MS.first
      })
      yield* probe.pipe(Effect.forever({ disableYield: true }), supervise("store probe"))

      return Vigil.of({
        state,
        why: () => reason,
        guarded: MessageStore.of({
          engine: store.engine,
          batch: store.batch,
          put: (entries) => note(store.put(entries)),
          room: (roomId, stretch) => read(store.room(roomId, stretch)),
          user: (userId, stretch) => read(store.user(userId, stretch)),
          check: note(store.check)
        })
      })
    })
  )
}
