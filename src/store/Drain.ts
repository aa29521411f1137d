/**
 * Moves what the journal has to the store: in order, in batches, as often as it takes, each entry once. An entry that the store will never
 * take is set aside in a file so that the rest can go on; the journal keeps everything until the store has it.
 */
import { appendFile } from "node:fs/promises"
import { Clock, Context, Effect, Layer, Random } from "effect"
import { FaultPoint } from "../actor/FaultPoint.ts"
import { supervise } from "../actor/supervise.ts"
import type { Entry } from "../log/Entry.ts"
import type { JournalRecord } from "../log/journal/Journal.ts"
import { OpenJournal } from "../log/OpenJournal.ts"
import { type EntriesRefused, StoreUnavailable } from "./MessageStore.ts"
import { type StoreState, Vigil } from "./Vigil.ts"

export interface DrainOptions {
  /** Milliseconds an entry waits for company. */
  readonly lingerMs: number
  /** Entries that do not wait any longer. */
  readonly lingerCount: number
  /** Milliseconds a stop may take to hand over what is left. */
  readonly stopMs: number
  /** File that entries go to which the store refuses for what they are; a JSON object a line. */
  readonly deadLetters: string
}

export interface DrainStatus {
  readonly store: StoreState
  /** Whether everything is as it should be: the store answers, and nothing has waited for long. */
  readonly healthy: boolean
  /** Why not, for operators. */
  readonly why: string | undefined
  /** Bytes that wait in the journal, and which share of the most that may. */
  readonly backlogBytes: number
  readonly backlogShare: number
  /** Milliseconds the oldest of them has waited. */
  readonly oldestMs: number
  /** Entries taken by the store, and set aside, by this process. */
  readonly drained: number
  readonly deadLetters: number
}

/** Bytes read from the journal at a time. */
const READ_BYTES = 4_194_304
/** Milliseconds of back-off after a first failure, and at most; each wait is drawn from the whole of it. */
const BACKOFF_MS = { first: 100, most: 5000 } as const
/** Milliseconds an entry may wait before the server calls itself degraded. */
const LATE_MS = 60_000
/** Milliseconds after a start for which a backlog is left alone. */
const START_MS = 1000
/** Milliseconds between two looks while waiting for company. */
const LOOK_MS = 5
/** Share of the backlog's cap at which the log warns. */
const WARN_SHARE = 0.8

/** What stores keep of a record. */
const entryOf = (record: JournalRecord): Entry => {
  if (record.change === undefined) return record
  const { change: _, ...entry } = record
  return entry
}

export class Drain extends Context.Service<Drain, { status(): DrainStatus }>()("hubbub/store/Drain") {
  static readonly layer = (options: DrainOptions) =>
    Layer.effect(
      Drain,
      Effect.gen(function* () {
        const { appended, advanced, grown, journal } = yield* OpenJournal
        const vigil = yield* Vigil
        const store = vigil.guarded
        const fault = yield* FaultPoint
        const clock = yield* Clock.Clock
        let drained = 0
        let deadLetters = 0
        let waiting: number = BACKOFF_MS.first
        let warned = false

        /** Writes down what the store will never take; fails like the store, so that nothing is passed over before it is safe. */
        const setAside = (entry: Entry, { reason }: EntriesRefused) =>
          Effect.tryPromise({
            try: () => appendFile(options.deadLetters, `${JSON.stringify({ reason, ...entry })}\n`, { mode: 0o600 }),
            catch: (cause) =>
              new StoreUnavailable({ reason: `${options.deadLetters} cannot be written: ${String(cause)}` })
          }).pipe(
            Effect.andThen(() => {
              deadLetters++
              const { epoch, messageId, roomId, seq } = entry
              return Effect.logError("the store refused a message for good; it was set aside", {
                reason,
                roomId,
                epoch,
                seq,
                messageId,
                file: options.deadLetters
              })
            })
          )

        /** Has the store take a batch; where it refuses, the entries to blame are found by halving. */
        const put = (entries: ReadonlyArray<Entry>): Effect.Effect<void, StoreUnavailable> =>
          store.put(entries).pipe(
            Effect.catchTag("EntriesRefused", (refused) => {
              if (entries.length === 1) return setAside(entries[0]!, refused)
              const middle = entries.length >> 1
              return Effect.andThen(put(entries.slice(0, middle)), put(entries.slice(middle)))
            })
          )

        const warn = Effect.suspend(() => {
          const full = journal.backlogShare >= WARN_SHARE
          if (full === warned) return Effect.void
          warned = full
          const backlogBytes = journal.backlog
          return full
            ? Effect.logWarning("the journal's backlog is nearly full; soon messages will be refused", { backlogBytes })
            : Effect.logInfo("the journal's backlog has shrunk", { backlogBytes })
        })

        /** Entries that had been appended when the last batch was read, and whether it left more behind. */
        let seen = 0
        let more = journal.lsn > journal.drained

        /** Moves one batch from the journal to the store. */
        const pass = Effect.gen(function* () {
          const before = appended()
          const { next, records } = yield* journal.tail(journal.drained, store.batch, READ_BYTES)
          more = next < journal.lsn
          if (next === journal.drained) return
          if (records.length > 0) yield* put(records.map(entryOf))
          yield* fault("drain/stored")
          yield* journal.drain(next, records)
          seen = before
          drained += records.length
          advanced()
        })

        /** Waits for company, so that calls to the store are few. */
        const linger = Effect.gen(function* () {
          const since = yield* Clock.monotonicTimeNanos
          while (appended() - seen < options.lingerCount) {
            const waited = Number((yield* Clock.monotonicTimeNanos) - since) / 1e6
            if (waited >= options.lingerMs) break
            yield* Effect.sleep(Math.min(LOOK_MS, options.lingerMs - waited))
          }
        })

        const round = Effect.gen(function* () {
          yield* grown.wait
          grown.lower()
          if (!more) yield* linger
          yield* warn
          yield* pass
          waiting = BACKOFF_MS.first
          if (journal.lsn > journal.drained) grown.raise()
        }).pipe(
          Effect.catchTag("StoreUnavailable", () =>
            Effect.gen(function* () {
              grown.raise()
              yield* warn
              yield* Effect.sleep(yield* Random.nextIntBetween(1, waiting))
              waiting = Math.min(BACKOFF_MS.most, waiting * 2)
            })
          ),
          // a crash must not wait for the next message
          Effect.onError(() => Effect.sync(() => grown.raise()))
        )

        /** On a stop the rest is handed over, if the store takes it soon; else it waits in the journal for the next start. */
        yield* Effect.addFinalizer(() =>
          vigil.state() === "ok"
            ? Effect.repeat(pass, { while: () => more }).pipe(Effect.timeout(options.stopMs), Effect.ignore)
            : Effect.void
        )
        // what is left from before can wait until the server listens
        const behind = journal.lsn > journal.drained
        yield* Effect.sleep(behind ? START_MS : 0).pipe(
          Effect.andThen(Effect.forever(round, { disableYield: true })),
          supervise("drain")
        )

        return Drain.of({
          status: () => {
            const oldest = journal.oldestUndrained
            const oldestMs = oldest === undefined ? 0 : Math.max(0, clock.currentTimeMillisUnsafe() - oldest)
            const state = vigil.state()
            const why =
              vigil.why() ??
              (journal.backlogShare >= WARN_SHARE
                ? "the backlog is nearly full"
                : oldestMs > LATE_MS
                  ? "messages wait for the store for over a minute"
                  : undefined)
            return {
              store: state,
              healthy: state === "ok" && why === undefined,
              why,
              backlogBytes: journal.backlog,
              backlogShare: journal.backlogShare,
              oldestMs,
              drained,
              deadLetters
            }
          }
        })
      })
    )
}
