import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Layer, Redacted, Result } from "effect"
import { TestClock } from "effect/testing"
import { exportSPKI, generateKeyPair } from "jose"
import { Supervisor } from "../../src/actor/Supervisor.ts"
import { RoomId } from "../../src/domain/RoomId.ts"
import { UserId } from "../../src/domain/UserId.ts"
import { Revocations } from "../../src/identity/Revocations.ts"
import { tokenPolicy, type TokenSettings } from "../../src/identity/TokenPolicy.ts"
import { Tokens } from "../../src/identity/Tokens.ts"
import { forged, minted, type Minting, SECRET, signedByHand } from "./minted.ts"

/** Not far from the epoch: on the way, everything that the clock wakes is done. */
const NOW = 5000

const settings = (more: Partial<TokenSettings> = {}): TokenSettings => ({
  authSecret: Redacted.make(SECRET),
  authJwksUrl: "",
  authIssuer: "",
  authAudience: "",
  authAlgorithms: [],
  ...more
})

const layer = (more: Partial<TokenSettings> = {}) =>
  Tokens.layer(Result.getOrThrow(tokenPolicy(settings(more)))).pipe(
    Layer.provideMerge(Revocations.layer),
    Layer.provideMerge(Supervisor.layer)
  )

const checked = (token: string) => Effect.flatMap(Tokens, (tokens) => tokens.verify(token))

/** Why a token is refused at second `NOW`. */
const refusal = Effect.fnUntraced(function* (token: string) {
  yield* TestClock.setTime(NOW * 1000)
  const failure = yield* Effect.flip(checked(token))
  return failure._tag === "TokenRefused" ? failure.reason : failure._tag
})

const good = { sub: "alice", iat: NOW, exp: NOW + 60 }
const made = (more: Readonly<Record<string, unknown>> = {}, how: Minting = {}) =>
  Effect.promise(() => minted({ ...good, ...more }, how))

describe("a token", () => {
  it.effect("says who its bearer is, what they may do, where, and until when", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(NOW * 1000)
      const claims = yield* checked(
        yield* made({ name: " Alice  A. ", role: "moderator", rooms: ["lobby", "team-*"], jti: "1" })
      )
      assert.deepInclude(claims, {
        userId: UserId.make("alice"),
        tokenId: "1",
        issuedAt: NOW * 1000,
        expiresAt: (NOW + 60) * 1000
      })
      assert.strictEqual(String(claims.username), "Alice A.")
      assert.strictEqual(claims.rights.role, "moderator")
      assert.deepStrictEqual(
        ["lobby", "lobby2", "team-", "team-a", "team", "analytics"].map((id) => claims.rights.enter(RoomId.make(id))),
        [true, false, true, true, false, false]
      )
    }).pipe(Effect.provide(layer()))
  )

  it.effect("that says no more than it has to is of a user of that name, for every room", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(NOW * 1000)
      const { issuedAt, rights, tokenId, username } = yield* checked(
        yield* Effect.promise(() => minted({ sub: "x".repeat(64), exp: NOW + 1 }))
      )
      assert.strictEqual(String(username), "x".repeat(50))
      assert.deepStrictEqual([issuedAt, tokenId, rights.role], [undefined, undefined, "user"])
      assert.isTrue(rights.enter(RoomId.make("anywhere")))
      assert.isFalse(rights.enter(RoomId.make("analytics")))
    }).pipe(Effect.provide(layer()))
  )

  // T44, T45, T46
  it.effect.each([
    ["of nobody", { sub: undefined }, "claims"],
    ["of no user there can be", { sub: "a b" }, "claims"],
    ["of anonymous", { sub: "anonymous" }, "claims"],
    ["with a name that hides something", { name: "a\u202eb" }, "claims"],
    ["with a role there is not", { role: "root" }, "claims"],
    ["with a role that is no text", { role: ["admin"] }, "claims"],
    ["with rooms that are no list", { rooms: "lobby" }, "claims"],
    ["with a star in the middle", { rooms: ["a*b"] }, "claims"],
    ["with two stars", { rooms: ["a**"] }, "claims"],
    ["with a room there cannot be", { rooms: ["A"] }, "claims"],
    ["that expired ten seconds ago", { exp: NOW - 10 }, "expired"],
    ["that expired just beyond the tolerance", { exp: NOW - 5 }, "expired"],
    ["that will be valid in a minute", { nbf: NOW + 60 }, "early"],
    ["that was made in an hour", { iat: NOW + 3600 }, "early"],
    ["that never expires", { exp: undefined }, "claims"],
    ["that expires at a text", { exp: String(NOW + 60) }, "claims"],
    ["that expires beyond all dates", { exp: 1e15 }, "claims"]
  ] as const)("%s is refused", ([, more, reason]) =>
    Effect.gen(function* () {
      const claims = Object.fromEntries(Object.entries({ ...good, ...more }).filter(([, value]) => value !== undefined))
      assert.strictEqual(yield* refusal(signedByHand({ alg: "HS256" }, claims)), reason)
    }).pipe(Effect.provide(layer()))
  )

  it.effect("is taken for five seconds after it expired, as clocks differ", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(NOW * 1000)
      yield* checked(yield* made({ exp: NOW - 3 }))
      yield* checked(yield* made({ nbf: NOW + 3, iat: NOW + 3 }))
    }).pipe(Effect.provide(layer()))
  )

  // T44
  it.effect.each(["none", "None", "nOnE", "NONE", "HS512", "hs256", "", "RS256"])(
    "whose header says the algorithm is %o is refused",
    (alg) =>
      Effect.gen(function* () {
        for (const signature of ["", "AAAA"]) {
          assert.include(["algorithm", "malformed"], yield* refusal(forged({ alg }, good, signature)))
        }
        assert.include(["algorithm", "malformed"], yield* refusal(signedByHand({ alg }, good)))
      }).pipe(Effect.provide(layer()))
  )

  // T46
  it.effect("with a crit that is not known, or an unencoded payload, is refused", () =>
    Effect.gen(function* () {
      for (const header of [
        { alg: "HS256", crit: ["exp2"], exp2: 1 },
        { alg: "HS256", crit: [] },
        { alg: "HS256", b64: false, crit: ["b64"] }
      ]) {
        assert.strictEqual(yield* refusal(signedByHand(header, good)), "malformed")
      }
    }).pipe(Effect.provide(layer()))
  )

  it.effect("signed with another secret, or changed after it was, is refused", () =>
    Effect.gen(function* () {
      assert.strictEqual(
        yield* refusal(yield* made({}, { key: Buffer.from("another secret of thirty-two bytes!") })),
        "signature"
      )
      const [header, , signature] = (yield* made()).split(".")
      const other = Buffer.from(JSON.stringify({ ...good, role: "admin" })).toString("base64url")
      assert.strictEqual(yield* refusal(`${header}.${other}.${signature}`), "signature")
    }).pipe(Effect.provide(layer()))
  )

  it.effect.each(["", ".", "..", "a.b", "a.b.c.d.e", "\u0000", "ü.ü.ü", "x".repeat(100_000)])(
    "that is none is refused (case %#)",
    (text) =>
      Effect.gen(function* () {
        assert.strictEqual(yield* refusal(text), "malformed")
      }).pipe(Effect.provide(layer()))
  )

  // T45
  it.effect("signed with the issuer's public key, as if that were a secret, is refused", () =>
    Effect.gen(function* () {
      const { publicKey } = yield* Effect.promise(() => generateKeyPair("RS256", { extractable: true }))
      const pem = yield* Effect.promise(() => exportSPKI(publicKey))
      const token = yield* made({}, { key: Buffer.from(pem) })
      assert.strictEqual(yield* refusal(token), "algorithm")
    }).pipe(Effect.provide(layer({ authSecret: Redacted.make(""), authJwksUrl: "http://127.0.0.1:1/keys" })))
  )

  it.effect("has to be from and for whom the settings say", () =>
    Effect.gen(function* () {
      const [iss, aud] = ["https://login.example", "chat"]
      assert.strictEqual(yield* refusal(yield* made({ aud })), "issuer")
      assert.strictEqual(yield* refusal(yield* made({ iss: "https://login.example/", aud })), "issuer")
      assert.strictEqual(yield* refusal(yield* made({ iss })), "audience")
      assert.strictEqual(yield* refusal(yield* made({ iss, aud: ["mail"] })), "audience")
      yield* checked(yield* made({ iss, aud: ["mail", "chat"] }))
    }).pipe(Effect.provide(layer({ authIssuer: "https://login.example", authAudience: "chat" })))
  )

  it.effect("is refused once it was revoked, however the text of it was changed", () =>
    Effect.gen(function* () {
      const revocations = yield* Revocations
      const token = yield* made({ jti: "one" })
      yield* TestClock.setTime(NOW * 1000)
      yield* revocations.revoke({ tokenId: "one", until: (NOW + 60) * 1000 })
      assert.strictEqual(yield* refusal(token), "revoked")
      // T49: the last character of a signature of 32 bytes has two bits that mean nothing
      const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
      const other = token.slice(0, -1) + alphabet[alphabet.indexOf(token.at(-1)!) ^ 1]!
      assert.notStrictEqual(other, token)
      assert.include(["revoked", "signature"], yield* refusal(other))
      yield* checked(yield* made({ jti: "two" }))
    }).pipe(Effect.provide(layer()))
  )

  it.effect("is not shown by what is said of why it was refused", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(NOW * 1000)
      const token = yield* made({ role: "root", name: "Mallory" })
      const failure = yield* Effect.flip(checked(token))
      const said = `${failure.message} ${Cause.pretty(Cause.fail(failure))} ${JSON.stringify(failure)}`
      for (const piece of token.split(".")) assert.notInclude(said, piece)
      assert.include(failure.message, "role")
    }).pipe(Effect.provide(layer()))
  )
})

describe("open mode", () => {
  it.effect("takes no token", () =>
    Effect.gen(function* () {
      assert.isFalse((yield* Tokens).on)
      assert.strictEqual(yield* refusal(yield* made()), "off")
    }).pipe(Effect.provide(layer({ authSecret: Redacted.make("") })))
  )
})
