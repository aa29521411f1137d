/**
 * Writes records behind what is decided: what is to be kept is noted at once, and given to the store until it takes it. Of several
 * values for one record only the last is sure to be written, so that none can come after a later one.
 */
import { Cause, Clock, Context, Deferred, Effect, Layer } from "effect"
import { Signal } from "../actor/Signal.ts"
import { supervise } from "../actor/supervise.ts"
import { StoreUnavailable } from "../store/MessageStore.ts"
import { type RecordConflict, type RecordDraft, RecordStore, type RecordTooLarge } from "../store/RecordStore.ts"

/** A record as it is to be; without `value`, gone. */
export interface Line extends Pick<RecordDraft, "pk" | "sk"> {
  readonly value?: string
  readonly expiresAt?: number | undefined
}

interface Waiting {
  readonly line: Line
  /** Those who wait for it: of values that this one replaced, too. */
  readonly written: ReadonlyArray<Deferred.Deferred<void>>
}

/** Records that are written at the same time. */
const AT_ONCE = 8
/** Milliseconds one call may take. */
const ANSWER_MS = 10_000
/** Milliseconds who wants something written waits for it at most. */
const PATIENCE_MS = 2000
/** Milliseconds between two tries, at first and at most. */
const RETRY_MS = { first: 100, most: 5000 } as const
/** Milliseconds a stop waits for what is not written yet. */
const STOP_MS = 1000

const SET_ASIDE = "a record of moderation could not be written and is set aside"

type Failure = StoreUnavailable | RecordConflict | RecordTooLarge

const keyOf = ({ pk, sk }: Line) => JSON.stringify([pk, sk])

export class Ledger extends Context.Service<
  Ledger,
  {
    /**
     * Notes a record to be written, at once, and answers an effect that ends once it is; or after two seconds, or while the store fails,
     * when it is tried until the store takes it.
     */
    write(line: Line): Effect.Effect<void>
    /** How many records the store does not have yet. */
    waiting(): number
  }
>()("hubbub/moderation/Ledger") {
  /** Needs RecordStore and Supervisor. */
  static readonly layer = Layer.effect(
    Ledger,
    Effect.gen(function* () {
      const records = yield* RecordStore
      const lines = new Map<string, Waiting>()
      const work = new Signal()
      /** When the store failed first, in milliseconds since 1970, if it did not take everything since. */
      let awaySince: number | undefined
      let pause: number = RETRY_MS.first

      const told = ({ written }: Waiting) => {
        for (const waiter of written) Deferred.doneUnsafe(waiter, Effect.void)
      }

      const put = ({ expiresAt, pk, sk, value }: Line): Effect.Effect<unknown, Failure> =>
        value === undefined ? records.remove(pk, sk) : records.put({ pk, sk, value, expiresAt })

      /** Why the store does not have it yet, if it ever will. */
      const attempt = (key: string, waiting: Waiting): Effect.Effect<StoreUnavailable | undefined> =>
        put(waiting.line).pipe(
          Effect.timeoutOrElse({
            duration: ANSWER_MS,
            orElse: () => Effect.fail(new StoreUnavailable({ reason: `no answer in ${ANSWER_MS} ms` }))
          }),
          Effect.as(undefined),
          Effect.catchTag("StoreUnavailable", (failure) => Effect.succeed(failure)),
          Effect.catchCause((cause) =>
            Cause.hasInterruptsOnly(cause)
              ? Effect.interrupt
              : Effect.as(Effect.logError(SET_ASIDE, { pk: waiting.line.pk }, cause), undefined)
          ),
          Effect.tap((failure) =>
            Effect.sync(() => {
              told(waiting)
              if (failure === undefined && lines.get(key) === waiting) lines.delete(key)
            })
          )
        )

      const round = Effect.gen(function* () {
        const outcomes = yield* Effect.forEach([...lines], ([key, waiting]) => attempt(key, waiting), {
          concurrency: AT_ONCE
        })
        return outcomes.find((failure) => failure !== undefined)
      })

      const failed = Effect.fnUntraced(function* ({ reason }: StoreUnavailable) {
        if (awaySince === undefined) {
          awaySince = yield* Clock.currentTimeMillis
          yield* Effect.logError("orders of moderators cannot be kept at present; they hold, and are tried again", {
            why: reason,
            records: lines.size
          })
        }
        // nobody waits for a store that is away
        lines.forEach(told)
        yield* Effect.sleep(pause)
        pause = Math.min(RETRY_MS.most, pause * 2)
      })

      const recovered = Effect.fnUntraced(function* (since: number) {
        awaySince = undefined
        pause = RETRY_MS.first
        const ms = (yield* Clock.currentTimeMillis) - since
        yield* Effect.logInfo("orders of moderators are kept again", { ms })
      })

      const turn = Effect.gen(function* () {
        yield* work.wait
        const failure = yield* round
        if (failure !== undefined) yield* failed(failure)
        else {
          if (lines.size === 0) work.lower()
          if (awaySince !== undefined) yield* recovered(awaySince)
        }
      })

      yield* Effect.addFinalizer(() =>
        Effect.suspend(() => (lines.size === 0 ? Effect.void : Effect.asVoid(Effect.timeout(round, STOP_MS)))).pipe(
          Effect.ignore,
          Effect.andThen(
            Effect.suspend(() =>
              lines.size === 0
                ? Effect.void
                : Effect.logError("records of moderation are lost with this process", { records: lines.size })
            )
          )
        )
      )
      yield* turn.pipe(Effect.forever({ disableYield: true }), supervise("records of moderation"))

      return Ledger.of({
        write: (line) => {
          const key = keyOf(line)
          const written = Deferred.makeUnsafe<void>()
          lines.set(key, { line, written: [...(lines.get(key)?.written ?? []), written] })
          work.raise()
          if (awaySince !== undefined) return Effect.void
          return Deferred.await(written).pipe(Effect.timeoutOption(PATIENCE_MS), Effect.asVoid)
        },
        waiting: () => lines.size
      })
    })
  )
}
