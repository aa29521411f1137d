/** Whether messages get where they should. */
import { Effect, Schema } from "effect"
import type { StoreUnavailable } from "../../store/MessageStore.ts"
import type { Figures } from "../Figures.ts"
import { totals } from "./totals.ts"
import { ratio, type Window } from "./Window.ts"

const Count = Schema.Int
const Rate = Schema.NullOr(Schema.Finite)

/** `rejected` by reason, `closeCodes` by code. */
export const Quality = Schema.Struct({
  expected: Count,
  delivered: Count,
  deliveredRate: Rate,
  resumes: Count,
  resumesRecovered: Count,
  resumeSuccess: Rate,
  replayed: Count,
  duplicates: Count,
  slowCloses: Count,
  rejected: Schema.Record(Schema.String, Count),
  closeCodes: Schema.Record(Schema.String, Count)
})

export const quality = (
  figures: Figures["Service"],
  window: Window
): Effect.Effect<typeof Quality.Type, StoreUnavailable> =>
  Effect.map(totals(figures, window, {}), ({ codes, n, rejected }) => ({
    expected: n.expected,
    delivered: n.delivered,
    deliveredRate: ratio(n.delivered, n.expected),
    resumes: n.resumes,
    resumesRecovered: n.recovered,
    resumeSuccess: ratio(n.recovered, n.resumes),
    replayed: n.replayed,
    duplicates: n.duplicates,
    slowCloses: n.slow,
    rejected: Object.fromEntries(rejected),
    closeCodes: Object.fromEntries(codes)
  }))
