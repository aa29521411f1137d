/**
 * Calls out over HTTP, to public addresses only. A name is looked up once for each connection, and the connection goes to the very
 * addresses that were checked, so that a name that changes its mind in between gains nothing. Redirects are answers, never followed.
 */
import { isUtf8 } from "node:buffer"
import { lookup } from "node:dns"
import { Agent as HttpAgent, type ClientRequest, type IncomingMessage, request as requestHttp } from "node:http"
import { Agent as HttpsAgent, request as requestHttps } from "node:https"
import { isIP, type LookupFunction } from "node:net"
import { Context, Data, Effect, Layer } from "effect"
import { version } from "../version.ts"
import { AddressRules } from "./AddressRules.ts"
import type { AddressRange } from "./addressRange.ts"
import { checkedTarget, hostOf, TargetRefused } from "./Target.ts"

/** Milliseconds a call may take in all: lookup, connection, request and answer. */
export const CALL_MS = 5000
/** Bytes of an answer that are read. */
export const ANSWER_BYTES = 65_536
/** Milliseconds a connection is kept for the next call; below the 5 s after which many servers close theirs. */
const IDLE_MS = 4000
const FORBIDDEN = "forbidden_address"

/** No answer: `why` is a code such as `timeout`, `ECONNREFUSED` or `forbidden_address`, and never holds anything of the target. */
export class CallFailed extends Data.TaggedError("CallFailed")<{
  readonly why: string
  /** The connection was kept from an earlier call and turned out to be closed. */
  readonly stale: boolean
}> {}

export interface Answer {
  readonly status: number
  /** Nothing where it is longer than 64 KiB, or is no UTF-8. For programs: what it says is not to be logged. */
  readonly body: string | undefined
}

export interface Call {
  /** JSON. */
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

export interface SafeFetchOptions {
  readonly allowHttp: boolean
  /** What may be called although it is not public. */
  readonly allow: ReadonlyArray<AddressRange>
  /** Looks names up; the system does unless given. */
  readonly resolve?: typeof lookup
}

/** The code of an error of Node's: its message would name addresses. */
const codeOf = (error: Error): string => ("code" in error && typeof error.code === "string" ? error.code : error.name)

const callFailed = (error: Error, stale = false) => Effect.fail(new CallFailed({ why: codeOf(error), stale }))

const coded = (code: string): Error => Object.assign(new Error(code), { code })

/** A `lookup` for connections that gives permitted addresses only; none of them is an error. */
const guarded =
  (rules: AddressRules, resolve: typeof lookup): LookupFunction =>
  (hostname, options, done) => {
    resolve(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) return done(error, [])
      const permitted = found.filter(({ address }) => rules.permits(address))
      const [first] = permitted
      if (first === undefined) return done(coded(FORBIDDEN), [])
      return options.all === true ? done(null, permitted) : done(null, first.address, first.family)
    })
  }

/** Reads an answer to its end, or to where it gets too long. */
const read = (response: IncomingMessage, done: (answer: Answer) => void) => {
  const status = response.statusCode ?? 0
  const chunks: Array<Buffer> = []
  let bytes = 0
  response.on("data", (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes <= ANSWER_BYTES) return chunks.push(chunk)
    done({ status, body: undefined })
    return response.destroy()
  })
  response.on("end", () => {
    const body = Buffer.concat(chunks)
    done({ status, body: isUtf8(body) ? body.toString() : undefined })
  })
}

export class SafeFetch extends Context.Service<
  SafeFetch,
  {
    /** Checks the URL that a variable is set to; what its name leads to is checked with each connection. */
    target(variable: string, url: string): Effect.Effect<URL, TargetRefused>
    /** POSTs JSON and waits for the answer, whatever its status. */
    post(target: URL, call: Call): Effect.Effect<Answer, CallFailed>
  }
>()("hubbub/outbound/SafeFetch") {
  static readonly layer = ({ allow, allowHttp, resolve = lookup }: SafeFetchOptions) =>
    Layer.effect(
      SafeFetch,
      Effect.gen(function* () {
        const rules = new AddressRules(allow)
        const agents = yield* Effect.acquireRelease(
          Effect.sync(() => {
            // idle connections only: a call in progress has its own time
            const options = { keepAlive: true, timeout: IDLE_MS, maxFreeSockets: 16 }
            return { http: new HttpAgent(options), https: new HttpsAgent(options) }
          }),
          ({ http, https }) =>
            Effect.sync(() => {
              http.destroy()
              https.destroy()
            })
        )
        const pinned = guarded(rules, resolve)

        const begin = (url: URL, { body, headers }: Call): ClientRequest => {
          const options = {
            method: "POST",
            lookup: pinned,
            headers: {
              ...headers,
              "content-type": "application/json",
              "content-length": Buffer.byteLength(body),
              "user-agent": `hubbub/${version}`
            }
          }
          // Node asks no lookup for what is an address already
          const host = hostOf(url)
          if (isIP(host) !== 0 && !rules.permits(host)) throw coded(FORBIDDEN)
          return url.protocol === "https:"
            ? requestHttps(url, { ...options, agent: agents.https })
            : requestHttp(url, { ...options, agent: agents.http })
        }

        const attempt = (target: URL, call: Call) =>
          Effect.callback<Answer, CallFailed>((resume) => {
            let request: ClientRequest
            try {
              request = begin(target, call)
            } catch (error) {
              return resume(callFailed(error instanceof Error ? error : new Error(String(error))))
            }
            /** The first of what happened; what comes after follows from it. */
            let outcome: Effect.Effect<Answer, CallFailed> | undefined
            let answering = false
            request.on("response", (response) => {
              answering = true
              response.on("error", (error) => (outcome ??= callFailed(error)))
              read(response, (answer) => (outcome ??= Effect.succeed(answer)))
            })
            request.on("error", (error) => (outcome ??= callFailed(error, request.reusedSocket && !answering)))
            // not in the same turn: the error of an answer comes after this, and so does the connection's return to its agent
            request.on("close", () => setImmediate(() => resume(outcome ?? callFailed(coded("closed")))))
            request.end(call.body)
            return Effect.sync(() => request.destroy())
          })

        return SafeFetch.of({
          target: (variable, url) =>
            Effect.suspend(() => {
              const target = checkedTarget(variable, url, { addresses: rules, allowHttp })
              return target instanceof TargetRefused ? Effect.fail(target) : Effect.succeed(target)
            }),
          post: (target, call) =>
            attempt(target, call).pipe(
              Effect.retry({ times: 1, while: ({ stale }) => stale }),
              Effect.timeoutOrElse({
                duration: CALL_MS,
                orElse: () => Effect.fail(new CallFailed({ why: "timeout", stale: false }))
              })
            )
        })
      })
    )
}
