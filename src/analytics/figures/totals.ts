/** Everything of a window in one tally, for figures that need no buckets. */
import { Effect } from "effect"
import type { StoreUnavailable } from "../../store/MessageStore.ts"
import type { Figures, Stretched } from "../Figures.ts"
import { Tally } from "../Tally.ts"
import { EXACT_MAX } from "./people.ts"
import { eachTally } from "./walk.ts"
import type { Window } from "./Window.ts"

/** `visit` is given each quarter, too. */
export const totals = (
  figures: Figures["Service"],
  { from, to }: Window,
  options: { readonly room?: string | undefined; readonly sketches: boolean },
  visit?: (stretch: Stretched) => void
): Effect.Effect<Tally, StoreUnavailable> =>
  Effect.gen(function* () {
    const total = new Tally(EXACT_MAX)
    const { room, sketches } = options
    const of = room === undefined ? ({ scope: "everything" } as const) : ({ scope: "room", id: room } as const)
    yield* eachTally(figures, { tier: "q", of, from, to, sketches }, (stretch) => {
      total.merge(stretch.tally)
      visit?.(stretch)
    })
    return total
  })
