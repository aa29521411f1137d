import { Effect } from "effect"
import { NodeServer } from "../../src/http/NodeServer.ts"

/** Asks the server of this test for what is not JSON. */
export const askText = Effect.fnUntraced(function* (path: string, init: RequestInit = {}) {
  const server = yield* NodeServer
  if (server.port() === 0) yield* server.listen
  return yield* Effect.promise(async () => {
    const response = await fetch(`http://127.0.0.1:${server.port()}${path}`, init)
    return { status: response.status, headers: response.headers, text: await response.text() }
  })
})
