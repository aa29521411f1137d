/**
 * No chat at all: pushes ready-made frames as fast as each socket takes them, so that the load generator's own ceiling is
 * known. All clients get the same blocks, numbered on; FRAMES_PER_WRITE says how many frames a block has.
 */
import { createHash } from "node:crypto"
import { createServer } from "node:net"

const perWrite = Number(process.env.FRAMES_PER_WRITE ?? 64)
const kept = 4096
const template = JSON.stringify({
  messageId: "550e8400-e29b-41d4-a716-446655440000",
  roomId: "bench-main-0-0",
  seq: 1,
  type: "chat",
  userId: "umain0",
  username: "Umain0",
  content: "~0000000000 " + "x".repeat(188),
  timestamp: "2025-12-30T10:30:00.000Z"
})
const frame = Buffer.concat([
  Buffer.from([0x81, 126, template.length >> 8, template.length & 255]),
  Buffer.from(template)
])
// Not searched in the frame: the length marker 126 is a tilde too.
const numberAt = 4 + template.indexOf("~") + 5
const blocks = new Map()

const block = (index) => {
  let bytes = blocks.get(index)
  if (bytes === undefined) {
    bytes = Buffer.concat(Array.from({ length: perWrite }, () => frame))
    for (let at = 0; at < perWrite; at++) {
      const number = (index * perWrite + at).toString(32).padStart(6, "0")
      bytes.write(number, at * frame.length + numberAt, "latin1")
    }
    blocks.set(index, bytes)
    blocks.delete(index - kept)
  }
  return bytes
}

const server = createServer({ noDelay: true }, (socket) => {
  let head = ""
  let next = 0
  const push = () => {
    // Not in the callback itself: one fast socket would keep all others waiting.
    socket.write(block(next++), () => setImmediate(push))
  }
  socket.on("error", () => {})
  socket.on("data", (data) => {
    if (head === undefined) return
    head += data.toString("latin1")
    if (!head.includes("\r\n\r\n")) return
    const key = /sec-websocket-key: (.*)\r\n/i.exec(head)?.[1] ?? ""
    head = undefined
    const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64")
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`
    )
    setTimeout(push, 500)
  })
})
server.listen(Number(process.env.PORT), "127.0.0.1", () => console.log("READY"))
