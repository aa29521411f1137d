import { Effect } from "effect"
import type { Window } from "../../src/analytics/figures/Window.ts"
import { Zone } from "../../src/domain/Zone.ts"
import { type MemoryFigures, ms } from "./MemoryFigures.ts"

/** The window between two instants, which are whole quarters, as a request would ask for it. */
export const windowOver = (figures: MemoryFigures, from: string, to: string, tz = "UTC"): Window => {
  const zone = Zone.of(tz)
  if (zone === undefined) throw new Error(`there is no zone ${tz}`)
  return { from: ms(from), to: ms(to), zone, kept: Effect.runSync(figures.service.kept) }
}
