/** Fills what a server keeps with a made-up history that ends now, so that a server started on it has a past and figures of it. */
import { Clock, Data, Effect, Schedule } from "effect"
import { NodeName } from "../analytics/NodeName.ts"
import { minuteOf } from "../analytics/Minute.ts"
import { TIER_MS } from "../store/Rollup.ts"
import { RollupStore } from "../store/RollupStore.ts"
import type { RoomId } from "../domain/RoomId.ts"
import { type LogUnavailable, RoomLog } from "../log/RoomLog.ts"
import { MessageStore, type StoreUnavailable } from "../store/MessageStore.ts"
import { Storage } from "../store/Storage.ts"
import { demoHistory } from "./Demo.ts"
import type { DemoMessage } from "./DemoEvent.ts"
import { draftOf, type Fed, feed } from "./feed.ts"
import type { StandingClock } from "./StandingClock.ts"

/** Bytes the store may be behind before the next messages wait for it. */
const BEHIND = 16_777_216
/** Milliseconds between two looks at it. */
const LOOK_MS = 10

/** There is something already, which a made-up history may not be mixed with. */
export class NotEmpty extends Data.TaggedError("NotEmpty")<{ readonly what: "messages" | "figures" }> {}

export interface LoadOptions {
  readonly users: number
  readonly days: number
  readonly seed: number
  /** Days for which minutes are kept. */
  readonly minutesDays: number
  /** What the log tells the time by. */
  readonly clock: StandingClock
  /** Told after each day up to when everything is kept and counted: which share of the history that is, 0 to 1, and its last moment. */
  readonly progress?: (share: number, through: number) => void
}

export interface Loaded extends Fed {
  /** Milliseconds since 1970. */
  readonly from: number
  readonly to: number
}

/**
 * Messages go through the log, each at its own time; the drain hands them to the store. Wherever it ends, a server can go on from there:
 * what was kept but not counted is counted at its start.
 */
export const load = Effect.fnUntraced(function* (
  options: LoadOptions
): Effect.fn.Return<
  Loaded,
  NotEmpty | LogUnavailable | StoreUnavailable,
  RoomLog | MessageStore | RollupStore | NodeName | Storage
> {
  const { clock, days, minutesDays, progress = () => {}, seed, users } = options
  const log = yield* RoomLog
  const storage = yield* Storage
  const rollups = yield* RollupStore
  const store = yield* MessageStore
  const node = yield* NodeName

  const { epoch, owesOlder } = log.tail("" as RoomId)
  const [logged] = log.rooms()
  const [stored] = yield* store.rooms({ limit: 1 })
  if (logged !== undefined || stored !== undefined || owesOlder) return yield* new NotEmpty({ what: "messages" })
  const all = { scope: "G", tier: "q", from: 0, to: Infinity, sketches: false, limit: 1 } as const
  if ((yield* rollups.range(all)).length > 0) return yield* new NotEmpty({ what: "figures" })

  const now = yield* Clock.currentTimeMillis
  // whole minutes, so that the next server's first one is its own
  const to = minuteOf(now)
  const from = to - days * TIER_MS.d

  const behind = () => storage.status()?.backlogBytes ?? 0
  const append = (message: DemoMessage) =>
    Effect.suspend(() => {
      clock.set(message.at)
      return log.append([draftOf(message)])
    }).pipe(
      Effect.retry({
        while: ({ reason }) => reason === "overloaded" && behind() > 0,
        schedule: Schedule.spaced(LOOK_MS)
      })
    )
  const keep = Effect.fnUntraced(function* (messages: ReadonlyArray<DemoMessage>) {
    yield* Effect.forEach(messages, append, { discard: true }).pipe(
      Effect.ensuring(Effect.sync(() => clock.set(undefined)))
    )
    while (behind() > BEHIND) yield* Effect.sleep(LOOK_MS)
  })
  const fed = yield* feed(demoHistory({ users, days, seed, endAt: to }), {
    keep,
    rollups,
    node,
    epoch,
    keepMinutesFrom: Math.floor((now - minutesDays * TIER_MS.d) / TIER_MS.q) * TIER_MS.q,
    endAt: to,
    progress: (through) => progress(to > from ? Math.min(1, Math.max(0, (through - from) / (to - from))) : 1, through)
  })
  return { ...fed, from, to }
})
