/** The bare loop: what a chat server is in its first hour. Relays, checks nothing. */
import { createServer } from "node:http"
import { WebSocketServer } from "ws"
import { message } from "./message.mjs"

const beat = Number(process.env.PING_INTERVAL_MS ?? 30_000)
const decoder = new TextDecoder()
const rooms = new Map()
const server = createServer()
const sockets = new WebSocketServer({ server, perMessageDeflate: false })

sockets.on("connection", (client, request) => {
  const query = new URL(request.url, "http://localhost").searchParams
  const name = query.get("room") ?? "global"
  const user = { id: query.get("userId"), name: query.get("username") }
  let room = rooms.get(name)
  if (room === undefined) rooms.set(name, (room = new Set()))
  room.add(client)
  client.alive = true
  client.on("pong", () => (client.alive = true))
  client.on("error", () => {})
  client.on("close", () => {
    room.delete(client)
    if (room.size === 0) rooms.delete(name)
  })
  client.on("message", (data) => {
    const text = JSON.stringify(message(name, user, JSON.parse(decoder.decode(data))))
    for (const other of room) other.send(text)
  })
})

setInterval(() => {
  for (const client of sockets.clients) {
    if (!client.alive) client.terminate()
    else {
      client.alive = false
      client.ping()
    }
  }
}, beat)

server.listen(Number(process.env.PORT), "127.0.0.1", 4096, () => console.log("READY"))
