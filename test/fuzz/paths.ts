/** Targets of requests: paths with their parts filled in, mostly as they should be, and queries. */
import type { Dice } from "../support/Dice.ts"
import { type Route, several, weighted } from "./Attack.ts"
import { damaged, oddText } from "./oddities.ts"

const PARAMETERS = [
  "limit",
  "q",
  "before",
  "after",
  "around",
  "from",
  "to",
  "tz",
  "metric",
  "bucket",
  "room",
  "report",
  "format",
  "sort",
  "offset",
  "unit",
  "compare",
  "token"
]
const GOOD = ["1", "50", "200", "UTC", "Europe/Berlin", "1h", "1d", "messages", "csv", "summary", "2026-11-25", "week"]

/** Rooms and users that a path may name. */
export interface Places {
  readonly rooms: ReadonlyArray<string>
  readonly users: ReadonlyArray<string>
}

export const filled = (dice: Dice, { rooms, users }: Places, { path }: Route): string =>
  path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => {
    if (dice.roll() < 0.3) return oddText(dice)
    return encodeURIComponent(dice.pick(name === "roomId" ? rooms : users))
  })

export const bentPath = (dice: Dice, path: string): string =>
  weighted<() => string>(dice, [
    [8, () => path],
    [1, () => `${path}/${oddText(dice)}`],
    [1, () => damaged(dice, path)],
    [1, () => path.replaceAll("/", dice.pick(["//", "/./", "%2f", "\\", "/../"]))],
    [1, () => `http://${dice.pick(["localhost", "evil.example", "[::1", "a@b"])}${path}`],
    [1, () => `/${oddText(dice)}`],
    [1, () => path.padEnd(dice.pick([1000, 8000, 20_000]), "a")]
  ])()

export const search = (dice: Dice): string => {
  const parts = several(dice.below(6), () => {
    const value = dice.roll() < 0.5 ? dice.pick(GOOD) : oddText(dice)
    return `${dice.roll() < 0.9 ? dice.pick(PARAMETERS) : oddText(dice)}=${value}`
  })
  return parts.length === 0 ? "" : `?${parts.join("&")}`
}
