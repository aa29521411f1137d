/** The real routes on a real port, with keys and limits, where what the house says goes straight into a log. */
import { Effect, Layer, Redacted } from "effect"
import { Lifecycle } from "../../../src/actor/Lifecycle.ts"
import { Connections } from "../../../src/connection/Connections.ts"
import type { Draft } from "../../../src/domain/Message.ts"
import { refusal } from "../../../src/domain/ProtocolError.ts"
import { Connected } from "../../../src/http/admin/Connected.ts"
import { Speaker } from "../../../src/http/admin/Speaker.ts"
import { NodeServer } from "../../../src/http/NodeServer.ts"
import * as Routes from "../../../src/http/Routes.ts"
import { RoomLog } from "../../../src/log/RoomLog.ts"
import { logOptions } from "../../../src/Persistence.ts"
import { Storage } from "../../../src/store/Storage.ts"
import { SECRET } from "../../identity/minted.ts"
import { configuration, engineLayer } from "../../support/Engine.ts"
import { Past } from "../../support/Past.ts"
import { ask, cursors } from "../../support/Web.ts"

export const KEY = "k".repeat(40)
export const OTHER_KEY = "o".repeat(40)

/** Speaks into a log without a hub. */
const speaker = Layer.effect(
  Speaker,
  Effect.map(RoomLog, (log) => ({
    say: (draft: Draft) =>
      log.append([draft]).pipe(
        Effect.mapError(({ reason, retryAfterMs }) => refusal(reason, "not kept", undefined, retryAfterMs)),
        Effect.flatMap(([outcome]) => {
          if (outcome === undefined || outcome._tag === "conflict") {
            return Effect.fail(refusal("idempotency_conflict", "another message was sent under this id", "messageId"))
          }
          const { messageId, seq, timestamp } = outcome.message
          const duplicate = outcome._tag === "duplicate"
          return Effect.succeed({ messageId, seq, epoch: outcome.stream.epoch, timestamp, duplicate })
        })
      )
  }))
)

export interface Site {
  /** Whether tokens are on. */
  readonly tokens?: boolean
  /** Whether there are keys. */
  readonly keys?: boolean
  readonly limits?: Routes.RoutesOptions["limits"]
  readonly trustedProxies?: ReadonlyArray<string>
  readonly web?: Routes.RoutesOptions["web"]
  /** Who speaks instead. */
  readonly speaker?: Layer.Layer<never, never, RoomLog>
}

export const site = ({
  keys = true,
  limits,
  speaker: speaking = speaker,
  tokens = false,
  trustedProxies,
  web
}: Site = {}) => {
  const config = configuration(tokens ? { authSecret: Redacted.make(SECRET) } : {})
  const log = RoomLog.layerMemory(logOptions(config))
  return Routes.layer({
    origins: ["https://chat.example"],
    ...(limits === undefined ? {} : { limits }),
    ...(trustedProxies === undefined ? {} : { trustedProxies }),
    ...(web === undefined ? {} : { web }),
    ...(keys
      ? {
          apiKeys: Redacted.make([
            { name: "ci", key: KEY },
            { name: "ops", key: OTHER_KEY }
          ])
        }
      : {})
  }).pipe(
    Layer.provide(speaking),
    Layer.provide(Layer.effect(Connected, Connections)),
    Layer.provideMerge(new Past().layer),
    Layer.provideMerge(cursors),
    Layer.provide(Storage.layerMemory),
    Layer.provideMerge(engineLayer(config, log)),
    Layer.provideMerge(log),
    Layer.provideMerge(Lifecycle.layer),
    Layer.provideMerge(NodeServer.layer({ host: "127.0.0.1", port: 0, headersTimeoutMs: 5000 }))
  )
}

export interface Posting {
  readonly key?: string | undefined
  readonly token?: string
  readonly idempotencyKey?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Posts a body, as the program whose key it is unless told otherwise. */
export const post = (path: string, body: unknown, posting: Posting = {}) => {
  const { headers = {}, idempotencyKey, token } = posting
  const key = "key" in posting || token !== undefined ? posting.key : KEY
  return ask(path, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(key === undefined ? {} : { "x-api-key": key }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }),
      ...headers
    },
    ...(body instanceof ReadableStream
      ? { body, duplex: "half" as const }
      : { body: typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body) })
  })
}

export const get = (path: string, key = KEY) => ask(path, { headers: { authorization: `Bearer ${key}` } })
