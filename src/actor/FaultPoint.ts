/** Named places where a test can make the engine fail; nothing happens at them otherwise. */
import { Context, Effect } from "effect"

export type FaultPointName = "hub/taken" | "hub/appended" | "hub/settled" | "journal/rotating" | "drain/stored"

/** Runs at each point, in the fiber that passes it. A defect raised here is a defect of that fiber. */
export const FaultPoint = Context.Reference<(point: FaultPointName) => Effect.Effect<void>>("hubbub/actor/FaultPoint", {
  defaultValue: () => () => Effect.void
})
