/** A small history, told line by line. Moments are written as `Date.parse` reads them. */
import type { DemoEvent } from "../../src/demo/DemoEvent.ts"
import type { ErrorCode } from "../../src/domain/ProtocolError.ts"

export class Story {
  readonly events: Array<DemoEvent> = []
  private count = 0

  /** A connection of a user, closed at `until` where that is given. Connections are numbered from 1. */
  here(userId: string, from: string, until?: string, { bot = false, code = 1000 } = {}): this {
    const connectionId = `connection ${++this.count}`
    const username = `Name of ${userId}`
    this.events.push({ _tag: "connected", at: Date.parse(from), connectionId, userId, username, bot })
    if (until === undefined) return this
    this.events.push({ _tag: "disconnected", at: Date.parse(until), connectionId, userId, code })
    return this
  }

  /** The connection of that number joins or leaves a room. */
  moves(_tag: "joined" | "left", connection: number, userId: string, at: string, roomId = "global"): this {
    this.events.push({ _tag, at: Date.parse(at), connectionId: `connection ${connection}`, roomId, userId })
    return this
  }

  says(
    userId: string,
    at: string,
    {
      bot = false,
      content = "hello",
      replyTo,
      room: roomId = "global",
      type = "chat"
    }: { bot?: boolean; content?: string; replyTo?: string; room?: string; type?: "chat" | "system" } = {}
  ): this {
    const said = { at: Date.parse(at), roomId, userId, username: `Name of ${userId}`, type, bot, content }
    const messageId = `message ${++this.count}`
    this.events.push({ _tag: "message", ...said, messageId, ...(replyTo === undefined ? {} : { replyTo }) })
    return this
  }

  does(_tag: "typing" | "readMark" | "reaction", userId: string, at: string, roomId = "global"): this {
    this.events.push({ _tag, at: Date.parse(at), roomId, userId })
    return this
  }

  takes(_tag: "durable" | "fannedOut", at: string, ...ms: ReadonlyArray<number>): this {
    for (const one of ms) this.events.push({ _tag, at: Date.parse(at), ms: one })
    return this
  }

  resumes(at: string, recovered: boolean, replayed: number): this {
    this.events.push({ _tag: "resumed", at: Date.parse(at), recovered, replayed })
    return this
  }

  isRefused(at: string, reason: ErrorCode): this {
    this.events.push({ _tag: "rejected", at: Date.parse(at), reason })
    return this
  }

  repeats(at: string): this {
    this.events.push({ _tag: "duplicate", at: Date.parse(at) })
    return this
  }
}
