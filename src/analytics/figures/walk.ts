/**
 * Walks over tallies piece by piece, so that neither reading nor adding up keeps the event loop, which the chat lives on, for long. How
 * much is asked for at a time follows from how much there was the last time.
 */
import { Effect } from "effect"
import type { StoreUnavailable } from "../../store/MessageStore.ts"
import type { Figures, Stretched, UserStretched } from "../Figures.ts"
import { TIER_MS } from "../../store/Rollup.ts"

type TallyRange = Parameters<Figures["Service"]["tallies"]>[0]

const DAY = TIER_MS.d

/** How much is asked for at a time. At most `longest` even where there was nothing, since much may follow upon it. */
interface Pace {
  readonly wanted: number
  /** Visits after which other work gets its turn. */
  readonly turn: number
  /** Milliseconds that are asked for. */
  readonly first: number
  readonly shortest: number
  readonly longest: number
}

/** A set of 1,024 users is merged in about 0.03 ms, counters are added in a thousandth of that. */
const SKETCHES = { wanted: 1000, turn: 64, first: DAY / 4, shortest: 4 * TIER_MS.q, longest: 4 * DAY } as const
const COUNTERS = { wanted: 1000, turn: 2000, first: DAY, shortest: 4 * TIER_MS.q, longest: 16 * DAY } as const
/** Users are kept by UTC day, so less than a day would give all of them again. */
const USERS = { wanted: 1000, turn: 500, first: DAY, shortest: DAY, longest: 4 * DAY } as const

const walk = Effect.fnUntraced(function* <A>(
  { first, longest, shortest, turn, wanted }: Pace,
  start: number,
  to: number,
  ask: (from: number, to: number) => Effect.Effect<ReadonlyArray<A>, StoreUnavailable>,
  visit: (one: A) => void
) {
  let length = first
  let from = start
  while (from < to) {
    const end = Math.min(from + length, to)
    const found = yield* ask(from, end)
    for (let i = 0; i < found.length; i++) {
      if (i % turn === turn - 1) yield* Effect.yieldNow
      visit(found[i]!)
    }
    from = end
    if (found.length < wanted / 2) length = Math.min(length * 2, longest)
    else if (found.length > wanted * 2) length = Math.max(length / 2, shortest)
    yield* Effect.yieldNow
  }
})

/** Where a range ends for those who walk over it: nothing is kept of days to come, and a clock that was put back is not far behind. */
const endOf = (figures: Figures["Service"], to: number) =>
  Effect.map(figures.kept, ({ computedAt }) => Math.min(to, computedAt + DAY))

/** Visits the tallies of a range, in the order of (start, id). */
export const eachTally = (
  figures: Figures["Service"],
  range: TallyRange,
  visit: (stretch: Stretched) => void
): Effect.Effect<void, StoreUnavailable> =>
  Effect.flatMap(endOf(figures, range.to), (end) =>
    walk(
      range.sketches ? SKETCHES : COUNTERS,
      range.from,
      end,
      (from, to) => figures.tallies({ ...range, from, to }),
      visit
    )
  )

/** Visits what users, or one of them, did in the UTC days that overlap `[from, to)`, each day once, in the order of (start, userId). */
export const eachUser = (
  figures: Figures["Service"],
  range: { readonly from: number; readonly to: number; readonly userId?: string | undefined },
  visit: (stretch: UserStretched) => void
): Effect.Effect<void, StoreUnavailable> =>
  Effect.flatMap(endOf(figures, range.to), (end) =>
    walk(
      USERS,
      Math.floor(range.from / DAY) * DAY,
      end,
      (from, to) => figures.users({ from, to, userId: range.userId }),
      visit
    )
  )

/** Visits quickly what is not read but in memory, and lets other work have its turn in between. */
export const eachOf = Effect.fnUntraced(function* <A>(all: Iterable<A>, turn: number, visit: (one: A) => void) {
  let seen = 0
  for (const one of all) {
    visit(one)
    if (++seen % turn === 0) yield* Effect.yieldNow
  }
})
