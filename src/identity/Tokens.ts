/** Checks tokens. Signature, times, sender and receiver are `jose`'s to judge, by a list of algorithms that the token cannot widen. */
import { createSecretKey, type KeyObject } from "node:crypto"
import { Clock, Context, Effect, Layer } from "effect"
import { errors, jwtVerify, type JWTVerifyGetKey, type JWTVerifyOptions } from "jose"
import { supervise } from "../actor/supervise.ts"
import { type Claims, decodeClaims } from "./Claims.ts"
import { IssuerAway } from "./IssuerAway.ts"
import { away, type KeySet, keySet } from "./KeySet.ts"
import { Revocations } from "./Revocations.ts"
import { bytesOf, type TokenPolicy } from "./TokenPolicy.ts"
import { type RefusalReason, TokenRefused } from "./TokenRefused.ts"

/** Milliseconds that clocks of different machines may differ: a token is taken for so long after it expired. */
export const TOLERANCE_MS = 5000
/** Milliseconds within which a token has to be checked, keys and all. */
const DEADLINE_MS = 5000
/** Longer than any that fits into a request. */
const MAX_LENGTH = 16_384
/** Milliseconds after which the issuer's keys are fetched anew, and after which one that was away is asked again. */
const RENEW_MS = 600_000
const RETRY_MS = 10_000

const ofClaim: Readonly<Record<string, RefusalReason>> = { nbf: "early", aud: "audience", iss: "issuer" }

/** What `jose` says, as a reason of ours. Whatever it says of keys that it cannot use is not the bearer's fault, but no way in either. */
const verdict = (error: unknown): TokenRefused | IssuerAway => {
  if (error instanceof IssuerAway) return error
  if (error instanceof errors.JWTExpired) return new TokenRefused({ reason: "expired" })
  if (error instanceof errors.JWTClaimValidationFailed) {
    const reason = ofClaim[error.claim] ?? "claims"
    return new TokenRefused({ reason, ...(reason === "claims" ? { detail: error.claim } : {}) })
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return new TokenRefused({ reason: "algorithm" })
  if (error instanceof errors.JWSSignatureVerificationFailed) return new TokenRefused({ reason: "signature" })
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) {
    return new TokenRefused({ reason: "key" })
  }
  return new TokenRefused({ reason: error instanceof errors.JOSEError ? "malformed" : "key" })
}

const verify = (token: string, key: KeyObject | JWTVerifyGetKey, options: JWTVerifyOptions) =>
  typeof key === "function" ? jwtVerify(token, key, options) : jwtVerify(token, key, options)

export class Tokens extends Context.Service<
  Tokens,
  {
    /** Whether identity comes from tokens. If not, this is open mode: everyone is who they say they are. */
    readonly on: boolean
    /** Who a token is of, as of now. In open mode it refuses every one. */
    verify(token: string): Effect.Effect<Claims, TokenRefused | IssuerAway>
  }
>()("hubbub/identity/Tokens") {
  /** Without a policy, open mode. */
  static readonly layer = (policy: TokenPolicy | undefined) =>
    Layer.effect(
      Tokens,
      policy === undefined
        ? Effect.succeed(Tokens.of({ on: false, verify: () => Effect.fail(new TokenRefused({ reason: "off" })) }))
        : make(policy)
    )
}

/** Keeps the issuer's keys fresh, and says when they can no longer be had, and when they can again. */
const renewing = Effect.fnUntraced(function* (keys: KeySet) {
  let known = true
  yield* Effect.tryPromise({ try: () => keys.renew(), catch: away }).pipe(
    Effect.matchEffect({
      onSuccess: () => {
        if (known) return Effect.succeed(RENEW_MS)
        known = true
        return Effect.as(Effect.logInfo("the issuer's keys are there again"), RENEW_MS)
      },
      onFailure: (error) => {
        if (!known) return Effect.succeed(RETRY_MS)
        known = false
        const what = "the issuer's keys cannot be fetched; only tokens of known keys are taken"
        return Effect.as(Effect.logWarning(what, { why: error.why }), RETRY_MS)
      }
    }),
    Effect.flatMap((ms) => Effect.sleep(ms)),
    Effect.forever({ disableYield: true }),
    supervise("keys of the issuer")
  )
})

const make = Effect.fnUntraced(function* ({ algorithms, audience, issuer, keys }: TokenPolicy) {
  const clock = yield* Clock.Clock
  const revocations = yield* Revocations
  let key: KeyObject | JWTVerifyGetKey
  if (keys._tag === "secret") key = createSecretKey(bytesOf(keys.secret))
  else {
    const remote = keySet(keys, () => Number(clock.monotonicTimeNanosUnsafe()) / 1e6)
    key = remote.find
    yield* renewing(remote)
    if (audience === undefined) {
      yield* Effect.logWarning("AUTH_AUDIENCE is not set: tokens that the issuer made for others are taken, too")
    }
  }
  const options = {
    algorithms: [...algorithms],
    requiredClaims: ["exp", "sub"],
    clockTolerance: TOLERANCE_MS / 1000,
    ...(audience === undefined ? {} : { audience }),
    ...(issuer === undefined ? {} : { issuer })
  }
  const late = new IssuerAway({ why: "checking a token took too long", retryAfterMs: DEADLINE_MS })

  /** With a secret there is nobody to wait for, and the timer would take longer than the check. */
  const inTime = <A>(check: Effect.Effect<A, TokenRefused | IssuerAway>) =>
    keys._tag === "secret"
      ? check
      : Effect.timeoutOrElse(check, { duration: DEADLINE_MS, orElse: () => Effect.fail(late) })

  return Tokens.of({
    on: true,
    verify: Effect.fnUntraced(function* (token) {
      if (token.length > MAX_LENGTH) return yield* new TokenRefused({ reason: "malformed" })
      const now = yield* Clock.currentTimeMillis
      const { payload } = yield* inTime(
        Effect.tryPromise({
          try: () => verify(token, key, { ...options, currentDate: new Date(now) }),
          catch: verdict
        })
      )
      const claims = yield* Effect.fromResult(decodeClaims(payload)).pipe(
        Effect.mapError((detail) => new TokenRefused({ reason: "claims", detail }))
      )
      if (claims.issuedAt !== undefined && claims.issuedAt > now + TOLERANCE_MS) {
        return yield* new TokenRefused({ reason: "early" })
      }
      if (revocations.revoked(claims)) return yield* new TokenRefused({ reason: "revoked" })
      return claims
    })
  })
})
