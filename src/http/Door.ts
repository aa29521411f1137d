/** What a request has to get past before anything looks at what it wants: how often its address may ask, and from which pages. */
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import { Clock, Context, Effect, Layer, Schedule } from "effect"
import { supervise } from "../actor/supervise.ts"
import { type AllowedOrigins, originAllowed } from "../identity/Origins.ts"
import { type Hop, Proxies } from "../identity/Proxies.ts"
import { RequestLimits, type RequestLimitsOptions } from "./RequestLimits.ts"

export interface DoorOptions {
  readonly limits: RequestLimitsOptions
  readonly origins: AllowedOrigins
  /** Addresses whose forwarding headers count. */
  readonly trustedProxies: ReadonlyArray<string>
}

const SWEEP_MS = 10_000

/** What changes nothing, which pages may always send; CORS decides who may read the answer. */
const HARMLESS = ["GET", "HEAD", "OPTIONS"]

const hopOf = (request: HttpServerRequest.HttpServerRequest): Hop => {
  const { headers, socket } = NodeHttpServerRequest.toIncomingMessage(request)
  return { headers, socket }
}

export class Door extends Context.Service<
  Door,
  {
    /** Takes a request from its address' allowance: 0, or the milliseconds after which to come back. */
    ask(request: HttpServerRequest.HttpServerRequest): number
    /** Where a request is from, as far as proxies that are trusted say so. */
    addressOf(request: HttpServerRequest.HttpServerRequest): string
    /** Notes that a request showed a wrong token or key, which costs its address more than others do. */
    failed(request: HttpServerRequest.HttpServerRequest): void
    /** Whether the page that a request comes from, if it does, may have it sent. */
    admits(request: HttpServerRequest.HttpServerRequest): boolean
  }
>()("hubbub/http/Door") {
  static readonly layer = ({ limits: options, origins, trustedProxies }: DoorOptions) =>
    Layer.effect(
      Door,
      Effect.gen(function* () {
        const clock = yield* Clock.Clock
        const now = () => Number(clock.monotonicTimeNanosUnsafe()) / 1e6
        const limits = new RequestLimits(options)
        const proxies = new Proxies(trustedProxies)
        yield* Effect.sync(() => limits.sweep(now())).pipe(
          Effect.schedule(Schedule.spaced(SWEEP_MS)),
          Effect.andThen(Effect.never),
          supervise("request limits")
        )
        const addressOf = (request: HttpServerRequest.HttpServerRequest) => proxies.addressOf(hopOf(request))
        return Door.of({
          addressOf,
          // asking the kernel for the address is a system call
          ask: (request) => (limits.on ? limits.ask(addressOf(request), now()) : 0),
          failed: (request) => {
            if (limits.on) limits.failed(addressOf(request), now())
          },
          admits: (request) => {
            const { origin } = request.headers
            if (origin === undefined || HARMLESS.includes(request.method)) return true
            const { host, scheme } = proxies.siteOf(hopOf(request))
            return originAllowed(origins, origin, host, scheme)
          }
        })
      })
    )
}
