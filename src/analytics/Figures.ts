/**
 * What figures are computed from: tallies of every node, of what is stored and of what is not stored yet, added up. Everything a figure
 * needs is asked for here, and nothing else knows where it lies.
 */
import { Context, type Effect } from "effect"
import type { StoreUnavailable } from "../store/MessageStore.ts"
import type { Tally } from "./Tally.ts"
import type { UserTally } from "./UserTally.ts"

/** One scope's tally of one stretch. */
export interface Stretched {
  /** The room; empty for everything. */
  readonly id: string
  /** Milliseconds since 1970 at which the stretch of its tier begins. */
  readonly start: number
  readonly tally: Tally
}

export interface UserStretched {
  readonly userId: string
  /** Milliseconds since 1970 at which the UTC day begins. */
  readonly start: number
  readonly user: UserTally
}

/** Milliseconds since 1970. */
export interface Kept {
  /** Up to when every answer is complete; far from now where the counting stalls. */
  readonly computedAt: number
  /** From when on minutes, quarters and users are still kept. */
  readonly minutesFrom: number
  readonly quartersFrom: number
  readonly usersFrom: number
}

export class Figures extends Context.Service<
  Figures,
  {
    readonly kept: Effect.Effect<Kept>
    /**
     * Tallies of everything of each room, or of one room, with `from` ≤ start < `to`, in the order of (start,
     * id). Stretches in which nothing happened are left out. `tier`: `m` UTC minutes, `q` UTC quarters of an hour. `sketches`: whether
     * sets and histograms are needed.
     */
    tallies(range: {
      readonly tier: "m" | "q"
      readonly of:
        | { readonly scope: "everything" }
        | { readonly scope: "each room" }
        | { readonly scope: "room"; readonly id: string }
      readonly from: number
      readonly to: number
      readonly sketches: boolean
    }): Effect.Effect<ReadonlyArray<Stretched>, StoreUnavailable>
    /** What users did in the UTC days that overlap [`from`, `to`), or what one of them did, in the order of (start, userId). */
    users(range: {
      readonly from: number
      readonly to: number
      readonly userId?: string | undefined
    }): Effect.Effect<ReadonlyArray<UserStretched>, StoreUnavailable>
  }
>()("hubbub/analytics/Figures") {}
