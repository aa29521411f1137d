import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit } from "effect"
import { createServer } from "node:http"
import { type AddressInfo, Socket } from "node:net"
import { WebSocket, WebSocketServer } from "ws"
import { closeReasons } from "../../src/domain/CloseReason.ts"
import { WsClientSocket } from "../../src/ws/WsClientSocket.ts"

/** Both ends of one connection over loopback: what the server holds of it, and the client. */
const pair = Effect.acquireRelease(
  Effect.callback<{ readonly served: WsClientSocket; readonly client: WebSocket; readonly close: () => void }>(
    (resume) => {
      const http = createServer()
      const wss = new WebSocketServer({ noServer: true, perMessageDeflate: false })
      http.on("upgrade", (request, tcp, head) => {
        wss.handleUpgrade(request, tcp, head, (ws) => {
          assert.instanceOf(tcp, Socket)
          const served = new WsClientSocket(ws, tcp, 500)
          const close = () => {
            ws.terminate()
            http.close()
          }
          client.once("open", () => resume(Effect.succeed({ served, client, close })))
        })
      })
      let client: WebSocket
      http.listen(0, "127.0.0.1", () => {
        client = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}/`)
      })
    }
  ),
  ({ close }) => Effect.sync(close)
)

const send = (client: WebSocket, text: string) =>
  Effect.callback<void>((resume) => client.send(text, () => resume(Effect.void)))

describe("a socket", () => {
  it.live("hands on what came in ahead of its end, and then the reason", () =>
    Effect.gen(function* () {
      const { client, served } = yield* pair
      yield* send(client, "before")
      assert.deepStrictEqual([...(yield* served.pull)], ["before"])
      served.abort(closeReasons.slow)
      const exit = yield* Effect.exit(served.pull)
      assert.isTrue(Exit.isFailure(exit))
    })
  )

  it.live("cannot be kept from ending by a peer that goes on talking", () =>
    Effect.gen(function* () {
      const { client, served } = yield* pair
      served.abort(closeReasons.abuse)
      for (let i = 0; i < 200; i++) yield* send(client, `still here ${i}`)
      // heard of, and not listened to
      while (!served.heard()) yield* Effect.sleep(5)
      const exit = yield* Effect.exit(served.pull)
      assert.isTrue(Exit.isFailure(exit) && exit.cause.reasons.some((r) => r._tag === "Fail" && r.error.code === 4503))
    })
  )

  it.live("drains at once when nothing waits, and closes with the reason that it is given", () =>
    Effect.gen(function* () {
      const { client, served } = yield* pair
      yield* served.drained
      const closed = new Promise<number>((resolve) => client.once("close", resolve))
      yield* served.close(closeReasons.restart)
      assert.strictEqual(yield* Effect.promise(() => closed), 1012)
      yield* served.drained
      assert.strictEqual(served.write(Buffer.from("late")), 0)
    })
  )
})
