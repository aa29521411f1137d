/** Has purges that moderators order done by the one who changes messages. */
import { Effect, Layer } from "effect"
import { Purger } from "../moderation/Purger.ts"
import { Amender } from "./Amender.ts"

export const layer = Layer.effect(
  Purger,
  Effect.map(Amender, ({ purge, remove }) => ({ purge, remove }))
)
