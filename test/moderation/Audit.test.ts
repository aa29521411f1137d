import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { refusal } from "../../src/domain/ProtocolError.ts"
import { MessageId } from "../../src/domain/MessageId.ts"
import type { Purger } from "../../src/moderation/Purger.ts"
import { settle } from "../support/Engine.ts"
import { alice, bob, lobby, moderator, Site } from "./Site.ts"

const DAY = 86_400_000

describe("the audit log", () => {
  it.effect("has every order as it was given, the newest first", () =>
    Effect.gen(function* () {
      const { moderation } = yield* Effect.flatMap(Site.make, (site) => site.start())
      yield* TestClock.setTime(1000)
      yield* moderation.order(
        { action: "ban", userId: alice, roomId: lobby, seconds: 60, reason: "spam" },
        moderator("mia", [lobby])
      )
      yield* moderation.order({ action: "ban", userId: alice, roomId: lobby }, moderator("otto"))
      yield* TestClock.setTime(2000)
      const key = { userId: undefined, name: "ops-bot", via: "http", moderates: () => true } as const
      yield* moderation.order({ action: "freeze", roomId: lobby }, key)
      assert.deepStrictEqual((yield* moderation.audit({ limit: 10 })).entries, [
        { at: 2000, by: "ops-bot", via: "http", action: "freeze", roomId: lobby },
        { at: 1000, by: "otto", via: "socket", action: "ban", userId: alice, roomId: lobby },
        {
          at: 1000,
          by: "mia",
          via: "socket",
          action: "ban",
          userId: alice,
          roomId: lobby,
          seconds: 60,
          reason: "spam"
        }
      ])
    })
  )

  it.effect("is read a page at a time, over months and restarts", () =>
    Effect.gen(function* () {
      const site = yield* Site.make
      yield* TestClock.setTime(Date.UTC(2026, 0, 31, 23))
      const first = yield* site.start()
      for (let i = 0; i < 5; i++) yield* first.order({ action: "ban", userId: alice, seconds: i + 1 })
      // a month without orders lies between
      yield* first.stop
      yield* TestClock.setTime(Date.UTC(2026, 2, 1))
      const { moderation, order } = yield* site.start()
      for (let i = 5; i < 12; i++) yield* order({ action: "ban", userId: alice, seconds: i + 1 })
      const pages: Array<ReadonlyArray<number | undefined>> = []
      let before: string | undefined
      do {
        const page = yield* moderation.audit({ before, limit: 5 })
        pages.push(page.entries.map(({ seconds }) => seconds))
        before = page.more ? page.last : undefined
      } while (before !== undefined)
      assert.deepStrictEqual(pages, [
        [12, 11, 10, 9, 8],
        [7, 6, 5, 4, 3],
        [2, 1]
      ])
      const last = yield* moderation.audit({ limit: 12 })
      assert.isFalse(last.more)
    })
  )

  it.effect("is kept for as many days as are set", () =>
    Effect.gen(function* () {
      const site = yield* Site.make
      yield* TestClock.setTime(Date.UTC(2026, 0, 31))
      const first = yield* site.start({ auditDays: 30 })
      yield* first.order({ action: "ban", userId: alice })
      yield* first.stop
      yield* TestClock.setTime(Date.UTC(2026, 0, 31) + 30 * DAY - 1)
      const again = yield* site.start({ auditDays: 30 })
      assert.lengthOf((yield* again.moderation.audit({ limit: 5 })).entries, 1)
      yield* again.stop
      yield* TestClock.adjust(1)
      const { moderation } = yield* site.start({ auditDays: 30 })
      assert.deepStrictEqual(yield* moderation.audit({ limit: 5 }), { entries: [], last: undefined, more: false })
      assert.strictEqual(moderation.bars(alice, undefined)?.code, "banned")
    })
  )

  it.effect("cannot be read while the store is away", () =>
    Effect.gen(function* () {
      const site = yield* Site.make
      const { moderation } = yield* site.start()
      site.away = true
      assert.deepInclude(yield* Effect.flip(moderation.audit({ limit: 5 })), {
        code: "unavailable",
        retryAfterMs: 1000
      })
    })
  )
})

describe("a purge", () => {
  it.effect("is done by who can, and says how much was deleted", () =>
    Effect.gen(function* () {
      const asked: Array<unknown> = []
      const purger: Pick<Purger, "purge"> = {
        purge: (userId, roomId) => Effect.sync(() => (asked.push([userId, roomId]), { rooms: 2, deleted: 7 }))
      }
      const site = yield* Site.make
      const { moderation, order } = yield* site.start({ purger })
      assert.deepStrictEqual(yield* order({ action: "purge", userId: alice, reason: "spam" }), {
        until: undefined,
        deleted: 7
      })
      yield* order({ action: "purge", userId: alice, roomId: lobby })
      assert.deepStrictEqual(asked, [
        [alice, undefined],
        [alice, lobby]
      ])
      const { entries } = yield* moderation.audit({ limit: 5 })
      assert.deepInclude(entries[1], { action: "purge", userId: alice, deleted: 7, reason: "spam" })
    })
  )

  it.effect("that fails is answered and written down, also where nobody can do it or it crashes", () =>
    Effect.gen(function* () {
      const site = yield* Site.make
      const none = yield* site.start()
      assert.deepInclude(yield* Effect.flip(none.order({ action: "purge", userId: alice })), {
        code: "not_supported",
        field: "action"
      })
      const busy = yield* site.start({ purger: { purge: () => Effect.fail(refusal("unavailable", "not now")) } })
      assert.deepInclude(yield* Effect.flip(busy.order({ action: "purge", userId: alice })), { code: "unavailable" })
      const broken = yield* site.start({ purger: { purge: () => Effect.die(new Error("a test wants it so")) } })
      yield* Effect.exit(broken.order({ action: "purge", userId: bob }))
      const { entries } = yield* broken.moderation.audit({ limit: 5 })
      assert.deepStrictEqual(
        entries.map(({ failed, userId }) => [userId, failed]),
        [
          [bob, "internal"],
          [alice, "unavailable"],
          [alice, "not_supported"]
        ]
      )
    })
  )

  it.effect("goes on when who ordered it leaves", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const purger: Pick<Purger, "purge"> = { purge: () => Effect.as(Deferred.await(gate), { rooms: 1, deleted: 3 }) }
      const site = yield* Site.make
      const { moderation, order } = yield* site.start({ purger })
      const ordering = yield* Effect.forkChild(order({ action: "purge", userId: alice }))
      yield* settle
      yield* Fiber.interrupt(ordering)
      yield* Deferred.succeed(gate, undefined)
      yield* settle
      assert.deepInclude((yield* moderation.audit({ limit: 5 })).entries[0], { action: "purge", deleted: 3 })
    })
  )
})

describe("a message that a moderator deletes", () => {
  const messageId = MessageId.make("550e8400-e29b-41d4-a716-446655440000")
  const asked: Array<unknown> = []
  const remove: Purger["remove"] = (...what) => Effect.sync(() => (asked.push(what), 2))

  it.effect("is deleted in the moderator's name, and written down with the reason", () =>
    Effect.gen(function* () {
      const site = yield* Site.make
      const { moderation, order } = yield* site.start({ purger: { remove } })
      const what = { action: "delete", roomId: lobby, messageId, reason: "rude" } as const
      assert.deepStrictEqual(yield* order(what), { until: undefined, deleted: 2 })
      assert.deepInclude((yield* moderation.audit({ limit: 5 })).entries[0], { by: "mia", ...what, deleted: 2 })
      yield* order({ ...what, userId: alice })
      assert.deepStrictEqual(asked, [
        [lobby, messageId, undefined, "mia"],
        [lobby, messageId, alice, "mia"]
      ])
      assert.deepInclude((yield* moderation.audit({ limit: 5 })).entries[0], { ...what, userId: alice, deleted: 2 })
    })
  )

  it.effect("has to be named, with its room", () =>
    Effect.gen(function* () {
      const site = yield* Site.make
      const { order } = yield* site.start({ purger: { remove } })
      assert.deepInclude(yield* Effect.flip(order({ action: "delete", messageId })), { field: "roomId" })
      assert.deepInclude(yield* Effect.flip(order({ action: "delete", roomId: lobby })), { field: "messageId" })
      assert.deepInclude(yield* Effect.flip(order({ action: "purge", userId: alice, messageId })), {
        code: "invalid_frame",
        field: "messageId"
      })
    })
  )
})
