/** Distinct users of many tallies together. */
import type { Tally, UserSet } from "../Tally.ts"
import { Uniques } from "../Uniques.ts"

/** Users up to which an answer counts exactly. */
export const EXACT_MAX = 65_536

const ENGAGED: ReadonlyArray<UserSet> = ["senders", "reactors", "active"]
const COMMUNICATORS: ReadonlyArray<UserSet> = ["senders", "reactors"]

export const noOne = () => new Uniques(EXACT_MAX)

/** Adds the users of some sets of a tally; set by set, since together they may be more than a tally's own sets count exactly. */
const add = (into: Uniques, tally: Tally, names: ReadonlyArray<UserSet>) => {
  for (const name of names) {
    const users = tally.setIfAny(name)
    if (users !== undefined) into.merge(users)
  }
}

export const addEngaged = (into: Uniques, tally: Tally) => add(into, tally, ENGAGED)
export const addCommunicators = (into: Uniques, tally: Tally) => add(into, tally, COMMUNICATORS)
export const addSenders = (into: Uniques, tally: Tally) => add(into, tally, ["senders"])
export const addVisitors = (into: Uniques, tally: Tally) => add(into, tally, ["visitors"])

/** Visitors who are no communicators; never below 0, whatever estimates say. */
export const lurkersOf = (visitors: Uniques, communicators: Uniques): number => {
  const all = communicators.clone()
  all.merge(visitors)
  return Math.max(0, Math.min(all.count() - communicators.count(), visitors.count()))
}
