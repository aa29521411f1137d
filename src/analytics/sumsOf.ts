/** What a rollup sums up. */
import type { Rollup } from "../store/Rollup.ts"
import { Tally } from "./Tally.ts"
import { UserTally } from "./UserTally.ts"

export type Sums = Tally | UserTally

/** Adds one to the other; they must be of the same kind of scope. */
export const addSums = (to: Sums, from: Sums): void => {
  if (to instanceof Tally && from instanceof Tally) to.merge(from)
  if (to instanceof UserTally && from instanceof UserTally) to.merge(from)
}

/** What a rollup of a scope sums up before anything was counted. */
export const noSums = (scope: Rollup["scope"]): Sums => (scope === "U" ? new UserTally() : new Tally())

/** Decoded to the last part; nothing where it cannot be, as of a disk that rots: counting goes on over that, and chat all the more. */
export const sumsOf = ({
  counts,
  scope,
  sketches
}: Pick<Rollup, "scope" | "counts" | "sketches">): Sums | undefined => {
  const sums = noSums(scope)
  try {
    // these are decoded as they are looked into
    addSums(sums, scope === "U" ? UserTally.of(counts) : Tally.of(counts, sketches))
    return sums
  } catch {
    return undefined
  }
}
