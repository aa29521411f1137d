/** A WebSocket on a raw line that was let in by the rules, to break them afterwards. */
import { closeReasons } from "../../src/domain/CloseReason.ts"
import type { Dialect } from "../../src/domain/ClientFrame.ts"
import { CLOSE, CONTINUATION, parseAnswer, parseFrame, PING, PONG, rawFrame, TEXT } from "../support/RawFrame.ts"
import type { Target } from "./Attack.ts"
import { Line } from "./Line.ts"

/** A message of the server, or the code it closed with; 1006 where the line ended without one. */
export type Heard =
  | { readonly _tag: "Message"; readonly message: Readonly<Record<string, unknown>> }
  | { readonly _tag: "Closed"; readonly code: number }

/** Codes that say that the server itself is at fault. */
const INTERNAL = closeReasons.internal.code
/** Codes the server may close with, besides an echo of the client's own; what follows no rule is cut without a code (1006). */
const codes = new Set<number>([...Object.values(closeReasons).map(({ code }) => code), 1005, 1006])

/** What is wrong about a close code, where something is. */
export const closeFault = (code: number): string | undefined =>
  code !== INTERNAL && codes.has(code) ? undefined : `the server closed with ${code}`

const KEY = "dGhlIHNhbXBsZSBub25jZQ=="

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

export class Intruder {
  readonly line: Line
  private readonly parts: Array<Buffer> = []

  private constructor(line: Line) {
    this.line = line
  }

  /** A refusal of what should be let in is an error. */
  static async enter(...by: Parameters<typeof Intruder.knock>): Promise<Intruder> {
    const { intruder, said } = await Intruder.knock(...by)
    if (intruder === undefined) throw new Error(`a good upgrade was answered ${said}`)
    return intruder
  }

  /** Who was let in, or what was said instead, the status first. */
  static async knock(
    { port, token }: Pick<Target, "port" | "token">,
    query: Readonly<Record<string, string>>,
    dialect: Dialect
  ): Promise<{ readonly intruder: Intruder | undefined; readonly said: string }> {
    const line = await Line.open(port)
    const headers = [
      `GET /ws?${new URLSearchParams(query).toString()} HTTP/1.1`,
      "Host: localhost",
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      `Sec-WebSocket-Key: ${KEY}`,
      ...(dialect === "plain" ? [] : [`Sec-WebSocket-Protocol: ${dialect}`]),
      ...(token === undefined ? [] : [`Authorization: Bearer ${token}`])
    ]
    line.write(`${headers.join("\r\n")}\r\n\r\n`)
    const answer = await line.take((bytes) => {
      const parsed = parseAnswer(bytes)
      return parsed === undefined ? undefined : { value: parsed.answer, length: parsed.length }
    })
    const said = `${answer?.status ?? "nothing"}: ${answer?.body ?? ""}`
    if (answer?.status === 101) return { intruder: new Intruder(line), said }
    line.destroy()
    return { intruder: undefined, said }
  }

  say(text: string): void {
    this.line.write(rawFrame({ payload: text }))
  }

  /** The next message or the end; pings are answered on the way. */
  async next(): Promise<Heard> {
    while (true) {
      const frame = await this.line.take((bytes) => {
        const parsed = parseFrame(bytes)
        return parsed === undefined ? undefined : { value: parsed.frame, length: parsed.length }
      })
      if (frame === undefined) return { _tag: "Closed", code: 1006 }
      const { fin, opcode, payload } = frame
      if (opcode === PING) this.line.write(rawFrame({ opcode: PONG, payload }))
      if (opcode === CLOSE) return { _tag: "Closed", code: payload.length < 2 ? 1005 : payload.readUInt16BE(0) }
      if (opcode !== TEXT && opcode !== CONTINUATION) continue
      this.parts.push(Buffer.from(payload))
      if (!fin) continue
      const message: unknown = JSON.parse(Buffer.concat(this.parts.splice(0)).toString())
      if (!isObject(message)) throw new Error("the server sent JSON that is no object")
      return { _tag: "Message", message }
    }
  }

  /** What was wrong with everything from here to the end, which is asked for if it does not come by itself. */
  async faultToTheEnd(): Promise<string | undefined> {
    this.line.write(rawFrame({ opcode: CLOSE, payload: Buffer.from([0x03, 0xe8]) }))
    while (true) {
      const heard = await this.next()
      if (heard._tag === "Closed") {
        this.line.finish()
        await this.line.ended()
        return closeFault(heard.code)
      }
      const fault = messageFault(heard.message)
      if (fault !== undefined) return fault
    }
  }
}

/** What is wrong about a message of the server, where something is. */
export const messageFault = (message: Readonly<Record<string, unknown>>): string | undefined =>
  message["type"] === "error" && message["code"] === "internal"
    ? `the server answered ${JSON.stringify(message)}`
    : undefined
