/** What goes with what was typed, the best first; what goes with it as well as another stays in its order. */
import { matching } from "./matching.ts"

/** `names`: what one may be found by. */
export const ranked = <A>(
  query: string,
  all: ReadonlyArray<A>,
  names: (one: A) => ReadonlyArray<string>
): ReadonlyArray<A> => {
  const found = all.flatMap((one) => {
    const ranks = names(one).flatMap((name) => matching(query, name) ?? [])
    return ranks.length === 0 ? [] : [{ one, rank: Math.min(...ranks) }]
  })
  return found.sort((a, b) => a.rank - b.rank).map(({ one }) => one)
}
