/** What storage is like right now, for `/health` and `/ready`. */
import { Context, Effect, Layer } from "effect"
import { type Durability, RoomLog } from "../log/RoomLog.ts"
import { Drain, type DrainStatus } from "./Drain.ts"
import type { StoreState } from "./Vigil.ts"

export class Storage extends Context.Service<
  Storage,
  {
    readonly durability: Durability
    /** `degraded`: the store's last call failed, or entries have waited for it for long; chat goes on. */
    state(): StoreState | "memory"
    /** Nothing where nothing is stored beyond the process. */
    status(): DrainStatus | undefined
  }
>()("hubbub/store/Storage") {
  /** Of a server that keeps everything in memory. */
  static readonly layerMemory = Layer.succeed(Storage, {
    durability: "memory",
    state: () => "memory",
    status: () => undefined
  })

  /** Of a server with a journal and a store. */
  static readonly layer = Layer.effect(
    Storage,
    Effect.gen(function* () {
      const { durability } = yield* RoomLog
      const { status } = yield* Drain
      return Storage.of({
        durability,
        state: () => {
          const { healthy, store } = status()
          return store === "ok" && !healthy ? "degraded" : store
        },
        status
      })
    })
  )
}
