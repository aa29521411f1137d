import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, PubSub } from "effect"
import { TestClock } from "effect/testing"
import { Supervisor } from "../../src/actor/Supervisor.ts"
import { UserId } from "../../src/domain/UserId.ts"
import { type Revocation, RevocationKeeper, Revocations } from "../../src/identity/Revocations.ts"

const alice = UserId.make("alice")
const bob = UserId.make("bob")
const layer = Revocations.layer.pipe(Layer.provide(Supervisor.layer))
const HOUR = 3_600_000

/** What a store would be: it holds what it is given. */
const keeperOf = (kept: Array<Revocation>): RevocationKeeper => ({
  kept: Effect.sync(() => [...kept]),
  keep: (revocation) => Effect.sync(() => kept.push(revocation))
})

describe("revocations", () => {
  it.effect("of a token are of that one alone", () =>
    Effect.gen(function* () {
      const { revoke, revoked } = yield* Revocations
      yield* revoke({ tokenId: "one", until: HOUR })
      assert.isTrue(revoked({ userId: alice, tokenId: "one", issuedAt: 1 }))
      assert.isFalse(revoked({ userId: alice, tokenId: "two", issuedAt: 1 }))
      assert.isFalse(revoked({ userId: alice, tokenId: undefined, issuedAt: undefined }))
    }).pipe(Effect.provide(layer))
  )

  it.effect("of a user are of what was issued up to then, and of what does not say when it was", () =>
    Effect.gen(function* () {
      const { revoke, revoked } = yield* Revocations
      yield* TestClock.setTime(100_500)
      yield* revoke({ userId: alice, until: HOUR })
      const of = (issuedAt: number | undefined, userId = alice) => revoked({ userId, tokenId: "x", issuedAt })
      assert.deepStrictEqual([of(99_000), of(100_000), of(undefined)], [true, true, true])
      assert.deepStrictEqual([of(101_000), of(99_000, bob)], [false, false])
    }).pipe(Effect.provide(layer))
  )

  it.effect("of a user add up, whichever is said last", () =>
    Effect.gen(function* () {
      const { revoke, revoked } = yield* Revocations
      yield* TestClock.setTime(100_000)
      yield* revoke({ userId: alice, until: HOUR })
      yield* TestClock.setTime(200_000)
      yield* revoke({ userId: alice, until: 300_000 })
      assert.isTrue(revoked({ userId: alice, tokenId: undefined, issuedAt: 150_000 }))
      yield* TestClock.adjust("30 minutes")
      assert.isTrue(revoked({ userId: alice, tokenId: undefined, issuedAt: 150_000 }))
    }).pipe(Effect.provide(layer))
  )

  it.effect("are told to who listens, after they hold", () =>
    Effect.gen(function* () {
      const { changes, revoke, revoked } = yield* Revocations
      const heard = yield* changes
      yield* revoke({ userId: alice, tokenId: "one", until: HOUR })
      assert.deepStrictEqual(yield* PubSub.take(heard), { userId: alice, tokenId: "one", since: 0, until: HOUR })
      assert.isTrue(revoked({ userId: bob, tokenId: "one", issuedAt: 0 }))
    }).pipe(Effect.scoped, Effect.provide(layer))
  )

  it.effect("are forgotten once what they are of has expired", () =>
    Effect.gen(function* () {
      const { revoke, size } = yield* Revocations
      yield* Effect.forEach([1, 2, 3], (i) => revoke({ tokenId: String(i), userId: bob, until: i * HOUR }))
      assert.strictEqual(size(), 4)
      yield* TestClock.adjust("121 minutes")
      assert.strictEqual(size(), 2)
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(size(), 0)
    }).pipe(Effect.provide(layer))
  )

  it.effect("hold again after a restart, where they are kept", () =>
    Effect.gen(function* () {
      const kept: Array<Revocation> = []
      const process = layer.pipe(Layer.provide(Layer.succeed(RevocationKeeper, keeperOf(kept))))
      yield* Effect.flatMap(Revocations, ({ revoke }) => revoke({ userId: alice, until: HOUR })).pipe(
        Effect.provide(Layer.fresh(process), { local: true })
      )
      const again = yield* Effect.map(Revocations, ({ revoked }) =>
        revoked({ userId: alice, tokenId: undefined, issuedAt: 0 })
      ).pipe(Effect.provide(Layer.fresh(process), { local: true }))
      assert.isTrue(again)
    })
  )
})
