/** What the routes of `Api` answer. */
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { Effect, Layer } from "effect"
import { Lifecycle } from "../actor/Lifecycle.ts"
import { Supervisor } from "../actor/Supervisor.ts"
import { Analytics } from "../analytics/Analytics.ts"
import { Hub } from "../hub/Hub.ts"
import * as AdminHandlers from "./admin/adminHandlers.ts"
import * as AnalyticsHandlers from "./analyticsHandlers.ts"
import { Api } from "./Api.ts"
import * as HistoryHandlers from "./historyHandlers.ts"
import * as ModerationHandlers from "./moderation/moderationHandlers.ts"
import * as ConversationsHandlers from "./private/conversationsHandlers.ts"
import { problemResponse } from "./problemResponse.ts"
import type { SignIn } from "./SignIn.ts"
import type { DrainStatus } from "../store/Drain.ts"
import { Storage } from "../store/Storage.ts"
import { version } from "../version.ts"

const backlogOf = ({ backlogBytes, deadLetters, oldestMs }: DrainStatus) => ({
  bytes: backlogBytes,
  oldestMs,
  deadLetters
})

const notReady = (code: string, detail: string) => problemResponse(503, { code, detail, retryAfterMs: 1000 })

export interface HandlersOptions extends AnalyticsHandlers.AnalyticsOptions {
  readonly signIn: SignIn
}

const system = (auth: SignIn) =>
  HttpApiBuilder.group(
    Api,
    "system",
    Effect.fnUntraced(function* (handlers) {
      const hub = yield* Hub
      const analytics = yield* Analytics
      const lifecycle = yield* Lifecycle
      const supervisor = yield* Supervisor
      const storage = yield* Storage
      return handlers
        .handle("health", () =>
          Effect.gen(function* () {
            const { clients, rooms } = yield* hub.size
            const status = storage.status()
            return {
              status: "ok",
              clients,
              rooms,
              storage: storage.state(),
              durability: storage.durability,
              ...(status === undefined ? {} : { backlog: backlogOf(status) }),
              uptimeSeconds: analytics.uptimeSeconds(),
              version
            } as const
          })
        )
        .handleRaw("ready", () =>
          Effect.sync(() => {
            if (lifecycle.draining()) return notReady("draining", "the server is stopping")
            if (!supervisor.healthy()) return notReady("failing", "a part of the server keeps crashing")
            const status = storage.status()
            if (status === undefined || status.healthy) return HttpServerResponse.jsonUnsafe({ status: "ready" })
            // nothing is acknowledged until the store has it, so there is no chat without one
            if (storage.durability === "store" && status.store === "unavailable") {
              return notReady("unavailable", "the store does not answer")
            }
            return HttpServerResponse.jsonUnsafe({ status: "degraded", why: status.why })
          })
        )
        .handle("config", () => Effect.succeed({ name: "Hubbub", version, auth } as const))
    })
  )

export const layer = ({ signIn, ...options }: HandlersOptions) =>
  HttpApiBuilder.layer(Api, { openapiPath: "/openapi.json" }).pipe(
    Layer.provide(
      Layer.mergeAll(
        system(signIn),
        AnalyticsHandlers.layer(options),
        HistoryHandlers.layer,
        ConversationsHandlers.layer,
        ModerationHandlers.layer,
        AdminHandlers.layer
      )
    )
  )
