/**
 * Keeps figures: writes what the aggregator counted, once a minute what is over and every few seconds what is not, reads it back after a
 * start, and serves `Figures` from both.
 */
import { Cause, Clock, Effect, Layer } from "effect"
import { supervise } from "../actor/supervise.ts"
import { Supervisor } from "../actor/Supervisor.ts"
import type { RoomId } from "../domain/RoomId.ts"
import type { Position } from "../domain/Position.ts"
import { RoomLog } from "../log/RoomLog.ts"
import { History } from "../store/History.ts"
import { HistoryUnavailable } from "../store/HistoryUnavailable.ts"
import { MessageStore, type StoreUnavailable } from "../store/MessageStore.ts"
import { Analytics } from "./Analytics.ts"
import { Figures } from "./Figures.ts"
import { type Minute, minuteOf, MINUTE_MS } from "./Minute.ts"
import { NodeName } from "./NodeName.ts"
import { logUnreadable } from "./logUnreadable.ts"
import { readOpen, writeOpen } from "./openMinutes.ts"
import { recoverRoom, roomEnds } from "./recovery.ts"
import { ANSWER_MS } from "./Responses.ts"
import { TIER_MS } from "../store/Rollup.ts"
import { RollupLedger } from "./RollupLedger.ts"
import { RollupStore } from "../store/RollupStore.ts"
import { storedFigures } from "./StoredFigures.ts"
import { NOTHING, type Totals, totalsKey, totalsOf, totalsRollup } from "./Totals.ts"

export interface RollupsOptions {
  /** Days for which minutes, quarters of an hour and users' days are kept. */
  readonly minutesDays: number
  readonly quartersDays: number
  readonly usersDays: number
}

/** Milliseconds between two looks at the clock. */
const TICK_MS = 1000
/** Looks at the clock between two writings of what is not over, and two deletions of what is too old. */
const OPEN_TICKS = 5
const SWEEP_TICKS = 3600
/** Milliseconds that live figures reach back. */
const LIVE_MS = 15 * MINUTE_MS
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
      const supervisor = yield* Supervisor
      const clock = yield* Clock.Clock
      const now = () => clock.currentTimeMillisUnsafe()
      const startedAt = now()
      const ledger = new RollupLedger(node, store)
      const { epoch } = log.tail("" as RoomId)
      // before anyone is let in: what comes later is told live
      let ends = roomEnds(log)
      aggregator.responses.hold()

      let totals: Totals = { ...NOTHING, epoch }
      /** Minutes before this one are in the totals. */
      let through = minuteOf(startedAt)
      /** Whether the totals are not in the store as they are here. */
      let unsaved = false
      let recovered = false
      let tickedAt = startedAt
      /** Over, but not in the ledger. */
      let pending: ReadonlyArray<Minute> = []
      const keptFrom = (days: number) => Math.floor((now() - days * TIER_MS.d) / TIER_MS.q) * TIER_MS.q
      const keepMinutesFrom = () => keptFrom(options.minutesDays)

      const putTotals = Effect.suspend(() => store.put([totalsRollup(node, through, totals)]))

      /** Reads where the last process got to, and what it had written of minutes that were not over. */
      const resume = Effect.gen(function* () {
        const [found] = yield* store.find([totalsKey(node)])
        const before = found === undefined ? undefined : totalsOf(found)
        if (found !== undefined && before === undefined) yield* logUnreadable([found])
        if (found === undefined || before === undefined) {
          // from here on it is known where to go on after a crash
          yield* putTotals
          if (ends.length === 0) return
          yield* Effect.logWarning("there are messages that no figures tell of; `hubbub analytics rebuild` counts them")
          return
        }
        const from = found.through - LIVE_MS
        const written = yield* readOpen(store, node, { from, through: found.through })
        totals = before
        // where a clock was set back, what it says meanwhile comes late
        through = found.through
        aggregator.goOn(through)
        for (const [start, minute] of written) {
          if (start >= through) aggregator.restore(start, minute)
          else if (minute.all !== undefined) {
            aggregator.recent.set(start, [minute.all, ...(aggregator.recent.get(start) ?? [])])
          }
        }
      })

      /** Rooms to look into: where the log began a new epoch, what was said in the one before is known to the store alone. */
      const rooms = Effect.gen(function* () {
        const since = through - ANSWER_MS
        const active = new Map<RoomId, Position>()
        for (const { at, end, roomId } of ends) if (at >= since) active.set(roomId, end)
        if (totals.epoch === 0 || totals.epoch === epoch) return active
        if (log.tail("" as RoomId).owesOlder) {
          return yield* new HistoryUnavailable({ reason: "history is catching up with the log", retryAfterMs: TICK_MS })
        }
        let after: RoomId | undefined
        do {
          const page: ReadonlyArray<RoomId> = yield* messages.rooms({ after, limit: 1000 })
          for (const roomId of page) if (!active.has(roomId)) active.set(roomId, { epoch, seq: 1 })
          after = page.at(-1)
        } while (after !== undefined)
        return active
      })

      /** Whether the last process's figures are known. */
      let resumed = false
      /** Rooms that are still to be looked into; none are known before. */
      let left: Map<RoomId, Position> | undefined

      /** The latest moment of what was counted again. */
      let reach = startedAt

      /** May be tried again where it failed: it goes on where it was. */
      const recover = Effect.gen(function* () {
        if (!resumed) yield* resume
        resumed = true
        left ??= yield* rooms
        ends = []
        for (const [roomId, to] of left) {
          const since = { from: through, epoch: totals.epoch === 0 ? epoch : totals.epoch }
          reach = Math.max(reach, yield* recoverRoom(aggregator, history, roomId, { ...since, to }))
          left.delete(roomId)
        }
        aggregator.responses.resumeAll()
        restored(totals)
        recovered = true
      })

      /** A minute is in the ledger: from now on the totals say so, too. */
      const added = (minute: Minute) => {
        const { n } = minute.all
        through = Math.max(through, minute.start + MINUTE_MS)
        totals = {
          chat: totals.chat + n.chat,
          system: totals.system + n.system,
          bot: totals.bot + n.bot,
          // until then what was said in an earlier epoch is counted again after a crash
          epoch: through > reach ? epoch : totals.epoch
        }
        unsaved = true
        pending = pending.filter((one) => one !== minute)
      }

      /** Adds minutes that are over to what is written, and writes it; then the totals, which say that it was. */
      const settle = Effect.suspend(() => {
        // as in most seconds
        if (pending.length === 0 && !unsaved && !ledger.owes) return Effect.void
        return Effect.gen(function* () {
          yield* ledger.add(pending, keepMinutesFrom(), added)
          yield* ledger.write
          if (!unsaved) return
          yield* putTotals
          unsaved = false
        })
      })

      const saveOpen = Effect.suspend(() => writeOpen(store, node, Array.from(aggregator.open())))

      /** Takes the minutes that are over, others having their turn meanwhile. */
      const close = Effect.suspend(() => {
        const closing = aggregator.closing(now())
        const go: Effect.Effect<void> = Effect.suspend(() => {
          const { done, value } = closing.next()
          if (done !== true) return Effect.andThen(Effect.yieldNow, go)
          if (value.length > 0) pending = [...pending, ...value]
          return Effect.void
        })
        return go
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

      /** Counted, since a clock may be set. */
      let ticks = 0
      let failing = false
      /** What goes wrong is said once, and tried again: figures may come late, but chat does not end for them. */
      const patiently = (work: Effect.Effect<void, StoreUnavailable | HistoryUnavailable>) =>
        work.pipe(
          Effect.andThen(
            // most seconds ask nothing of the store, and say nothing about it
            Effect.sync(() => {
              if (ticks % OPEN_TICKS === 0) failing = false
            })
          ),
          Effect.catchCause((cause) => {
            if (failing || Cause.hasInterruptsOnly(cause)) return Effect.void
            failing = true
            const failure = cause.reasons.find((reason) => reason._tag === "Fail")?.error
            return failure === undefined
              ? supervisor.noted("figures", cause)
              : Effect.logWarning("figures wait for their store", { reason: failure.reason })
          })
        )

      yield* patiently(recover).pipe(
        Effect.andThen(Effect.sleep(TICK_MS)),
        Effect.repeat({ while: () => !recovered }),
        Effect.andThen(Effect.never),
        supervise("figures recovery")
      )
      const tick = Effect.suspend(() => {
        const at = now()
        ticks++
        if (!recovered) {
          aggregator.pass(at)
          return Effect.void
        }
        tickedAt = at
        let due: Effect.Effect<void, StoreUnavailable> = Effect.andThen(close, settle)
        if (ticks % OPEN_TICKS === 0) due = Effect.andThen(due, saveOpen)
        if (ticks % SWEEP_TICKS === 0) due = Effect.andThen(due, sweep)
        return patiently(due)
      })
      yield* Effect.addFinalizer(() =>
        Effect.suspend(() => (recovered ? Effect.all([close, settle, saveOpen], { discard: true }) : Effect.void)).pipe(
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
