/**
 * One client on a plain TCP socket: its own handshake, frames walked straight out of one static read buffer that all
 * connections share, pings answered. Everything that is no chat message goes through the dialect.
 */
import { connect, type Socket } from "node:net"
import { addressOf, type Arrival, tokenOf } from "./Arrival.ts"
import { clientFrame, opcodes } from "./clientFrame.ts"
import { now } from "./clock.ts"
import type { Dialect } from "./Dialect.ts"
import { FrameWalker, type FrameSink } from "./FrameWalker.ts"
import { mark, readSender, stampLength } from "./Stamp.ts"
import type { Traffic } from "./Traffic.ts"

export interface Place {
  readonly room: string
  readonly user: string
  /** How many came before it. */
  readonly index: number
  readonly firstSender: number
  readonly senderCount: number
  readonly firstLane: number
}

export interface Shared {
  readonly port: number
  readonly dialect: Dialect
  readonly traffic: Traffic
  readonly arrival: Arrival
  /** Whether it is counted and no failure that the server closes a connection. */
  readonly besieged: boolean
  pings: number
  presence: number
  refreshed: number
  closed: number
}

const readBuffer = Buffer.allocUnsafeSlow(64 * 1024)
/** Where the last message had its mark: the next one nearly always has it there too. */
let markOffset = 0

export class Connection implements FrameSink {
  readonly firstSender: number
  readonly senderCount: number
  readonly firstLane: number
  readonly usable: Promise<void>
  readonly socket: Socket
  /** Takes the messages instead of the traffic, by their sender. */
  onStamp: ((sender: number) => void) | undefined
  private readonly shared: Shared
  private readonly userId: string
  private readonly walker: FrameWalker
  private head = ""
  private upgraded = false
  private leaving = false
  private succeed: () => void = () => {}
  private fail: (cause: Error) => void = () => {}

  constructor(shared: Shared, place: Place) {
    this.shared = shared
    this.userId = `u${place.user}`
    this.firstSender = place.firstSender
    this.senderCount = place.senderCount
    this.firstLane = place.firstLane
    this.walker = new FrameWalker(this)
    this.usable = new Promise((resolve, reject) => {
      this.succeed = resolve
      this.fail = reject
    })
    this.usable.catch(() => {})
    this.socket = connect({
      port: shared.port,
      host: "127.0.0.1",
      localAddress: addressOf(shared.arrival, place.index),
      noDelay: true,
      onread: { buffer: readBuffer, callback: (size) => this.read(size) }
    })
    this.socket.on("error", (cause) => this.end(cause.message))
    this.socket.on("close", () => this.end("closed"))
    const { token } = this
    this.socket.write(
      `GET ${shared.dialect.path(place.user, place.room)} HTTP/1.1\r\nHost: 127.0.0.1:${shared.port}\r\n` +
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
        (token === undefined ? "" : `Authorization: Bearer ${token}\r\n`) +
        `${shared.dialect.protocol === undefined ? "" : `Sec-WebSocket-Protocol: ${shared.dialect.protocol}\r\n`}\r\n`
    )
  }

  frame(opcode: number, buffer: Buffer, start: number, end: number): void {
    if (opcode !== opcodes.text) return this.other(opcode, buffer, start, end)
    let at = start + markOffset
    if (at + stampLength > end || buffer[at] !== mark) {
      const offset = buffer.subarray(start, end).indexOf(mark)
      if (offset < 0) return this.control(buffer.toString("latin1", start, end))
      markOffset = offset
      at = start + offset
    }
    if (this.senderCount > 0) this.shared.traffic.deliver(this, buffer, at)
    else this.onStamp?.(readSender(buffer, at))
  }

  /** Shows a new token, where there are any. */
  refresh(): void {
    const { token } = this
    if (token !== undefined && !this.leaving) this.say(JSON.stringify({ type: "refresh", token }))
  }

  leave(): void {
    this.leaving = true
    this.socket.destroy()
  }

  private get token(): string | undefined {
    const { secret } = this.shared.arrival
    return secret === undefined ? undefined : tokenOf(secret, this.userId, { name: this.userId })
  }

  private read(size: number): boolean {
    if (this.leaving) return false
    this.shared.traffic.readAt = now()
    if (this.upgraded) this.walk(0, size)
    else this.handshake(size)
    return true
  }

  private walk(from: number, to: number): void {
    try {
      this.walker.push(readBuffer, from, to)
    } catch (cause) {
      this.shared.traffic.failures.add(String(cause))
      this.leave()
    }
  }

  private handshake(size: number): void {
    const before = this.head.length
    this.head += readBuffer.toString("latin1", 0, size)
    const end = this.head.indexOf("\r\n\r\n")
    if (end < 0) return
    const status = this.head.slice(0, this.head.indexOf("\r\n"))
    if (!status.startsWith("HTTP/1.1 101")) {
      return this.end(`${status} ${this.head.slice(end + 4, end + 300)}`)
    }
    this.upgraded = true
    this.head = ""
    if (this.shared.dialect.usableOnUpgrade) this.succeed()
    if (end + 4 - before < size) this.walk(end + 4 - before, size)
  }

  private other(opcode: number, buffer: Buffer, start: number, end: number): void {
    if (opcode === opcodes.ping) {
      this.shared.pings++
      this.socket.write(clientFrame(opcodes.pong, buffer.subarray(start, end)))
    } else if (opcode === opcodes.close) {
      const code = end - start >= 2 ? buffer.readUInt16BE(start) : 1005
      this.end(`closed by the server with ${code} ${buffer.toString("latin1", start + 2, end)}`)
    }
  }

  private control(text: string): void {
    const control = this.shared.dialect.control(text)
    switch (control.type) {
      case "presence":
        this.shared.presence++
        return
      case "refreshed":
        this.shared.refreshed++
        return
      case "usable":
        return this.succeed()
      case "ack":
        return this.shared.traffic.acknowledge(this, control.sender, control.number)
      case "refusal":
        return this.shared.traffic.refuse(this, control.sender, control.number)
      case "answer":
        return this.say(control.text)
      case "ping":
        this.shared.pings++
        return this.say("3")
      case "failure":
        this.shared.traffic.failures.add(control.text)
    }
  }

  private say(text: string): void {
    this.socket.write(clientFrame(opcodes.text, Buffer.from(text)))
  }

  private end(reason: string): void {
    if (this.leaving) return
    this.leave()
    this.shared.closed++
    if (!this.upgraded || !this.shared.besieged) this.shared.traffic.failures.add(reason)
    this.fail(new Error(reason))
  }
}
