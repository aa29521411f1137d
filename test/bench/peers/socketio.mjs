/** Socket.IO 4 as its guide has it, websocket only. Relays, checks nothing. */
import { createServer } from "node:http"
import { Server } from "socket.io"
import { message } from "./message.mjs"

const beat = Number(process.env.PING_INTERVAL_MS ?? 25_000)
const http = createServer()
const io = new Server(http, {
  transports: ["websocket"],
  perMessageDeflate: false,
  serveClient: false,
  pingInterval: beat,
  pingTimeout: beat
})

io.on("connection", (socket) => {
  const { room, userId, username } = socket.handshake.query
  const user = { id: userId, name: username }
  void socket.join(room)
  socket.on("chat", (inbound) => io.to(room).emit("chat", message(room, user, inbound)))
})

http.listen(Number(process.env.PORT), "127.0.0.1", 4096, () => console.log("READY"))
