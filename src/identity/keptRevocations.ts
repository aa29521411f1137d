/** Keeps revocations beside the messages, for as long as they are of use. */
import { Clock, Effect, Layer, Schedule } from "effect"
import { supervise } from "../actor/supervise.ts"
import { RecordStore } from "../store/RecordStore.ts"
import { type Revocation, RevocationKeeper } from "./Revocations.ts"

const PARTITION = "revocations"
const PAGE = 1000
const SWEEP_MS = 3_600_000

/** A store that is away for a moment is waited for: what was revoked must not be taken again because of it. */
const patience = { schedule: Schedule.exponential("100 millis"), times: 6 }

const keyOf = ({ tokenId, userId }: Revocation) => JSON.stringify([userId ?? null, tokenId ?? null])

/** Needs a RecordStore. */
export const layer = Layer.effect(
  RevocationKeeper,
  Effect.gen(function* () {
    const records = yield* RecordStore

    const kept = Effect.gen(function* () {
      const found: Array<Revocation> = []
      let after: string | undefined
      do {
        const page: ReadonlyArray<{ readonly sk: string; readonly value: string }> = yield* records.list({
          pk: PARTITION,
          after,
          limit: PAGE
        })
        for (const { value } of page) found.push(JSON.parse(value) as Revocation)
        after = page.length < PAGE ? undefined : page.at(-1)?.sk
      } while (after !== undefined)
      return found
    }).pipe(
      Effect.retry(patience),
      Effect.catch(({ message }) =>
        Effect.as(
          Effect.logError("revocations could not be read; tokens that were revoked are taken", { why: message }),
          []
        )
      )
    )

    const keep = (revocation: Revocation) =>
      records
        .put({
          pk: PARTITION,
          sk: keyOf(revocation),
          value: JSON.stringify(revocation),
          expiresAt: Math.ceil(revocation.until)
        })
        .pipe(
          Effect.retry(patience),
          Effect.catch(({ message }) =>
            Effect.logError("a revocation could not be kept and ends with this process", { why: message })
          ),
          Effect.asVoid
        )

    const sweep = Effect.gen(function* () {
      const before = yield* Clock.currentTimeMillis
      while ((yield* records.sweep(before, PAGE)) === PAGE) yield* Effect.yieldNow
    }).pipe(Effect.catch(({ reason }) => Effect.logWarning("expired records could not be deleted", { reason })))
    yield* Effect.sleep(SWEEP_MS).pipe(
      Effect.andThen(sweep),
      Effect.forever({ disableYield: true }),
      supervise("expired records")
    )

    return { kept, keep }
  })
)
