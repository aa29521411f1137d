/**
 * Keeps figures: writes what the aggregator counted, once a minute what is over and every few seconds what is not, reads it back after a
 * start, and serves `Figures` from both.
 */
import { Clock, Effect, Layer } from "effect"
import { supervise } from "../actor/supervise.ts"
import type { RoomId } from "../domain/RoomId.ts"
import type { Position } from "../domain/Position.ts"
import { RoomLog } from "../log/RoomLog.ts"
import { History } from "../store/History.ts"
import type { HistoryUnavailable } from "../store/HistoryUnavailable.ts"
import { MessageStore } from "../store/MessageStore.ts"
import type { StoreUnavailable } from "../store/MessageStore.ts"
import { Analytics } from "./Analytics.ts"
import { Figures } from "./Figures.ts"
import { type Minute, minuteOf, MINUTE_MS } from "./Minute.ts"
import { NodeName } from "./NodeName.ts"
import { recoverRoom, roomEnds } from "./recovery.ts"
import { ANSWER_MS } from "./Responses.ts"
import { type Rollup, type RollupKey, TIER_MS } from "./Rollup.ts"
import { RollupLedger } from "./RollupLedger.ts"
import { RollupStore } from "./RollupStore.ts"
import { storedFigures } from "./StoredFigures.ts"
import { Tally } from "./Tally.ts"
import { NOTHING, type Totals, totalsKey, totalsOf, totalsRollup } from "./Totals.ts"
import { UserTally } from "./UserTally.ts"

export interface RollupsOptions {
  /** Days for which minutes, quarters of an hour and users' days are kept. */
  readonly minutesDays: number
  readonly quartersDays: number
  readonly usersDays: number
}

/** Milliseconds between two looks at the clock, writings of what is not over, and deletions of what is too old. */
const TICK_MS = 1000
const SKETCH_MS = 5000
const SWEEP_MS = 3_600_000
/** Milliseconds for which a user's minute is kept after it is in the user's day. */
const USER_MINUTES_MS = 3_600_000
/** Milliseconds a stop may take to write what is not over. */
const STOP_MS = 1000
const REMOVE = 5000

export const layer = (options: RollupsOptions) =>
  Layer.effect(
    Figures,
    Effect.gen(function* () {
      const node = yield* NodeName
      const log = yield* RoomLog
      const history = yield* History
      const messages = yield* MessageStore
      const store = yield* RollupStore
      const { aggregator, restored } = yield* Analytics
      const clock = yield* Clock.Clock
      const now = () => clock.currentTimeMillisUnsafe()
      const startedAt = now()
      const ledger = new RollupLedger(node, store)
      const epoch = log.tail("" as RoomId).epoch
      // before anyone is let in: what comes later is told live
      const ends = roomEnds(log)
      for (const { roomId } of ends) aggregator.responses.hold(roomId)

      let totals: Totals = { ...NOTHING, epoch }
      /** Minutes before this one are in the totals. */
      let through = minuteOf(startedAt)
      let recovered = false
      let tickedAt = startedAt
      let pending: ReadonlyArray<Minute> = []
      const keptFrom = (days: number) => Math.floor((now() - days * TIER_MS.d) / TIER_MS.q) * TIER_MS.q

      const putTotals = Effect.suspend(() => store.put([totalsRollup(node, through, totals)]))

      /** Reads where the last process got to, and what it had written of minutes that were not over. */
      const resume = Effect.gen(function* () {
        const [found] = yield* store.find([totalsKey(node)])
        if (found === undefined) {
          // from here on it is known where to go on after a crash
          yield* putTotals
          return ends.length > 0
        }
        totals = totalsOf(found)
        through = Math.min(found.through, minuteOf(startedAt))
        aggregator.reachBack(through)
        const range = { tier: "m", from: through - 15 * MINUTE_MS, to: Infinity, limit: 100_000 } as const
        const [all, rooms, users] = yield* Effect.all([
          store.range({ ...range, scope: "G", sketches: true }),
          store.range({ ...range, scope: "R", from: through, sketches: true }),
          store.range({ ...range, scope: "U", from: through, sketches: false })
        ])
        const own = (rollups: ReadonlyArray<Rollup>) => rollups.filter((rollup) => rollup.node === node)
        for (const { counts, sketches, start } of own(all)) {
          if (start < through) aggregator.recent.set(start, [Tally.of(counts, sketches)])
        }
        const starts = new Set([...own(all), ...own(rooms), ...own(users)].map(({ start }) => start))
        for (const start of starts) {
          if (start < through) continue
          const whole = own(all).find((rollup) => rollup.start === start)
          const at = (rollups: ReadonlyArray<Rollup>) => own(rollups).filter((rollup) => rollup.start === start)
          aggregator.restore(start, {
            all: whole === undefined ? undefined : Tally.of(whole.counts, whole.sketches),
            rooms: new Map(at(rooms).map(({ counts, id, sketches }) => [id, Tally.of(counts, sketches)])),
            users: new Map(at(users).map(({ counts, id }) => [id, UserTally.of(counts)]))
          })
        }
        return false
      })

      /** Rooms to look into: where the log began a new epoch, what was said in the one before is known to the store alone. */
      const rooms = Effect.gen(function* () {
        const since = through - ANSWER_MS
        const active = new Map<RoomId, Position>()
        for (const { at, end, roomId } of ends) if (at >= since) active.set(roomId, end)
        if (totals.epoch === 0 || totals.epoch === epoch) return active
        let after: RoomId | undefined
        do {
          const page: ReadonlyArray<RoomId> = yield* messages.rooms({ after, limit: 1000 })
          for (const roomId of page) if (!active.has(roomId)) active.set(roomId, { epoch, seq: 1 })
          after = page.at(-1)
        } while (after !== undefined)
        return active
      })

      /** Rooms that are still to be looked into; none are known before the last process's figures are. */
      let left: Map<RoomId, Position> | undefined
      /** Whether nothing was written by a process before; not known before the store has answered. */
      let unknown: boolean | undefined

      /** May be tried again where it failed: it goes on where it was. */
      const recover = Effect.gen(function* () {
        if (left === undefined) {
          unknown ??= yield* resume
          if (unknown) {
            yield* Effect.logWarning(
              "there are messages that no figures tell of; `hubbub analytics rebuild` counts them"
            )
          }
          const active = unknown ? new Map<RoomId, Position>() : yield* rooms
          // figures that do not reach back begin now
          for (const { roomId } of ends) if (!active.has(roomId)) aggregator.responses.resume(roomId)
          left = active
        }
        for (const [roomId, to] of left) {
          yield* recoverRoom(aggregator, history, roomId, { from: through, to })
          left.delete(roomId)
        }
        restored(totals)
        recovered = true
      })

      const keepMinutesFrom = () => keptFrom(options.minutesDays)

      /** Adds minutes that are over to what is written, and writes it; then the totals, which say that it was. */
      const settle = Effect.gen(function* () {
        const over = pending
        if (over.length > 0) {
          yield* ledger.add(over, keepMinutesFrom())
          let { bot, chat, system } = totals
          for (const { all, late, start } of over) {
            if (start < through && !late) continue
            chat += all.n.chat
            system += all.n.system
            bot += all.n.bot
          }
          totals = { chat, system, bot, epoch }
          const last = over.at(-1)!
          through = Math.max(through, last.start + MINUTE_MS)
          pending = pending.slice(over.length)
        }
        yield* ledger.write
        if (over.length > 0) yield* putTotals
      })

      /** What was written last of each minute that is not over. */
      let sketched = new Map<string, string>()
      /** Writes the minutes that are not over as they are, so that little of what was seen is lost with the process. */
      const sketch = Effect.suspend(() => {
        const rollups: Array<Rollup> = []
        const next = new Map<string, string>()
        const put = (key: RollupKey, tally: Tally | UserTally) => {
          const counts = tally.counts()
          const sketches = tally instanceof Tally ? tally.sketches() : ""
          const name = `${key.scope}${key.start}/${key.id}`
          const text = counts + sketches
          next.set(name, text)
          if (sketched.get(name) !== text) rollups.push({ ...key, through: 0, counts, sketches })
        }
        for (const { all, late, rooms, start, users } of aggregator.open()) {
          if (late) continue
          const key = { tier: "m", start, node } as const
          if (!all.empty) put({ ...key, scope: "G", id: "" }, all)
          for (const [id, room] of rooms) put({ ...key, scope: "R", id }, room)
          for (const [id, user] of users) put({ ...key, scope: "U", id }, user)
        }
        if (rollups.length === 0) return Effect.void
        return Effect.andThen(
          store.put(rollups),
          Effect.sync(() => {
            sketched = next
          })
        )
      })

      const sweep = Effect.gen(function* () {
        const old = [
          { scope: "G", tier: "m", before: keepMinutesFrom() },
          { scope: "R", tier: "m", before: keepMinutesFrom() },
          { scope: "U", tier: "m", before: now() - USER_MINUTES_MS },
          { scope: "G", tier: "q", before: keptFrom(options.quartersDays) },
          { scope: "R", tier: "q", before: keptFrom(options.quartersDays) },
          { scope: "U", tier: "d", before: Math.floor(keptFrom(options.usersDays) / TIER_MS.d) * TIER_MS.d }
        ] as const
        for (const { before, scope, tier } of old) {
          while ((yield* store.remove({ scope, tier, before, limit: REMOVE })) === REMOVE) yield* Effect.yieldNow
        }
      })

      let away = false
      /** A store that is away is said once, and nothing is lost by it but time. */
      const patiently = (work: Effect.Effect<void, StoreUnavailable | HistoryUnavailable>) =>
        work.pipe(
          Effect.matchEffect({
            onSuccess: () => {
              away = false
              return Effect.void
            },
            onFailure: ({ reason }) => {
              if (away) return Effect.void
              away = true
              return Effect.logWarning("figures wait for their store", { reason })
            }
          })
        )

      yield* patiently(recover).pipe(
        Effect.andThen(Effect.sleep(TICK_MS)),
        Effect.repeat({ while: () => !recovered }),
        Effect.andThen(Effect.never),
        supervise("figures recovery")
      )
      let nextSketch = startedAt + SKETCH_MS
      let nextSweep = startedAt + SWEEP_MS
      const tick = Effect.suspend(() => {
        const at = now()
        if (!recovered) return Effect.void
        pending = [...pending, ...aggregator.closed(at)]
        tickedAt = at
        const due: Array<Effect.Effect<void, StoreUnavailable>> = [settle]
        if (at >= nextSketch) {
          nextSketch = at + SKETCH_MS
          due.push(sketch)
        }
        if (at >= nextSweep) {
          nextSweep = at + SWEEP_MS
          due.push(sweep)
        }
        return patiently(Effect.all(due, { discard: true }))
      })
      yield* Effect.addFinalizer(() =>
        Effect.suspend(() => (recovered ? Effect.andThen(settle, sketch) : Effect.void)).pipe(
          Effect.timeout(STOP_MS),
          Effect.catchCause((cause) => Effect.logWarning("the last figures were not written", cause))
        )
      )
      yield* tick.pipe(
        Effect.andThen(Effect.sleep(TICK_MS)),
        Effect.forever({ disableYield: true }),
        supervise("figures")
      )

      return Figures.of(
        storedFigures({
          store,
          ledger,
          aggregator,
          pending: () => pending,
          now,
          kept: () => ({
            computedAt: recovered ? tickedAt : Math.min(through, tickedAt),
            minutesFrom: keepMinutesFrom(),
            quartersFrom: keptFrom(options.quartersDays),
            usersFrom: keptFrom(options.usersDays)
          })
        })
      )
    })
  )
