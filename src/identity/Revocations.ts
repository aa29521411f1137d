/** Tokens that are no longer taken although they have not expired: single ones by their `jti`, or all that a user had until a moment. */
import { Clock, Context, Effect, Layer, PubSub, Schedule, type Scope } from "effect"
import { supervise } from "../actor/supervise.ts"
import type { UserId } from "../domain/UserId.ts"
import type { Claims } from "./Claims.ts"

/** Times in milliseconds since 1970. */
export interface Revocation {
  /** The `jti` of the token, and the user whose tokens are meant; at least one of them. */
  readonly tokenId?: string
  readonly userId?: UserId
  /** When it was said: of a user, tokens that were issued up to then are meant. */
  readonly since: number
  /** From when on none of the tokens is valid anyway, so that this may be forgotten. */
  readonly until: number
}

/** Where revocations are kept beyond the process. */
export interface RevocationKeeper {
  /** All that are still of use. */
  readonly kept: Effect.Effect<ReadonlyArray<Revocation>>
  keep(revocation: Revocation): Effect.Effect<void>
}

/** None, unless a store gives one: then revocations last as long as the process. */
export const RevocationKeeper = Context.Reference<RevocationKeeper | undefined>("hubbub/identity/RevocationKeeper", {
  defaultValue: () => undefined
})

const SWEEP_MS = 60_000

export class Revocations extends Context.Service<
  Revocations,
  {
    /** Holds from now on, and was given to the keeper once this is done. */
    revoke(what: Omit<Revocation, "since">): Effect.Effect<void>
    /** Whether a token is revoked. One that does not say when it was issued goes with any revocation of its user. */
    revoked(claims: Pick<Claims, "userId" | "tokenId" | "issuedAt">): boolean
    /** Listens to those that are made from now on. */
    readonly changes: Effect.Effect<PubSub.Subscription<Revocation>, never, Scope.Scope>
    /** How many are remembered. */
    size(): number
  }
>()("hubbub/identity/Revocations") {
  static readonly layer = Layer.effect(
    Revocations,
    Effect.gen(function* () {
      const clock = yield* Clock.Clock
      const keeper = yield* RevocationKeeper
      const tokens = new Map<string, Revocation>()
      const users = new Map<UserId, Revocation>()
      const changes = yield* Effect.acquireRelease(PubSub.unbounded<Revocation>(), PubSub.shutdown)

      const remember = (revocation: Revocation) => {
        const { tokenId, userId } = revocation
        if (tokenId !== undefined) {
          const before = tokens.get(tokenId)
          tokens.set(tokenId, before === undefined || before.until < revocation.until ? revocation : before)
        }
        if (userId === undefined) return
        const before = users.get(userId)
        const since = Math.max(revocation.since, before?.since ?? 0)
        users.set(userId, { ...revocation, since, until: Math.max(revocation.until, before?.until ?? 0) })
      }

      const sweep = () => {
        const now = clock.currentTimeMillisUnsafe()
        for (const [id, { until }] of tokens) if (until <= now) tokens.delete(id)
        for (const [id, { until }] of users) if (until <= now) users.delete(id)
      }

      if (keeper !== undefined) for (const revocation of yield* keeper.kept) remember(revocation)
      yield* Effect.sync(sweep).pipe(
        Effect.schedule(Schedule.spaced(SWEEP_MS)),
        Effect.andThen(Effect.never),
        supervise("revocations")
      )

      return Revocations.of({
        revoke: Effect.fnUntraced(function* (what) {
          const revocation = { ...what, since: yield* Clock.currentTimeMillis }
          remember(revocation)
          yield* PubSub.publish(changes, revocation)
          if (keeper !== undefined) yield* keeper.keep(revocation)
        }),
        revoked: ({ issuedAt, tokenId, userId }) => {
          if (tokenId !== undefined && tokens.has(tokenId)) return true
          const all = users.get(userId)
          // issuers tell whole seconds, so that one of the same second counts as one of before
          return all !== undefined && (issuedAt === undefined || issuedAt <= all.since)
        },
        changes: PubSub.subscribe(changes),
        size: () => tokens.size + users.size
      })
    })
  )
}
