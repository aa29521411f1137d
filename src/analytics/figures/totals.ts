/** Everything of a window in one tally, for figures that need no buckets. */
import { Effect } from "effect"
import type { StoreUnavailable } from "../../store/MessageStore.ts"
import type { Figures, Stretched } from "../Figures.ts"
import { type Measure, Tally, type UserSet } from "../Tally.ts"
import { EXACT_MAX } from "./people.ts"
import { eachTally } from "./walk.ts"
import type { Window } from "./Window.ts"

export interface Totalled {
  readonly room?: string | undefined
  /** Which sets and histograms are added up beside the counts; none where not given. */
  readonly sets?: ReadonlyArray<UserSet>
  readonly histograms?: ReadonlyArray<Measure>
}

/** `visit` is given each quarter, too. */
export const totals = (
  figures: Figures["Service"],
  { from, to }: Window,
  { histograms = [], room, sets = [] }: Totalled,
  visit?: (stretch: Stretched) => void
): Effect.Effect<Tally, StoreUnavailable> =>
  Effect.gen(function* () {
    const total = new Tally(EXACT_MAX)
    const sketches = sets.length > 0 || histograms.length > 0
    const of = room === undefined ? ({ scope: "everything" } as const) : ({ scope: "room", id: room } as const)
    yield* eachTally(figures, { tier: "q", of, from, to, sketches }, (stretch) => {
      const { tally } = stretch
      total.mergeCounts(tally)
      for (const name of sets) {
        const users = tally.setIfAny(name)
        if (users !== undefined) total.set(name).merge(users)
      }
      for (const name of histograms) {
        const values = tally.histogramIfAny(name)
        if (values !== undefined) total.histogram(name).merge(values)
      }
      visit?.(stretch)
    })
    return total
  })
