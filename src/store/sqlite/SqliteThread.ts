/** A thread that runs SQLite, seen from the server: requests by id, bounded in number and time, and a new thread for one that died. */
import { Data, Deferred, Effect, Semaphore } from "effect"
import { Worker } from "node:worker_threads"
import { supervise } from "../../actor/supervise.ts"
import { EntriesRefused, StoreUnavailable } from "../MessageStore.ts"
import type { SqliteFileOptions } from "./sqliteFile.ts"
import type { Answered, Asked, FromSqlite, SqliteKind, SqliteRequest, ToSqlite } from "./SqliteRequest.ts"
import { SqliteUnusable } from "./SqliteUnusable.ts"

export interface SqliteThreadOptions extends SqliteFileOptions {
  /** What the thread is for, as it is logged. */
  readonly name: string
  /** Requests the thread has at a time; others wait. */
  readonly inFlight: number
  /** How long a caller waits, for its turn and its answer together. */
  readonly timeoutMs: number
  /** Messages that wait to be indexed before this thread does it; without it, that is for another one. */
  readonly indexAfter?: number
}

type Answer = Deferred.Deferred<Answered<SqliteKind>, StoreUnavailable | EntriesRefused>

export interface SqliteThread {
  /** Answers what was asked for. Only what puts something is refused. */
  ask<K extends SqliteKind>(kind: K, asked: Asked<K>): Effect.Effect<Answered<K>, StoreUnavailable | EntriesRefused>
}

/** Asks what is never refused, or only because of a mistake in this program. */
export const askSurely = <K extends SqliteKind>(thread: SqliteThread, kind: K, asked: Asked<K>) =>
  Effect.catchTag(thread.ask(kind, asked), "EntriesRefused", Effect.die)

/** The thread ended by itself; it is started again. */
class ThreadEnded extends Data.TaggedError("ThreadEnded")<{ readonly reason: string }> {
  override get message() {
    return this.reason
  }
}

/** Longest time a stop waits for the thread to finish and to move the write-ahead log into the file. */
const CLOSE_MS = 5000

/** From source the thread runs the source; from a bundle, the worker that was bundled beside it. */
const workerFile = new URL(import.meta.url.endsWith(".ts") ? "./sqliteWorker.ts" : "./sqliteWorker.js", import.meta.url)

const tell = (worker: Worker, message: ToSqlite) => worker.postMessage(message, [])

/** Starts the thread and waits until it has opened the file. It lives until the scope closes; then it finishes what it has. */
export const sqliteThread = Effect.fnUntraced(function* (options: SqliteThreadOptions) {
  const { busyMs, file, flush, inFlight, indexAfter, migrations, name, timeoutMs } = options
  const slots = yield* Semaphore.make(inFlight)
  const run = Effect.runSyncWith(yield* Effect.context())
  const pending = new Map<number, Answer>()
  let lastId = 0
  let open: Worker | undefined

  const settle = (id: number, answer: Effect.Effect<Answered<SqliteKind>, StoreUnavailable | EntriesRefused>) => {
    const waiting = pending.get(id)
    if (waiting === undefined) return
    pending.delete(id)
    Deferred.doneUnsafe(waiting, answer)
    run(slots.release(1))
  }

  const start = () => {
    const opened = Deferred.makeUnsafe<void, SqliteUnusable | ThreadEnded>()
    const ended = Deferred.makeUnsafe<never, ThreadEnded>()
    let reason = ""
    const worker = new Worker(workerFile, { name, workerData: { file, busyMs, flush, migrations, indexAfter } })
    worker.on("message", (message: FromSqlite) => {
      if ("opened" in message) Deferred.doneUnsafe(opened, Effect.void)
      else if ("unusable" in message) {
        Deferred.doneUnsafe(opened, Effect.fail(new SqliteUnusable({ problem: message.unusable })))
      } else if ("answer" in message) settle(message.id, Effect.succeed(message.answer))
      else {
        const { failure, id, reason } = message
        settle(
          id,
          Effect.fail(failure === "refused" ? new EntriesRefused({ reason }) : new StoreUnavailable({ reason }))
        )
      }
    })
    worker.on("error", (error) => {
      reason = `: ${String(error)}`
    })
    worker.on("exit", (code) => {
      const end = new ThreadEnded({ reason: `the ${name} thread ended with code ${code}${reason}` })
      open = undefined
      for (const id of Array.from(pending.keys())) settle(id, Effect.fail(new StoreUnavailable({ reason: end.reason })))
      Deferred.doneUnsafe(opened, Effect.fail(end))
      Deferred.doneUnsafe(ended, Effect.fail(end))
    })
    return { worker, opened: Deferred.await(opened), ended: Deferred.await(ended) }
  }

  /** Requests are answered in order, so `close` comes after whatever is in flight. */
  const stop = ({ ended, worker }: ReturnType<typeof start>) =>
    Effect.suspend(() => {
      open = undefined
      tell(worker, "close")
      return ended
    }).pipe(
      Effect.timeoutOrElse({ duration: CLOSE_MS, orElse: () => Effect.promise(() => worker.terminate()) }),
      Effect.ignore
    )

  const first = yield* Deferred.make<void, SqliteUnusable>()

  const life = Effect.scoped(
    Effect.gen(function* () {
      const { ended, opened, worker } = yield* Effect.acquireRelease(Effect.sync(start), stop)
      yield* opened
      open = worker
      yield* Deferred.succeed(first, undefined)
      return yield* ended
    })
  )

  // Before the first opening a failure is the caller's, and trying again would only repeat it; after it, the supervisor's.
  yield* life.pipe(
    Effect.catch((error) =>
      Effect.flatMap(Deferred.fail(first, new SqliteUnusable({ problem: error.message })), (wasFirst) =>
        wasFirst ? Effect.never : Effect.fail(error)
      )
    ),
    supervise(name)
  )
  yield* Deferred.await(first)

  const ask = <K extends SqliteKind>(kind: K, asked: Asked<K>) =>
    // a caller that goes away leaves its slot taken until the thread has answered, so that the thread never has more than `inFlight`
    Effect.uninterruptibleMask((restore) =>
      Effect.andThen(
        restore(slots.take(1)),
        Effect.suspend(() => {
          const worker = open
          if (worker === undefined) {
            const closed = new StoreUnavailable({ reason: `the ${name} thread is not running` })
            return Effect.andThen(slots.release(1), Effect.fail(closed))
          }
          const answer: Answer = Deferred.makeUnsafe()
          const id = ++lastId
          pending.set(id, answer)
          // the three belong together, as the types of `ask` say
          tell(worker, { id, kind, asked } as SqliteRequest)
          return restore(Deferred.await(answer) as Effect.Effect<Answered<K>, StoreUnavailable | EntriesRefused>)
        })
      )
    ).pipe(
      Effect.timeoutOrElse({
        duration: timeoutMs,
        orElse: () =>
          Effect.fail(new StoreUnavailable({ reason: `the ${name} thread did not answer in ${timeoutMs} ms` }))
      })
    )

  const thread: SqliteThread = { ask }
  return thread
})
