/** The real routes on a real port, over whatever history a test gives them. */
import { Effect, Layer, Redacted } from "effect"
import { Lifecycle } from "../../src/actor/Lifecycle.ts"
import { Cursors } from "../../src/http/Cursors.ts"
import { NodeServer } from "../../src/http/NodeServer.ts"
import * as Routes from "../../src/http/Routes.ts"
import { logOptions } from "../../src/Persistence.ts"
import { RoomLog } from "../../src/log/RoomLog.ts"
import type { History } from "../../src/store/History.ts"
import { Storage } from "../../src/store/Storage.ts"
import { configuration, engineLayer } from "./Engine.ts"

export const cursors = Cursors.layer(Redacted.make(Buffer.alloc(32, 7)))

/** An answer: its status, headers, and what its JSON says. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly body: Readonly<Record<string, unknown>>
}

/** Asks the server of this test. */
export const ask = Effect.fnUntraced(function* (path: string, init: RequestInit = {}) {
  const server = yield* NodeServer
  if (server.port() === 0) yield* server.listen
  return yield* Effect.promise(async (): Promise<Answer> => {
    const response = await fetch(`http://127.0.0.1:${server.port()}${path}`, init)
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, body: text === "" ? {} : JSON.parse(text) }
  })
})

/** A server whose pages come from `history`; rooms, people and figures are the engine's own. */
export const web = (history: Layer.Layer<History>) => {
  const log = RoomLog.layerMemory(logOptions(configuration()))
  return Routes.layer({ origins: ["https://chat.example"] }).pipe(
    Layer.provideMerge(history),
    Layer.provideMerge(cursors),
    Layer.provide(Storage.layerMemory),
    Layer.provideMerge(engineLayer(configuration(), log)),
    Layer.provideMerge(log),
    Layer.provideMerge(Lifecycle.layer),
    Layer.provideMerge(NodeServer.layer({ host: "127.0.0.1", port: 0, headersTimeoutMs: 5000 }))
  )
}
