/**
 * Looks after the passports of all connections: warns before one expires, ends the connection when it does, and within a moment of its
 * revocation. One fiber turns a wheel of deadlines, so that a connection that waits costs an entry and no timer.
 */
import { Clock, Context, Effect, Layer, PubSub, Schedule } from "effect"
import { supervise } from "../actor/supervise.ts"
import { closeReasons } from "../domain/CloseReason.ts"
import type { Claims } from "../identity/Claims.ts"
import { Revocations } from "../identity/Revocations.ts"
import { TokenRefused } from "../identity/TokenRefused.ts"
import { Tokens } from "../identity/Tokens.ts"
import type { IssuerAway } from "../identity/IssuerAway.ts"
import type { Library } from "./Lookups.ts"
import { type Bearer, Passport } from "./Passport.ts"

/** Milliseconds before its end at which the bearer of a token is told. */
const WARNING_MS = 60_000
/** Milliseconds between two looks at what is due. */
const BEAT_MS = 250

/** The first beat at which a time has come; both monotonic. */
const beatAt = (ms: number) => Math.ceil(ms / BEAT_MS)

export class Passports extends Context.Service<
  Passports,
  {
    issue(bearer: Bearer, claims: Claims, library: Pick<Library, "hub" | "watchers">): Passport
    /** Begins to look after a passport; ends the connection at once where its token was revoked meanwhile. */
    watch(passport: Passport): void
    forget(passport: Passport): void
    /** Whether the connection may still be heard. */
    valid(passport: Passport): boolean
    /** Goes on with a new token, which has to be of the same user. */
    renew(passport: Passport, token: string): Effect.Effect<void, TokenRefused | IssuerAway>
  }
>()("hubbub/connection/Passports") {
  static readonly layer = Layer.effect(
    Passports,
    Effect.gen(function* () {
      const tokens = yield* Tokens
      const revocations = yield* Revocations
      const clock = yield* Clock.Clock
      const now = () => Number(clock.monotonicTimeNanosUnsafe()) / 1e6
      const wallNow = () => clock.currentTimeMillisUnsafe()

      const watched = new Set<Passport>()
      /** Passports by the beat at which something is due. */
      const wheel = new Map<number, Set<Passport>>()
      /** Those whose tokens were renewed, which may have shut them out of rooms they are in. */
      const renewed = new Set<Passport>()
      let beat = beatAt(now())

      const take = (passport: Passport) => {
        const slot = wheel.get(passport.slot)
        if (slot?.delete(passport) === true && slot.size === 0) wheel.delete(passport.slot)
      }

      const place = (passport: Passport) => {
        const due = passport.warned ? passport.end : passport.end - WARNING_MS
        passport.slot = Math.max(beat + 1, beatAt(due))
        const slot = wheel.get(passport.slot)
        if (slot === undefined) wheel.set(passport.slot, new Set([passport]))
        else slot.add(passport)
      }

      const visit = (passport: Passport) => {
        const { client } = passport.bearer
        if (passport.end <= now()) return passport.bearer.end(closeReasons.tokenExpired)
        if (!passport.warned && passport.end - now() <= WARNING_MS) {
          passport.warned = true
          if (client.identity.dialect !== "plain") {
            client.tell({ type: "token_expiring", expiresAt: passport.expiresAt })
            client.mailbox.flush()
          }
        }
        place(passport)
      }

      const judge = (passport: Passport) => {
        if (revocations.revoked(passport.claims)) passport.bearer.end(closeReasons.unauthorized)
      }

      const turn = Effect.sync(() => {
        const reached = Math.floor(now() / BEAT_MS)
        while (beat < reached) {
          beat++
          const due = wheel.get(beat)
          if (due === undefined) continue
          wheel.delete(beat)
          for (const passport of due) visit(passport)
        }
        for (const passport of renewed) passport.leaveOthers()
      })

      if (tokens.on) {
        yield* turn.pipe(
          Effect.schedule(Schedule.spaced(BEAT_MS)),
          Effect.andThen(Effect.never),
          supervise("passports")
        )
        yield* Effect.gen(function* () {
          const changes = yield* revocations.changes
          // after a crash, those that were revoked meanwhile are found by the first look
          while (true) {
            watched.forEach(judge)
            yield* PubSub.takeAll(changes)
          }
        }).pipe(Effect.scoped, supervise("revoked passports"))
      }

      return Passports.of({
        issue: (bearer, claims, library) => new Passport(bearer, claims, library, now(), wallNow()),
        watch: (passport) => {
          watched.add(passport)
          judge(passport)
          visit(passport)
        },
        forget: (passport) => {
          watched.delete(passport)
          renewed.delete(passport)
          take(passport)
        },
        valid: ({ end }) => now() < end,
        renew: (passport, token) =>
          Effect.flatMap(tokens.verify(token), (claims) => {
            if (claims.userId !== passport.claims.userId) {
              return Effect.fail(
                new TokenRefused({ reason: "claims", detail: "sub: is another user than the connection's" })
              )
            }
            // the old one ended while this was checked
            if (!watched.has(passport) || passport.end <= now()) {
              return Effect.fail(new TokenRefused({ reason: "expired" }))
            }
            passport.renew(claims, now(), wallNow())
            take(passport)
            place(passport)
            renewed.add(passport)
            passport.leaveOthers()
            return Effect.void
          })
      })
    })
  )
}
