import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import type { Moderation as Order } from "../../src/domain/Moderation.ts"
import type { ErrorCode } from "../../src/domain/ProtocolError.ts"
import { UserId } from "../../src/domain/UserId.ts"
import { alice, bob, garden, lobby, mia, moderator, Site } from "./Site.ts"

/** A process over records of its own. */
const started = Effect.flatMap(Site.make, (site) => site.start())

describe("a ban", () => {
  it.effect("everywhere is of every room, and over when it is lifted", () =>
    Effect.gen(function* () {
      const { moderation, order } = yield* started
      assert.isUndefined(moderation.bars(alice, undefined))
      assert.deepStrictEqual(yield* order({ action: "ban", userId: alice, reason: "spam" }), { until: undefined })
      assert.deepInclude(moderation.bars(alice, undefined), { code: "banned", message: "you are banned: spam" })
      assert.strictEqual(moderation.bars(alice, lobby)?.code, "banned")
      assert.isUndefined(moderation.bars(bob, lobby))
      yield* order({ action: "unban", userId: alice })
      assert.isUndefined(moderation.bars(alice, undefined))
      assert.isUndefined(moderation.bars(alice, lobby))
    })
  )

  it.effect("from a room is of that room alone, and says no more than that one is no member", () =>
    Effect.gen(function* () {
      const { moderation, order } = yield* started
      yield* order({ action: "ban", userId: alice, roomId: lobby, reason: "spam", seconds: 60 })
      const error = moderation.bars(alice, lobby)
      assert.deepInclude(error, { code: "forbidden_room", message: "not a member of room lobby", field: "roomId" })
      assert.isUndefined(error?.retryAfterMs)
      assert.isUndefined(moderation.bars(alice, undefined))
      assert.isUndefined(moderation.bars(alice, garden))
      assert.deepStrictEqual(
        Array.from(moderation.roomBans(), ({ roomId, userId }) => [userId, roomId]),
        [[alice, lobby]]
      )
    })
  )

  it.effect("for a while ends by itself, and says how long it lasts", () =>
    Effect.gen(function* () {
      const { moderation, order } = yield* started
      assert.deepStrictEqual(yield* order({ action: "ban", userId: alice, seconds: 60 }), { until: 60_000 })
      yield* TestClock.adjust("59 seconds")
      assert.deepInclude(moderation.bars(alice, lobby), {
        code: "banned",
        message: "you are banned until 1970-01-01T00:01:00.000Z",
        retryAfterMs: 1000
      })
      yield* TestClock.adjust("1 second")
      assert.isUndefined(moderation.bars(alice, lobby))
      assert.deepStrictEqual(moderation.bans({ limit: 10, shown: () => true }).items, [])
    })
  )

  it.effect("that is ordered again counts from then on, for longer or for shorter", () =>
    Effect.gen(function* () {
      const { moderation, order } = yield* started
      yield* order({ action: "ban", userId: alice })
      yield* order({ action: "ban", userId: alice, seconds: 5 })
      yield* TestClock.adjust("5 seconds")
      assert.isUndefined(moderation.bars(alice, undefined))
      yield* order({ action: "ban", userId: alice, seconds: 5 })
      yield* order({ action: "ban", userId: alice })
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(moderation.bars(alice, undefined)?.code, "banned")
      assert.lengthOf(moderation.bans({ limit: 10, shown: () => true }).items, 1)
    })
  )

  it.effect("everywhere is not lifted by lifting the one from a room, nor the other way round", () =>
    Effect.gen(function* () {
      const { moderation, order } = yield* started
      yield* order({ action: "ban", userId: alice })
      yield* order({ action: "ban", userId: alice, roomId: lobby })
      yield* order({ action: "unban", userId: alice, roomId: lobby })
      assert.strictEqual(moderation.bars(alice, lobby)?.code, "banned")
      yield* order({ action: "ban", userId: alice, roomId: lobby })
      yield* order({ action: "unban", userId: alice })
      assert.isUndefined(moderation.bars(alice, undefined))
      assert.strictEqual(moderation.bars(alice, lobby)?.code, "forbidden_room")
    })
  )

  it.effect("or a mute that is not there can be lifted", () =>
    Effect.gen(function* () {
      const { order } = yield* started
      assert.deepStrictEqual(yield* order({ action: "unban", userId: alice }), { until: undefined })
      assert.deepStrictEqual(yield* order({ action: "unmute", userId: alice, roomId: lobby }), { until: undefined })
    })
  )
})

describe("a mute", () => {
  it.effect("keeps a user from speaking, in a room or in all, whoever they are", () =>
    Effect.gen(function* () {
      const { moderation, order } = yield* started
      yield* order({ action: "mute", userId: alice, roomId: lobby, seconds: 30, reason: "shouting" })
      assert.deepInclude(moderation.silences(alice, lobby, true), {
        code: "muted",
        message: "you are muted in room lobby until 1970-01-01T00:00:30.000Z: shouting",
        retryAfterMs: 30_000
      })
      assert.isUndefined(moderation.silences(alice, garden, false))
      assert.isUndefined(moderation.bars(alice, lobby))
      yield* order({ action: "mute", userId: alice })
      const muted = moderation.silences(alice, garden, false)
      assert.deepInclude(muted, { code: "muted", message: "you are muted" })
      assert.isUndefined(muted?.retryAfterMs)
      yield* order({ action: "unmute", userId: alice })
      yield* TestClock.adjust("30 seconds")
      assert.isUndefined(moderation.silences(alice, lobby, false))
    })
  )
})

describe("a frozen room", () => {
  it.effect("is spoken in by moderators only, until it thaws", () =>
    Effect.gen(function* () {
      const { moderation, order } = yield* started
      assert.isUndefined(moderation.room(lobby))
      yield* order({ action: "freeze", roomId: lobby })
      assert.deepStrictEqual(moderation.room(lobby), { frozen: true, slowModeSeconds: 0 })
      assert.deepInclude(moderation.silences(alice, lobby, false), { code: "frozen", field: "roomId" })
      assert.isUndefined(moderation.silences(alice, lobby, true))
      assert.isUndefined(moderation.silences(alice, garden, false))
      yield* order({ action: "unfreeze", roomId: lobby })
      assert.isUndefined(moderation.silences(alice, lobby, false))
      assert.isUndefined(moderation.room(lobby))
    })
  )
})

describe("slow mode", () => {
  it.effect("has each user wait after they spoke, and nobody else", () =>
    Effect.gen(function* () {
      const { moderation, order } = yield* started
      yield* order({ action: "slow_mode", roomId: lobby, seconds: 10 })
      assert.deepStrictEqual(moderation.room(lobby), { frozen: false, slowModeSeconds: 10 })
      assert.isUndefined(moderation.silences(alice, lobby, false))
      assert.isUndefined(moderation.silences(alice, lobby, false), "asking is not speaking")
      moderation.spoke(alice, lobby)
      yield* TestClock.adjust("4 seconds")
      assert.deepInclude(moderation.silences(alice, lobby, false), {
        code: "slow_mode",
        field: "roomId",
        retryAfterMs: 6000
      })
      assert.isUndefined(moderation.silences(alice, lobby, true))
      assert.isUndefined(moderation.silences(alice, garden, false))
      assert.isUndefined(moderation.silences(bob, lobby, false))
      yield* TestClock.adjust("6 seconds")
      assert.isUndefined(moderation.silences(alice, lobby, false))
    })
  )

  it.effect("that is changed counts from when a user spoke, and one that ends forgets it", () =>
    Effect.gen(function* () {
      const { moderation, order } = yield* started
      yield* order({ action: "slow_mode", roomId: lobby, seconds: 10 })
      moderation.spoke(alice, lobby)
      yield* order({ action: "slow_mode", roomId: lobby, seconds: 120 })
      // beyond a sweep
      yield* TestClock.adjust("100 seconds")
      assert.strictEqual(moderation.silences(alice, lobby, false)?.retryAfterMs, 20_000)
      yield* order({ action: "slow_mode", roomId: lobby, seconds: 0 })
      assert.isUndefined(moderation.room(lobby))
      yield* order({ action: "slow_mode", roomId: lobby, seconds: 120 })
      assert.isUndefined(moderation.silences(alice, lobby, false))
    })
  )

  it.effect("goes with a frozen room and stays when that thaws", () =>
    Effect.gen(function* () {
      const { moderation, order } = yield* started
      yield* order({ action: "slow_mode", roomId: lobby, seconds: 10 })
      yield* order({ action: "freeze", roomId: lobby })
      assert.deepStrictEqual(moderation.room(lobby), { frozen: true, slowModeSeconds: 10 })
      yield* order({ action: "unfreeze", roomId: lobby })
      assert.deepStrictEqual(moderation.room(lobby), { frozen: false, slowModeSeconds: 10 })
    })
  )
})

describe("an order", () => {
  const refused: ReadonlyArray<readonly [what: Order, code: ErrorCode, field: string]> = [
    [{ action: "ban" }, "invalid_frame", "userId"],
    [{ action: "unmute", roomId: lobby }, "invalid_frame", "userId"],
    [{ action: "purge", roomId: lobby }, "invalid_frame", "userId"],
    [{ action: "ban", userId: alice, seconds: 0 }, "invalid_frame", "seconds"],
    [{ action: "unban", userId: alice, seconds: 5 }, "invalid_frame", "seconds"],
    [{ action: "freeze" }, "invalid_frame", "roomId"],
    [{ action: "freeze", roomId: lobby, seconds: 5 }, "invalid_frame", "seconds"],
    [{ action: "unfreeze", roomId: lobby, userId: alice }, "invalid_frame", "userId"],
    [{ action: "slow_mode", seconds: 5 }, "invalid_frame", "roomId"],
    [{ action: "slow_mode", roomId: lobby }, "invalid_frame", "seconds"],
    [{ action: "slow_mode", roomId: lobby, seconds: 121 }, "invalid_frame", "seconds"],
    [{ action: "ban", userId: UserId.make("mia") }, "forbidden", "userId"],
    [{ action: "mute", userId: UserId.make("mia"), roomId: lobby }, "forbidden", "userId"],
    [{ action: "ban", userId: UserId.make("anonymous") }, "forbidden", "userId"],
    [{ action: "mute", userId: UserId.make("anonymous") }, "forbidden", "userId"],
    [{ action: "ban", userId: alice, roomId: garden }, "forbidden", "roomId"],
    [{ action: "ban", userId: alice }, "forbidden", "roomId"],
    [{ action: "freeze", roomId: garden }, "forbidden", "roomId"]
  ]

  it.effect("that cannot be carried out says what is wrong, and changes nothing", () =>
    Effect.gen(function* () {
      const site = yield* Site.make
      const { moderation } = yield* site.start()
      const ofLobby = moderator("mia", [lobby])
      for (const [what, code, field] of refused) {
        const by = code === "forbidden" && field === "userId" ? mia : ofLobby
        const error = yield* Effect.flip(moderation.order(what, by))
        assert.deepInclude(error, { code, field }, JSON.stringify(what))
      }
      assert.strictEqual(site.writes, 0)
      assert.isEmpty((yield* moderation.audit({ limit: 10 })).entries)
    })
  )

  it.effect("of who moderates a room is for that room", () =>
    Effect.gen(function* () {
      const { moderation } = yield* started
      yield* moderation.order({ action: "ban", userId: alice, roomId: lobby }, moderator("mia", [lobby]))
      assert.strictEqual(moderation.bars(alice, lobby)?.code, "forbidden_room")
    })
  )

  it.effect("is counted where it is a ban or a mute", () =>
    Effect.gen(function* () {
      const { analytics, order } = yield* started
      yield* order({ action: "ban", userId: alice })
      yield* order({ action: "mute", userId: alice, roomId: lobby })
      yield* order({ action: "mute", userId: bob })
      yield* order({ action: "unmute", userId: bob })
      const counted = Array.from(analytics.aggregator.recent.values()).flat()
      assert.strictEqual(
        counted.reduce((sum, { n }) => sum + n.bans, 0),
        1
      )
      assert.strictEqual(
        counted.reduce((sum, { n }) => sum + n.mutes, 0),
        2
      )
    })
  )
})
