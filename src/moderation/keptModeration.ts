/**
 * Moderation as it is served: in memory, where asking costs next to nothing, and kept in records, from which it comes back after a
 * restart. A store that is away at the start is asked until it answers; until then only what is ordered meanwhile holds.
 */
import { Clock, Effect, Fiber, Layer, PubSub, Schedule, type Scope } from "effect"
import { supervise } from "../actor/supervise.ts"
import { Analytics } from "../analytics/Analytics.ts"
import type { Moderation as Order } from "../domain/Moderation.ts"
import { type ProtocolError, refusal } from "../domain/ProtocolError.ts"
import { UserId } from "../domain/UserId.ts"
import { RecordStore } from "../store/RecordStore.ts"
import { type AuditEntry, auditLine, auditPage } from "./Audit.ts"
import { type KeptOrders, keptOrders } from "./keptOrders.ts"
import { Ledger } from "./Ledger.ts"
import { type Change, Moderation, type Moderator, type Ordered } from "./Moderation.ts"
import { OrderWitness } from "./OrderWitness.ts"
import { orderProblem } from "./orderProblem.ts"
import { Purger } from "./Purger.ts"
import { Standing } from "./Standing.ts"
import { WordFilter, type WordFilterOptions } from "./WordFilter.ts"

export interface ModerationOptions {
  /** Days that the audit log is kept. */
  readonly auditDays: number
  readonly filter: WordFilterOptions
}

/** Who deleted a message where a program with an API key did. */
const house = UserId.make("system")

const SWEEP_MS = 10_000
/** Milliseconds after which a failed look into the audit log is worth another. */
const RETRY_MS = 1000

/** How long the start waits for a store. */
const patience = { schedule: Schedule.exponential("100 millis"), times: 6 }
/** How a store that is still away is asked from then on. */
const persistence = Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("5 seconds")])

const make = Effect.fnUntraced(function* ({ auditDays }: ModerationOptions) {
  const records = yield* RecordStore
  const analytics = yield* Analytics
  const ledger = yield* Ledger
  const filter = yield* WordFilter
  const purger = yield* Purger
  const witness = yield* OrderWitness
  const clock = yield* Clock.Clock
  const changes = yield* Effect.acquireRelease(PubSub.unbounded<Change>(), PubSub.shutdown)
  const wallNow = () => clock.currentTimeMillisUnsafe()
  const standing = new Standing(wallNow, () => Number(clock.monotonicTimeNanosUnsafe()) / 1e6)
  const fork = Effect.runForkWith(yield* Effect.context<Scope.Scope>())
  const forks = yield* Effect.acquireRelease(
    Effect.sync(() => new Set<Fiber.Fiber<Ordered, ProtocolError>>()),
    Fiber.interruptAll
  )

  const restore = (kept: KeptOrders) => Effect.sync(() => standing.restore(kept))
  const read = keptOrders(records)
  yield* read.pipe(
    Effect.retry(patience),
    Effect.flatMap(restore),
    Effect.catch(({ message }) =>
      Effect.gen(function* () {
        yield* Effect.logError("bans and mutes could not be read and do not hold yet", { why: message })
        yield* read.pipe(
          Effect.retry(persistence),
          Effect.flatMap(restore),
          Effect.andThen(PubSub.publish(changes, { _tag: "present" })),
          Effect.andThen(Effect.logInfo("bans and mutes are read, and hold")),
          Effect.andThen(Effect.never),
          supervise("bans and mutes")
        )
      })
    )
  )
  yield* Effect.sync(() => standing.sweep()).pipe(
    Effect.schedule(Schedule.spaced(SWEEP_MS)),
    Effect.andThen(Effect.never),
    supervise("moderation")
  )

  const audited = (what: Order, { name, via }: Moderator, more: Pick<AuditEntry, "deleted" | "failed"> = {}) => {
    const entry = { at: wallNow(), by: name, via, ...what, ...more }
    witness?.ordered(entry)
    return ledger.write(auditLine(entry, auditDays))
  }

  const unserved = refusal("not_supported", "nothing can be deleted here", "action")

  /** How many messages an order deleted. */
  const deleted = (
    { action, messageId, roomId, userId }: Order,
    by: Moderator
  ): Effect.Effect<{ readonly deleted: number }, ProtocolError> => {
    if (purger === undefined) return Effect.fail(unserved)
    if (action === "delete" && roomId !== undefined && messageId !== undefined) {
      const removed = purger.remove(roomId, messageId, userId, by.userId ?? house)
      return Effect.map(removed, (deleted) => ({ deleted }))
    }
    return userId === undefined ? Effect.fail(unserved) : purger.purge(userId, roomId)
  }

  /** Goes on whoever leaves, and is written down whatever comes of it. */
  const purge = (what: Order, by: Moderator): Effect.Effect<Ordered, ProtocolError> => {
    const done = deleted(what, by).pipe(
      Effect.tapCause((cause) => {
        const failure = cause.reasons.find((reason) => reason._tag === "Fail")
        return audited(what, by, { failed: failure?.error.code ?? "internal" })
      }),
      Effect.tap(({ deleted }) => audited(what, by, { deleted })),
      Effect.map(({ deleted }) => ({ until: undefined, deleted }))
    )
    return Effect.suspend(() => {
      const fiber = fork(done)
      forks.add(fiber)
      fiber.addObserver(() => forks.delete(fiber))
      return Fiber.join(fiber)
    })
  }

  return Moderation.of({
    bars: (userId, roomId) => standing.bars(userId, roomId),
    silences: (userId, roomId, exempt) => standing.silences(userId, roomId, exempt),
    spoke: (userId, roomId) => standing.spoke(userId, roomId),
    screens: (content) => filter.screens(content),
    room: (roomId) => standing.room(roomId),
    order: (what, by) =>
      Effect.suspend(() => {
        const problem = orderProblem(what, by)
        if (problem !== undefined) return Effect.fail(problem)
        // what follows is one step: nothing comes between holding, being told and being written down
        const applied = standing.apply(what, by.name)
        if (applied === undefined) return purge(what, by)
        const { change, line, until } = applied
        if (change !== undefined) PubSub.publishUnsafe(changes, change)
        if (what.action === "ban") analytics.record({ _tag: "banned" })
        if (what.action === "mute") analytics.record({ _tag: "muted" })
        const kept = [ledger.write(line), audited(what, by)]
        return Effect.as(Effect.all(kept, { concurrency: "unbounded", discard: true }), { until })
      }),
    noted: (what, by) => audited(what, by),
    changes: PubSub.subscribe(changes),
    roomBans: () => standing.ban.ofRooms(),
    bans: (query) => standing.ban.page(query),
    mutes: (query) => standing.mute.page(query),
    rooms: (query) => standing.rules.page(query),
    audit: (query) =>
      Effect.mapError(auditPage(records, query, wallNow(), auditDays), () =>
        refusal("unavailable", "the audit log cannot be read at present", undefined, RETRY_MS)
      )
  })
})

/** Needs RecordStore, Analytics and Supervisor, and has purges done by the Purger, where there is one. */
export const layer = (options: ModerationOptions) =>
  Layer.effect(Moderation, make(options)).pipe(
    Layer.provide(Layer.merge(Ledger.layer, WordFilter.layer(options.filter)))
  )
