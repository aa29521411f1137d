import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, PubSub } from "effect"
import { TestClock } from "effect/testing"
import { Lines } from "../outbound/Lines.ts"
import { settle } from "../support/Engine.ts"
import { alice, bob, garden, lobby, Site } from "./Site.ts"

const everything = { limit: 200, shown: () => true }

describe("what was ordered", () => {
  it.effect("holds after a restart, for as long as it would have held", () =>
    Effect.gen(function* () {
      const site = yield* Site.make
      const first = yield* site.start()
      yield* first.order({ action: "ban", userId: alice, reason: "spam" })
      yield* first.order({ action: "ban", userId: bob, roomId: lobby, seconds: 60 })
      yield* first.order({ action: "mute", userId: bob })
      yield* first.order({ action: "mute", userId: alice })
      yield* first.order({ action: "unmute", userId: alice })
      yield* first.order({ action: "slow_mode", roomId: lobby, seconds: 30 })
      yield* first.order({ action: "freeze", roomId: lobby })
      yield* first.order({ action: "freeze", roomId: garden })
      yield* first.order({ action: "unfreeze", roomId: garden })
      yield* first.stop

      yield* TestClock.adjust("30 seconds")
      const { moderation } = yield* site.start()
      assert.deepInclude(moderation.bars(alice, undefined), { code: "banned", message: "you are banned: spam" })
      assert.strictEqual(moderation.bars(bob, lobby)?.code, "forbidden_room")
      assert.strictEqual(moderation.silences(bob, garden, false)?.code, "muted")
      assert.isUndefined(moderation.silences(alice, garden, false))
      assert.deepStrictEqual(moderation.room(lobby), { frozen: true, slowModeSeconds: 30 })
      assert.isUndefined(moderation.room(garden))
      yield* TestClock.adjust("30 seconds")
      assert.isUndefined(moderation.bars(bob, lobby))
    })
  )

  it.effect("leaves no record once it is over", () =>
    Effect.gen(function* () {
      const site = yield* Site.make
      const { order } = yield* site.start({ auditDays: 1 })
      yield* order({ action: "ban", userId: alice, seconds: 60 })
      yield* order({ action: "mute", userId: alice })
      yield* order({ action: "unmute", userId: alice })
      yield* order({ action: "freeze", roomId: lobby })
      yield* order({ action: "unfreeze", roomId: lobby })
      const kept = yield* Effect.forEach(["bans", "mutes", "rooms"], (name) =>
        site.records.list({ pk: `moderation ${name}`, limit: 10 })
      )
      assert.deepStrictEqual(
        kept.map(({ length }) => length),
        [1, 0, 0]
      )
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(yield* site.records.sweep(Number.MAX_SAFE_INTEGER, 100), 1)
      const audited = yield* site.records.list({ pk: "moderation audit 1970-01", limit: 10 })
      assert.deepStrictEqual(
        audited.map(({ expiresAt }) => expiresAt),
        Array.from({ length: 5 }, () => 86_400_000)
      )
    })
  )

  it.effect("is in the store when the order is answered, unless that takes more than two seconds", () =>
    Effect.gen(function* () {
      const site = yield* Site.make
      const { moderation, order } = yield* site.start()
      site.silent = true
      const ordered = yield* Effect.forkChild(order({ action: "ban", userId: alice }))
      yield* settle
      assert.strictEqual(moderation.bars(alice, undefined)?.code, "banned", "holds before")
      assert.isUndefined(ordered.pollUnsafe())
      // two seconds are all that it waits
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(yield* Fiber.join(ordered), { until: undefined })
      site.silent = false
    })
  )

  it.effect("while the store is away is answered, holds, and is kept as it is when the store is back", () =>
    Effect.gen(function* () {
      const lines = new Lines()
      yield* Effect.gen(function* () {
        const site = yield* Site.make
        const first = yield* site.start()
        yield* first.order({ action: "mute", userId: bob })
        site.away = true
        assert.deepStrictEqual(yield* first.order({ action: "ban", userId: alice, reason: "a secret" }), {
          until: undefined
        })
        yield* first.order({ action: "unmute", userId: bob })
        assert.strictEqual(first.moderation.bars(alice, undefined)?.code, "banned")
        yield* TestClock.adjust("1 minute")
        // the later one counts, whichever is tried again first
        yield* first.order({ action: "ban", userId: bob })
        yield* first.order({ action: "unban", userId: bob })
        site.away = false
        yield* TestClock.adjust("5 seconds")
        yield* settle
        const { entries } = yield* first.moderation.audit({ limit: 10 })
        assert.deepStrictEqual(
          entries.map(({ action, userId }) => `${action} ${userId}`),
          ["unban bob", "ban bob", "unmute bob", "ban alice", "mute bob"]
        )
        yield* first.stop
        const again = yield* site.start()
        assert.strictEqual(again.moderation.bars(alice, undefined)?.code, "banned")
        assert.isUndefined(again.moderation.bars(bob, undefined))
        assert.isUndefined(again.moderation.silences(bob, lobby, false))
        assert.strictEqual(first.supervisor.crashes(), 0)
      }).pipe(Effect.provide(lines.layer))
      assert.lengthOf(lines.with("cannot be kept at present"), 1)
      assert.lengthOf(lines.with("are kept again"), 1)
      assert.isEmpty(lines.with("a secret"))
    })
  )

  it.effect("just before a stop is kept if the store is there", () =>
    Effect.gen(function* () {
      const lines = new Lines()
      yield* Effect.gen(function* () {
        const site = yield* Site.make
        const first = yield* site.start()
        site.away = true
        yield* first.order({ action: "ban", userId: alice })
        site.away = false
        yield* first.stop
        const second = yield* site.start()
        assert.strictEqual(second.moderation.bars(alice, undefined)?.code, "banned")
        site.away = true
        yield* second.order({ action: "ban", userId: bob })
        yield* second.stop
      }).pipe(Effect.provide(lines.layer))
      assert.lengthOf(lines.with("lost with this process"), 1)
    })
  )
})

describe("a start without the store", () => {
  it.effect("goes on after a while, and what was kept holds once the store answers", () =>
    Effect.gen(function* () {
      const site = yield* Site.make
      const first = yield* site.start()
      yield* first.order({ action: "ban", userId: alice })
      yield* first.stop
      site.away = true
      const starting = yield* Effect.forkChild(site.start())
      yield* settle
      assert.isUndefined(starting.pollUnsafe())
      yield* TestClock.adjust("10 seconds")
      const { moderation } = yield* Fiber.join(starting)
      assert.isUndefined(moderation.bars(alice, undefined))
      const changes = yield* moderation.changes
      yield* TestClock.adjust("1 minute")
      site.away = false
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual(yield* PubSub.take(changes), { _tag: "present" })
      assert.strictEqual(moderation.bars(alice, undefined)?.code, "banned")
    })
  )

  it.effect("waits for one that comes back soon", () =>
    Effect.gen(function* () {
      const site = yield* Site.make
      const first = yield* site.start()
      yield* first.order({ action: "ban", userId: alice })
      yield* first.stop
      site.away = true
      const starting = yield* Effect.forkChild(site.start())
      yield* TestClock.adjust("1 second")
      site.away = false
      yield* TestClock.adjust("1 second")
      const { moderation } = yield* Fiber.join(starting)
      assert.strictEqual(moderation.bars(alice, undefined)?.code, "banned")
    })
  )

  it.effect("lets what is ordered meanwhile count more than what was kept", () =>
    Effect.gen(function* () {
      const site = yield* Site.make
      const first = yield* site.start()
      yield* first.order({ action: "ban", userId: alice })
      yield* first.order({ action: "ban", userId: bob, roomId: lobby })
      yield* first.order({ action: "mute", userId: bob, seconds: 3600 })
      yield* first.order({ action: "freeze", roomId: lobby })
      yield* first.order({ action: "slow_mode", roomId: garden, seconds: 60 })
      yield* first.order({ action: "freeze", roomId: garden })
      yield* first.stop
      site.away = true
      const starting = yield* Effect.forkChild(site.start())
      yield* TestClock.adjust("10 seconds")
      const second = yield* Fiber.join(starting)
      yield* second.order({ action: "unban", userId: alice })
      yield* second.order({ action: "mute", userId: bob })
      yield* second.order({ action: "slow_mode", roomId: lobby, seconds: 30 })
      yield* second.order({ action: "unfreeze", roomId: garden })
      site.away = false
      yield* TestClock.adjust("20 seconds")
      yield* settle
      const merged = (moderation: typeof second.moderation) => {
        assert.isUndefined(moderation.bars(alice, undefined))
        assert.strictEqual(moderation.bars(bob, lobby)?.code, "forbidden_room")
        assert.isUndefined(moderation.silences(bob, garden, false)?.retryAfterMs)
        // of each room one half was ordered before, and the other since
        assert.deepStrictEqual(moderation.room(lobby), { frozen: true, slowModeSeconds: 30 })
        assert.deepStrictEqual(moderation.room(garden), { frozen: false, slowModeSeconds: 60 })
        assert.lengthOf(moderation.rooms(everything).items, 2)
        assert.lengthOf(moderation.mutes(everything).items, 1)
      }
      merged(second.moderation)
      yield* second.stop
      merged((yield* site.start()).moderation)
    })
  )

  it.effect("also where that is read just before it is ordered otherwise", () =>
    Effect.gen(function* () {
      const site = yield* Site.make
      const first = yield* site.start()
      yield* first.order({ action: "ban", userId: alice })
      yield* first.order({ action: "mute", userId: bob, seconds: 3600 })
      yield* first.order({ action: "slow_mode", roomId: lobby, seconds: 60 })
      yield* first.order({ action: "freeze", roomId: garden })
      yield* first.stop
      site.away = true
      const starting = yield* Effect.forkChild(site.start())
      yield* TestClock.adjust("10 seconds")
      const { moderation, order } = yield* Fiber.join(starting)
      yield* site.reads.close
      site.away = false
      yield* TestClock.adjust("5 seconds")
      yield* order({ action: "unban", userId: alice })
      yield* order({ action: "mute", userId: bob })
      yield* order({ action: "slow_mode", roomId: lobby, seconds: 30 })
      const changes = yield* moderation.changes
      yield* site.reads.open
      assert.deepStrictEqual(yield* PubSub.take(changes), { _tag: "present" })
      assert.isUndefined(moderation.bars(alice, undefined))
      assert.isUndefined(moderation.silences(bob, garden, true)?.retryAfterMs)
      assert.deepStrictEqual(moderation.room(lobby), { frozen: false, slowModeSeconds: 30 })
      assert.deepStrictEqual(moderation.room(garden), { frozen: true, slowModeSeconds: 0 })
    })
  )

  it.effect("leaves out a record that cannot be read, and says so", () =>
    Effect.gen(function* () {
      const lines = new Lines()
      yield* Effect.gen(function* () {
        const site = yield* Site.make
        yield* Effect.orDie(site.records.put({ pk: "moderation bans", sk: "?", value: '{"userId":""}' }))
        const first = yield* site.start()
        yield* first.order({ action: "ban", userId: alice })
        yield* first.stop
        const { moderation } = yield* site.start()
        assert.strictEqual(moderation.bars(alice, undefined)?.code, "banned")
      }).pipe(Effect.provide(lines.layer))
      assert.lengthOf(lines.with("cannot be read"), 2)
    })
  )
})
