import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { lookup, LookupAddress } from "node:dns"
import { getCACertificates, setDefaultCACertificates } from "node:tls"
import { addressRanges } from "../../src/outbound/addressRange.ts"
import { SafeFetch } from "../../src/outbound/SafeFetch.ts"
import { certificateFor } from "./Certificate.ts"
import { Receiver, status } from "./Receiver.ts"

const certificate = certificateFor("hook.example")

const toLoopback = ((_: string, __: object, done: (error: null, found: ReadonlyArray<LookupAddress>) => void) =>
  done(null, [{ address: "127.0.0.1", family: 4 }])) as typeof lookup

const layer = SafeFetch.layer({ allowHttp: false, allow: addressRanges("127.0.0.1")!, resolve: toLoopback })

/** Trusts these as well until the scope closes. */
const trusting = (cert: string) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const before = getCACertificates("default")
      setDefaultCACertificates([...before, cert])
      return before
    }),
    (before) => Effect.sync(() => setDefaultCACertificates(before))
  )

const post = Effect.fnUntraced(function* (name: string, port: number) {
  const { post, target } = yield* SafeFetch
  return yield* post(yield* target("WEBHOOK_URL", `https://${name}:${port}/`), { body: "{}", headers: {} })
})

describe("SafeFetch over TLS", () => {
  it.effect("calls who shows a trusted certificate for the name that was looked up", () =>
    Effect.gen(function* () {
      yield* trusting(certificate.cert)
      const receiver = yield* Receiver.open(certificate)
      receiver.answer = status(200, "hello")
      assert.deepStrictEqual(yield* post("hook.example", receiver.port), { status: 200, body: "hello" })
      assert.strictEqual(receiver.received[0]?.headers.host, `hook.example:${receiver.port}`)
      const { why } = yield* Effect.flip(post("other.example", receiver.port)).pipe(
        Effect.filterOrFail((error) => error._tag === "CallFailed")
      )
      assert.strictEqual(why, "ERR_TLS_CERT_ALTNAME_INVALID")
      assert.strictEqual(receiver.received.length, 1)
    }).pipe(Effect.provide(layer))
  )

  it.effect("sends nothing to who shows another certificate", () =>
    Effect.gen(function* () {
      const receiver = yield* Receiver.open(certificate)
      const error = yield* Effect.flip(post("hook.example", receiver.port))
      assert.deepInclude(error, { _tag: "CallFailed", why: "DEPTH_ZERO_SELF_SIGNED_CERT" })
      assert.strictEqual(receiver.received.length, 0)
    }).pipe(Effect.provide(layer))
  )
})
