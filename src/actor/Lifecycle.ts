/** Whether the process takes work: `/ready`, upgrades and the drain must tell one story. */
import { Context, Effect, Layer } from "effect"

export class Lifecycle extends Context.Service<
  Lifecycle,
  {
    /** True from the moment the process was told to stop. */
    draining(): boolean
    readonly drain: Effect.Effect<void>
  }
>()("hubbub/actor/Lifecycle") {
  static readonly layer = Layer.sync(Lifecycle, () => {
    let draining = false
    return Lifecycle.of({
      draining: () => draining,
      drain: Effect.sync(() => {
        draining = true
      })
    })
  })
}
