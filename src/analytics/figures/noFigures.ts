import { Effect } from "effect"
import { Figures, type Kept } from "../Figures.ts"

/** Figures of nothing at all. */
export const noFigures = (kept: Kept): Figures["Service"] =>
  Figures.of({
    kept: Effect.succeed(kept),
    tallies: () => Effect.succeed([]),
    users: () => Effect.succeed([])
  })
