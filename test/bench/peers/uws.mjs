/**
 * uWebSockets.js with its own publish, which coalesces. Relays, checks nothing. The binary is loaded by name: the package
 * around it would fall back to JavaScript in silence, and this peer is only worth its name when native.
 */
import { createRequire } from "node:module"
import { message } from "./message.mjs"

const { platform, arch, versions } = process
const uws = createRequire(import.meta.url)(
  `@trufflesuite/uws-js-unofficial/binaries/uws_${platform}_${arch}_${versions.modules}.node`
)
const beat = Number(process.env.PING_INTERVAL_MS ?? 30_000)
const decoder = new TextDecoder()

const app = uws.App()
app.ws("/ws", {
  compression: uws.DISABLED,
  maxBackpressure: 0,
  sendPingsAutomatically: true,
  idleTimeout: Math.max(8, Math.ceil(beat / 1000) * 2),
  upgrade: (response, request, context) => {
    const query = new URLSearchParams(request.getQuery())
    const data = { room: query.get("room") ?? "global", id: query.get("userId"), name: query.get("username") }
    const header = (name) => request.getHeader(name)
    response.upgrade(
      data,
      header("sec-websocket-key"),
      header("sec-websocket-protocol"),
      header("sec-websocket-extensions"),
      context
    )
  },
  open: (client) => client.subscribe(client.room),
  message: (client, data) => {
    const { room } = client
    app.publish(room, JSON.stringify(message(room, client, JSON.parse(decoder.decode(data)))))
  }
})
app.listen("127.0.0.1", Number(process.env.PORT), (socket) => {
  if (socket) console.log("READY")
  else process.exit(1)
})
