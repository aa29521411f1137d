/** How lines look beside their colours, so that they are told apart without them. Lengths in pixels. */

const DASHES: ReadonlyArray<string> = ["", "8 3", "10 3 2 3 2 3", "10 3 2 3", "5 5"]

/** Of what is not over yet. */
export const OPEN_DASH = "2 3"
/** Of the period before, with round ends: dots. */
export const BEFORE_DASH = "0.1 4"

interface Look {
  readonly colour: string
  readonly dash: string
}

/** Of a line by its place among others, from 0. */
export const lookOf = (place: number): Look => ({
  colour: `var(--series-${(place % DASHES.length) + 1})`,
  dash: DASHES[place % DASHES.length] ?? ""
})
