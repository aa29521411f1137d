/** A node's messages in all its time, and up to when they and everything else of it are written: where a process goes on after another. */
import type { Rollup, RollupKey } from "../store/Rollup.ts"

export interface Totals {
  readonly chat: number
  readonly system: number
  readonly bot: number
  /** Epoch of the log at that time; 0 where it is not known. */
  readonly epoch: number
}

export const NOTHING: Totals = { chat: 0, system: 0, bot: 0, epoch: 0 }

/** Where a node's totals are kept. */
export const totalsKey = (node: string): RollupKey => ({ scope: "T", tier: "t", id: "", start: 0, node })

/** Totals as they are kept. `through`, milliseconds since 1970: minutes before this one are in them. */
export const totalsRollup = (node: string, through: number, totals: Totals): Rollup => ({
  ...totalsKey(node),
  through,
  counts: JSON.stringify(totals),
  sketches: ""
})

/** Of what `totalsRollup` made; nothing where it cannot be read. */
export const totalsOf = ({ counts }: Rollup): Totals | undefined => {
  try {
    return { ...NOTHING, ...(JSON.parse(counts) as Partial<Totals>) }
  } catch {
    return undefined
  }
}
