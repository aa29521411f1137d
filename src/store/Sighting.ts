/** A search of one room's history, a bounded part of it at a time. */
import type { Position } from "../domain/Position.ts"
import type { Entry } from "../log/Entry.ts"

/** What is looked for, newest first: messages strictly before `before`, or all, that have every one of `sought`, at most `limit`. */
export interface Sought {
  /** Words as `soughtIn` gives them, at least one. */
  readonly sought: ReadonlyArray<string>
  readonly before?: Position | undefined
  readonly limit: number
}

/** What one look found. */
export interface Sighting {
  /** Newest first. */
  readonly entries: ReadonlyArray<Entry>
  /** Down to here, itself included, nothing else is to be found; left out where that is so down to the room's beginning. */
  readonly reached: Position | undefined
  /** The epochs that have messages in what was looked through. */
  readonly epochs: ReadonlyArray<number>
  /** What it cost, in messages that were read. */
  readonly looked: number
}
