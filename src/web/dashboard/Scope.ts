/** What all panels go by: what is shown, of when, and whom to ask. */
import { createContext, useContext } from "react"
import type { Zone } from "../../domain/Zone.ts"
import type { Cell } from "../Cell.ts"
import type { Answers } from "./Answers.ts"
import type { Failure } from "./Failure.ts"
import type { Period } from "./Period.ts"
import type { Printing } from "./Printing.ts"
import type { Beat } from "./Refresh.ts"
import type { View } from "./View.ts"

export interface Scope {
  readonly view: View
  readonly period: Period
  readonly tz: string
  readonly zone: Zone
  readonly beat: Beat
  /** The moment that is pointed at on a chart, in seconds since 1970. */
  readonly pointer: Cell<number | undefined>
  readonly answers: Answers
  readonly printing: Printing
  /** Shows another view, to which back goes back. */
  readonly go: (change: Partial<View>) => void
  /** For what is not of one panel but of the whole page. */
  readonly refuse: (failure: Failure) => void
}

export const ScopeContext = createContext<Scope | undefined>(undefined)

export const useScope = (): Scope => {
  const scope = useContext(ScopeContext)
  if (scope === undefined) throw new Error("There is no dashboard around this")
  return scope
}
