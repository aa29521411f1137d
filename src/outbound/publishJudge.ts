/** Has the publish hook decide what is published, where there is one. */
import { Effect, Layer } from "effect"
import { Judge } from "../connection/Gate.ts"
import { PublishHook } from "./PublishHook.ts"

/** Needs PublishHook. */
export const layer = Layer.effect(
  Judge,
  Effect.map(PublishHook, ({ ask, on }) => (on ? { ask } : undefined))
)
