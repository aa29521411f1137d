/** Public keys from an issuer that really answers over HTTP, until it does not. */
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted, Result } from "effect"
import { type CryptoKey, exportJWK, generateKeyPair, type JWK } from "jose"
import { Supervisor } from "../../src/actor/Supervisor.ts"
import { Revocations } from "../../src/identity/Revocations.ts"
import { tokenPolicy } from "../../src/identity/TokenPolicy.ts"
import { Tokens } from "../../src/identity/Tokens.ts"
import { minted, second } from "./minted.ts"

interface Key {
  readonly kid: string
  readonly alg: string
  readonly privateKey: CryptoKey
  readonly jwk: JWK
}

const newKey = async (kid: string, alg: string): Promise<Key> => {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  return { kid, alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg } }
}

class Issuer {
  keys: ReadonlyArray<Key> = []
  /** Answers in this way, if set, whatever is asked. */
  answer: { readonly status: number; readonly body: string } | undefined
  /** Takes requests and never answers. */
  silent = false
  /** What it says of itself. */
  claims: string | undefined
  readonly asked: Array<string> = []
  private readonly server: Server

  private constructor() {
    this.server = createServer((request, response) => {
      const url = request.url ?? ""
      this.asked.push(url)
      if (this.silent) return
      const configuration = { issuer: this.claims ?? this.url, jwks_uri: `${this.url}/keys` }
      const answers: Record<string, unknown> = {
        "/keys": { keys: this.keys.map(({ jwk }) => jwk) },
        "/.well-known/openid-configuration": configuration
      }
      const found = answers[url]
      const { body, status } = this.answer ?? {
        status: found === undefined ? 404 : 200,
        body: JSON.stringify(found ?? {})
      }
      response.writeHead(status, { "content-type": "application/json", connection: "close" }).end(body)
    })
  }

  static readonly running = Effect.acquireRelease(
    Effect.promise(async () => {
      const issuer = new Issuer()
      await new Promise<void>((resolve) => issuer.server.listen(0, "127.0.0.1", resolve))
      return issuer
    }),
    (issuer) => Effect.promise(() => issuer.stop())
  )

  get url() {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  stop(): Promise<void> {
    this.server.closeAllConnections()
    return new Promise((resolve) => this.server.close(() => resolve()))
  }
}

const layer = (where: { readonly url?: string; readonly issuer?: string }) =>
  Tokens.layer(
    Result.getOrThrow(
      tokenPolicy({
        authSecret: Redacted.make(""),
        authJwksUrl: where.url ?? "",
        authIssuer: where.issuer ?? "",
        authAudience: "",
        authAlgorithms: []
      })
    )
  ).pipe(Layer.provide(Revocations.layer), Layer.provide(Supervisor.layer))

const tokenOf = ({ alg, kid, privateKey }: Key, more: Readonly<Record<string, unknown>> = {}) =>
  Effect.promise(() => minted({ sub: "alice", exp: second() + 60, ...more }, { alg, key: privateKey, header: { kid } }))

const verify = (token: string) => Effect.flatMap(Tokens, (tokens) => tokens.verify(token))
const outcome = (token: string) =>
  verify(token).pipe(
    Effect.match({
      onSuccess: ({ userId }) => String(userId),
      onFailure: (failure) => (failure._tag === "TokenRefused" ? failure.reason : failure._tag)
    })
  )

describe("tokens signed with the issuer's keys", () => {
  it.live("are taken for each algorithm that is, and those of keys it does not have are not", () =>
    Effect.gen(function* () {
      const issuer = yield* Issuer.running
      const keys = yield* Effect.promise(() =>
        Promise.all(["RS256", "ES256", "EdDSA"].map((alg) => newKey(`key ${alg}`, alg)))
      )
      const other = yield* Effect.promise(() => newKey("other", "ES256"))
      issuer.keys = keys
      yield* Effect.gen(function* () {
        for (const key of keys) assert.strictEqual(yield* outcome(yield* tokenOf(key)), "alice")
        assert.strictEqual(yield* outcome(yield* tokenOf(other)), "key")
        // its name does not make it one of theirs
        assert.strictEqual(yield* outcome(yield* tokenOf({ ...other, kid: "key ES256" })), "signature")
        // once for all of them
        assert.deepStrictEqual(issuer.asked, ["/keys"])
      }).pipe(Effect.provide(layer({ url: `${issuer.url}/keys` })))
    })
  )

  it.live("are found by discovery, if the issuer is the one it says it is", () =>
    Effect.gen(function* () {
      const issuer = yield* Issuer.running
      const key = yield* Effect.promise(() => newKey("one", "ES256"))
      issuer.keys = [key]
      const token = yield* tokenOf(key, { iss: issuer.url })
      yield* Effect.gen(function* () {
        assert.strictEqual(yield* outcome(token), "alice")
        assert.strictEqual(yield* outcome(yield* tokenOf(key, { iss: "https://evil.example" })), "issuer")
        assert.deepStrictEqual(issuer.asked, ["/.well-known/openid-configuration", "/keys"])
      }).pipe(Effect.provide(layer({ issuer: issuer.url })))
      issuer.claims = "https://evil.example"
      yield* Effect.gen(function* () {
        assert.strictEqual(yield* outcome(token), "IssuerAway")
      }).pipe(Effect.provide(layer({ issuer: issuer.url })))
    })
  )

  it.live("go on while the issuer is away, if their key is known; others are told to come back", () =>
    Effect.gen(function* () {
      const issuer = yield* Issuer.running
      const [known, fresh] = yield* Effect.promise(() =>
        Promise.all([newKey("known", "ES256"), newKey("fresh", "ES256")])
      )
      issuer.keys = [known]
      yield* Effect.gen(function* () {
        assert.strictEqual(yield* outcome(yield* tokenOf(known)), "alice")
        yield* Effect.promise(() => issuer.stop())
        assert.strictEqual(yield* outcome(yield* tokenOf(known)), "alice")
        // right after keys were fetched, a key that is not among them is none
        assert.strictEqual(yield* outcome(yield* tokenOf(fresh)), "key")
      }).pipe(Effect.provide(layer({ url: `${issuer.url}/keys` })))
    })
  )

  it.live("do not keep a server from starting whose issuer is away, nor hammer the issuer", () =>
    Effect.gen(function* () {
      const issuer = yield* Issuer.running
      const key = yield* Effect.promise(() => newKey("one", "ES256"))
      const token = yield* tokenOf(key)
      for (const answer of [
        { status: 500, body: "" },
        { status: 200, body: "<html>" },
        { status: 200, body: '{"keys":1}' },
        { status: 302, body: "" }
      ]) {
        issuer.answer = answer
        issuer.asked.length = 0
        yield* Effect.gen(function* () {
          const failures = yield* Effect.forEach(Array.from({ length: 50 }), () => Effect.flip(verify(token)), {
            concurrency: "unbounded"
          })
          for (const failure of failures) {
            assert.strictEqual(failure._tag, "IssuerAway", answer.body)
            if (failure._tag === "IssuerAway") assert.isAbove(failure.retryAfterMs, 0)
          }
          for (let i = 0; i < 20; i++) yield* Effect.flip(verify(token))
          assert.isAtMost(issuer.asked.length, 2)
        }).pipe(Effect.provide(layer({ url: `${issuer.url}/keys` })))
      }
    })
  )
})
