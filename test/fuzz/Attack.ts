/** One hostile act against a server. Which one it is comes from the dice alone, so that the same seed is the same act. */
import type { Dice } from "../support/Dice.ts"

export interface Route {
  /** With `{name}` for what varies. */
  readonly path: string
  readonly methods: ReadonlyArray<string>
}

export interface Target {
  readonly port: number
  /** A good token of a user without rights, where the server asks for one. */
  readonly token: string | undefined
  /** Routes of the server. */
  readonly routes: ReadonlyArray<Route>
  /** Rooms and users that are there. */
  readonly rooms: ReadonlyArray<string>
  readonly users: ReadonlyArray<string>
  /** What may order, and who may be ordered about; without it nobody is. */
  readonly rule?: Rule
}

/** The power of an admin, over rooms and users that nobody else is concerned with. */
export interface Rule {
  /** Headers that show it, each by itself. */
  readonly credentials: ReadonlyArray<readonly [name: string, value: string]>
  readonly routes: ReadonlyArray<Route>
  readonly rooms: ReadonlyArray<string>
  readonly users: ReadonlyArray<string>
  /** A good token of one of these users, made at this moment, where the server asks for one. */
  readonly tokenOf: (user: string) => Promise<string | undefined>
}

export interface Attack {
  /** What is done, short enough for a line of a report. */
  readonly what: string
  /** Does it; returns what the server did wrong, if it did. */
  readonly play: () => Promise<string | undefined>
}

export type Attacker = (dice: Dice, target: Target) => Attack

/** One of several at random, each as often as its weight says. */
export const weighted = <A>(dice: Dice, choices: ReadonlyArray<readonly [weight: number, choice: A]>): A => {
  const total = choices.reduce((sum, [weight]) => sum + weight, 0)
  let left = dice.roll() * total
  const found = choices.find(([weight]) => (left -= weight) < 0)
  return (found ?? choices[0]!)[1]
}

/** `count` of them, each drawn anew. */
export const several = <A>(count: number, draw: () => A): ReadonlyArray<A> => Array.from({ length: count }, draw)

const SHOWN = 400

/** A text as a report shows it: in one line, cut where it is long. */
export const shown = (text: string): string => {
  const quoted = JSON.stringify(text)
  return quoted.length > SHOWN ? `${quoted.slice(0, SHOWN)}… (${text.length} characters)` : quoted
}

export const uuid = (dice: Dice): string => {
  const hex = several(32, () => dice.below(16).toString(16)).join("")
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`
}
