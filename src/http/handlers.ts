/** What the routes of `Api` answer. */
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as ProblemDetails from "effect/http/ProblemDetails"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { Effect, Layer } from "effect"
import { Lifecycle } from "../actor/Lifecycle.ts"
import { Supervisor } from "../actor/Supervisor.ts"
import { Analytics } from "../analytics/Analytics.ts"
import { problem } from "../domain/Problem.ts"
import { Hub } from "../hub/Hub.ts"
import { Api } from "./Api.ts"
import { version } from "../version.ts"

const System = HttpApiBuilder.group(
  Api,
  "system",
  Effect.fnUntraced(function* (handlers) {
    const hub = yield* Hub
    const analytics = yield* Analytics
    const lifecycle = yield* Lifecycle
    const supervisor = yield* Supervisor
    return handlers
      .handle("health", () =>
        Effect.gen(function* () {
          const { clients, rooms } = yield* hub.size
          const { uptimeSeconds } = yield* analytics.snapshot
          return {
            status: "ok",
            clients,
            rooms,
            storage: "memory",
            durability: "memory",
            uptimeSeconds,
            version
          } as const
        })
      )
      .handleRaw("ready", () =>
        Effect.sync(() => {
          const why = lifecycle.draining() ? "draining" : supervisor.healthy() ? undefined : "failing"
          if (why === undefined) return HttpServerResponse.jsonUnsafe({ status: "ready" })
          const detail = why === "draining" ? "the server is stopping" : "a part of the server keeps crashing"
          const response = ProblemDetails.toResponse({ ...problem(503, { code: why, detail, retryAfterMs: 1000 }) })
          return HttpServerResponse.setHeader(response, "retry-after", "1")
        })
      )
  })
)

const Figures = HttpApiBuilder.group(
  Api,
  "analytics",
  Effect.fnUntraced(function* (handlers) {
    const analytics = yield* Analytics
    return handlers.handle("snapshot", () => analytics.snapshot)
  })
)

export const layer = HttpApiBuilder.layer(Api).pipe(Layer.provide(Layer.mergeAll(System, Figures)))
