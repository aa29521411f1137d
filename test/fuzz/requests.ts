/** Requests as texts, put together without any rule, and what of an answer shows that the server was at fault. */
import type { Dice } from "../support/Dice.ts"
import { damaged, noise, oddText } from "./oddities.ts"

export type Headers = ReadonlyArray<readonly [name: string, value: string]>

const METHODS = [
  "POST",
  "PUT",
  "DELETE",
  "PATCH",
  "OPTIONS",
  "HEAD",
  "TRACE",
  "CONNECT",
  "get",
  "G\u0000T",
  "PRI",
  "",
  "SEARCH"
]
const VERSIONS = ["HTTP/1.0", "HTTP/0.9", "HTTP/2.0", "HTTP/1.1 ", "http/1.1", "HTTP/1", "", "HTTP/1.1\r\n folded"]

export const method = (dice: Dice): string => (dice.roll() < 0.6 ? "GET" : dice.pick(METHODS))
export const httpVersion = (dice: Dice): string => (dice.roll() < 0.9 ? "HTTP/1.1" : dice.pick(VERSIONS))

const cased = (dice: Dice, name: string) =>
  dice.pick([name.toUpperCase(), name.toLowerCase(), `${name} `, ` ${name}`, name.replaceAll("-", "_"), ""])

const changes: ReadonlyArray<(headers: Headers, dice: Dice) => Headers> = [
  (headers, dice) => headers.toSpliced(dice.below(headers.length + 1), 1),
  (headers, dice) => [...headers, dice.pick(headers)],
  (headers, dice) => headers.map(([name, value]) => (dice.roll() < 0.3 ? [cased(dice, name), value] : [name, value])),
  (headers, dice) => headers.map(([name, value]) => (dice.roll() < 0.3 ? [name, damaged(dice, value)] : [name, value])),
  (headers, dice) => headers.map(([name, value]) => (dice.roll() < 0.3 ? [name, oddText(dice)] : [name, value])),
  (headers, dice) => [...headers, ["X-Long", "a".repeat(dice.pick([1000, 9000, 17_000]))]],
  (headers, dice) => [
    ...headers,
    ...Array.from({ length: dice.pick([10, 100, 2500]) }, (_, i) => [`X-${i}`, "a"] as const)
  ],
  (headers, dice) => [...headers, [dice.pick(ODD_NAMES), dice.pick(ODD_VALUES)]]
]

const ODD_NAMES = [
  "Transfer-Encoding",
  "Content-Length",
  "Expect",
  "Origin",
  "X-Forwarded-For",
  "X-Forwarded-Host",
  "Forwarded",
  "Host",
  "Cookie",
  "Authorization",
  "Range",
  "If-None-Match",
  "Accept",
  "Accept-Encoding",
  "Connection",
  "Upgrade",
  "__proto__"
]
const ODD_VALUES = [
  "chunked",
  "chunked, identity",
  "-1",
  "0",
  "99999999999999999999",
  "100-continue",
  "null",
  "https://evil.example",
  "127.0.0.1, ::1, unknown",
  "\u0000",
  "\u00e9",
  "a\r\n b",
  "Bearer ",
  "Bearer a.b.c",
  "Basic ".repeat(100),
  "bytes=0-1,5-",
  "*/*;q=x",
  "close, Upgrade",
  "h2c",
  "websocket"
]

/** Headers with a few things wrong about them, or none. */
export const bentHeaders = (dice: Dice, headers: Headers, wrongs: number): Headers => {
  let bent = headers
  for (let i = 0; i < wrongs; i++) bent = bent.length === 0 ? headers : dice.pick(changes)(bent, dice)
  return bent
}

/** A request, of bytes as they are written here. */
export const request = (line: string, headers: Headers, body = ""): Buffer =>
  Buffer.from(`${line}\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n${body}`)

/** The same, cut off or with noise behind it by chance. */
export const frayed = (dice: Dice, bytes: Buffer): Buffer => {
  if (dice.roll() < 0.1) return bytes.subarray(0, dice.below(bytes.length + 1))
  return dice.roll() < 0.1 ? Buffer.concat([bytes, noise(dice, 100)]) : bytes
}

/** Statuses of all answers in these bytes. */
export const statusesOf = (bytes: Buffer): ReadonlyArray<number> =>
  Array.from(bytes.toString("latin1").matchAll(/HTTP\/1\.1 (\d{3}) [^\r\n]*\r\n/g), ([, status]) => Number(status))

/** What in these answers shows a fault of the server: a status of its own failure, but for 503 and for what it does not implement. */
export const answerFault = (bytes: Buffer): string | undefined => {
  const wrong = statusesOf(bytes).find((status) => status >= 500 && ![501, 503, 505].includes(status))
  if (wrong !== undefined) return `the server answered ${wrong}: ${bytes.toString("latin1").slice(0, 1000)}`
  return bytes.includes('"code":"internal"')
    ? `the server answered ${bytes.toString("utf8").slice(0, 1000)}`
    : undefined
}
