/**
 * A history sorted by kind, up to a moment. Everything is in the order of time, and what happened in the same millisecond in the order it
 * was told in. Throws where a history is not one: a connection that ends without having begun.
 */
import { anonymous } from "../../src/domain/UserId.ts"
import type { DemoEvent, DemoMessage } from "../../src/demo/DemoEvent.ts"
import { type Outcome, responsesOf } from "./responsesOf.ts"
import { type TextShape, textShape } from "./textShape.ts"
import { Timeline } from "./Timeline.ts"

type Of<T extends DemoEvent["_tag"]> = Extract<DemoEvent, { readonly _tag: T }>

/** A message of somebody who is no bot. */
export type Message = DemoMessage & { readonly shape: TextShape }

/** A user's connection. */
export interface Stay {
  /** When it was opened. */
  readonly at: number
  readonly userId: string
  readonly open: boolean
  /** When it was closed; `computedAt` where it is open. */
  readonly until: number
}

/** How many connections there are after one came or went, and how many users have them. */
export interface Crowd {
  readonly at: number
  readonly connections: number
  readonly users: number
}

export class Facts {
  readonly computedAt: number
  readonly messages: Timeline<Message>
  readonly systemMessages: Timeline<DemoMessage>
  readonly botMessages: Timeline<DemoMessage>
  readonly typing: Timeline<Of<"typing" | "readMark" | "reaction">>
  readonly readMarks: Timeline<Of<"typing" | "readMark" | "reaction">>
  readonly reactions: Timeline<Of<"typing" | "readMark" | "reaction">>
  readonly joins: Timeline<Of<"joined" | "left">>
  readonly leaves: Timeline<Of<"joined" | "left">>
  readonly opened: Timeline<Of<"connected">>
  readonly closed: Timeline<Of<"disconnected">>
  readonly resumes: Timeline<Of<"resumed">>
  readonly rejected: Timeline<Of<"rejected">>
  readonly duplicates: Timeline<Of<"duplicate">>
  readonly durable: Timeline<Of<"durable" | "fannedOut">>
  readonly fannedOut: Timeline<Of<"durable" | "fannedOut">>
  /** Connections in the room at each message of any kind. */
  readonly due: Timeline<{ readonly at: number; readonly members: number }>
  readonly crowd: Timeline<Crowd>
  /** Connections of users, by when they were opened. */
  readonly stays: Timeline<Stay>
  readonly outcomes: Timeline<Outcome>
  /** The names that those who connect or talk gave last. */
  readonly names: ReadonlyMap<string, string>
  /** The longest stay, in milliseconds. */
  readonly longest: number
  private readonly bots: ReadonlySet<string>

  constructor(events: ReadonlyArray<DemoEvent>, computedAt: number) {
    const told = events.filter(({ at }) => at <= computedAt).toSorted((a, b) => a.at - b.at)
    const only = <A extends DemoEvent>(test: (event: DemoEvent) => event is A) => new Timeline(told.filter(test))
    const tagged = <T extends DemoEvent["_tag"]>(tag: T) => only((event): event is Of<T> => event._tag === tag)
    this.computedAt = computedAt
    this.opened = tagged("connected")
    this.bots = new Set(this.opened.all.filter(({ bot }) => bot).map(({ userId }) => userId))
    const said = told.filter((event) => event._tag === "message")
    this.systemMessages = new Timeline(said.filter(({ type }) => type === "system"))
    this.botMessages = new Timeline(said.filter(({ bot, type }) => type === "chat" && bot))
    const people = said.filter(({ bot, type }) => type === "chat" && !bot)
    this.messages = new Timeline(people.map((message) => ({ ...message, shape: textShape(message.content) })))
    this.names = new Map(
      [...this.opened.all, ...people].toSorted((a, b) => a.at - b.at).map(({ userId, username }) => [userId, username])
    )
    this.typing = tagged("typing")
    this.readMarks = tagged("readMark")
    this.reactions = tagged("reaction")
    this.joins = tagged("joined")
    this.leaves = tagged("left")
    this.closed = tagged("disconnected")
    this.resumes = tagged("resumed")
    this.rejected = tagged("rejected")
    this.duplicates = tagged("duplicate")
    this.durable = tagged("durable")
    this.fannedOut = tagged("fannedOut")
    this.due = new Timeline(dueOf(told))
    this.stays = new Timeline(this.staysOf())
    this.longest = this.stays.all.reduce((longest, { at, until }) => Math.max(longest, until - at), 0)
    this.crowd = new Timeline(this.crowdOf(told))
    this.outcomes = new Timeline(responsesOf(people, computedAt))
  }

  /** Whether somebody counts as a user: not without an id, and not as one that ever connected as a bot. */
  isUser(userId: string): boolean {
    return userId !== anonymous && !this.bots.has(userId)
  }

  private staysOf(): ReadonlyArray<Stay> {
    const ends = new Map(this.closed.all.map(({ at, connectionId }) => [connectionId, at]))
    const begun = new Set(this.opened.all.map(({ connectionId }) => connectionId))
    for (const connectionId of ends.keys()) if (!begun.has(connectionId)) throw new Error(`${connectionId} never began`)
    return this.opened.all
      .filter(({ userId }) => this.isUser(userId))
      .map(({ at, connectionId, userId }) => {
        const end = ends.get(connectionId)
        return { at, userId, open: end === undefined, until: end ?? this.computedAt }
      })
  }

  private crowdOf(told: ReadonlyArray<DemoEvent>): ReadonlyArray<Crowd> {
    const crowd: Array<Crowd> = []
    const connections = new Map<string, string>()
    const held = new Map<string, number>()
    for (const event of told) {
      if (event._tag !== "connected" && event._tag !== "disconnected") continue
      const { at, connectionId, userId } = event
      const change = event._tag === "connected" ? 1 : -1
      if (change === 1) connections.set(connectionId, userId)
      else connections.delete(connectionId)
      if (this.isUser(userId)) held.set(userId, (held.get(userId) ?? 0) + change)
      if (held.get(userId) === 0) held.delete(userId)
      crowd.push({ at, connections: connections.size, users: held.size })
    }
    return crowd
  }
}

const dueOf = (told: ReadonlyArray<DemoEvent>) => {
  const members = new Map<string, Set<string>>()
  const due: Array<{ readonly at: number; readonly members: number }> = []
  for (const event of told) {
    if (event._tag === "joined") {
      const room = members.get(event.roomId) ?? new Set()
      members.set(event.roomId, room.add(event.connectionId))
    } else if (event._tag === "left") members.get(event.roomId)?.delete(event.connectionId)
    else if (event._tag === "disconnected") for (const room of members.values()) room.delete(event.connectionId)
    else if (event._tag === "message") due.push({ at: event.at, members: members.get(event.roomId)?.size ?? 0 })
  }
  return due
}
