/** Answers an upgrade that is refused with a problem document (RFC 9457), before any WebSocket byte, and closes. */
import type { Duplex } from "node:stream"
import { STATUS_CODES } from "node:http"
import { type Problem, problem } from "../domain/Problem.ts"
import { SECURITY_HEADERS } from "../http/securityHeaders.ts"

export const refuseUpgrade = (
  socket: Duplex,
  status: number,
  details: Omit<Problem, "type" | "title" | "status">,
  headers: Readonly<Record<string, string>> = {}
): void => {
  const body = JSON.stringify(problem(status, details))
  const lines = Object.entries({
    ...SECURITY_HEADERS,
    "Content-Type": "application/problem+json",
    "Content-Length": String(Buffer.byteLength(body)),
    Connection: "close",
    ...(details.retryAfterMs === undefined ? {} : { "Retry-After": String(Math.ceil(details.retryAfterMs / 1000)) }),
    ...headers
  }).map(([name, value]) => `${name}: ${value}\r\n`)
  // the server lets sockets stay half open, so a client that never closes its half would keep the descriptor for good
  socket.once("finish", () => socket.destroy())
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join("")}\r\n${body}`)
}
