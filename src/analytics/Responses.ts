/**
 * Response times. A burst is messages of one author in a room, each at most 24 h after the one before; it is answered by the next message
 * of another author if that comes at most 24 h after the burst's last message, else it is unanswered from then on.
 */

/** Milliseconds after which a burst is unanswered. */
export const ANSWER_MS = 86_400_000

interface Burst {
  author: string
  /** Milliseconds since 1970 of its last message. */
  last: number
}

export interface ResponseSink {
  /** At the moment of the answer. */
  answered(roomId: string, at: number, ms: number): void
  /** At the moment the time for an answer was over. */
  unanswered(roomId: string, at: number): void
}

export class Responses {
  private readonly sink: ResponseSink
  private readonly bursts = new Map<string, Burst>()
  /** Rooms whose earlier messages are still to be told, with what was said meanwhile: of each burst its first and its last message. */
  private readonly held = new Map<string, Array<{ readonly author: string; readonly first: number; last: number }>>()

  constructor(sink: ResponseSink) {
    this.sink = sink
  }

  /** Messages of a room must come in the order of time. */
  said(roomId: string, author: string, at: number): void {
    const held = this.held.get(roomId)
    if (held !== undefined) {
      const last = held.at(-1)
      if (last?.author === author && at - last.last <= ANSWER_MS) last.last = at
      else held.push({ author, first: at, last: at })
      return
    }
    this.respond(roomId, author, at, at)
  }

  /** Waits with a room until `resume`. */
  hold(roomId: string): void {
    this.held.set(roomId, [])
  }

  /** The author and moment of the last message before those that are still to be told. */
  seed(roomId: string, author: string, last: number): void {
    this.bursts.set(roomId, { author, last })
  }

  /** Tells a held room's message that comes before those that were held. */
  earlier(roomId: string, author: string, at: number): void {
    this.respond(roomId, author, at, at)
  }

  /** Tells what was held. */
  resume(roomId: string): void {
    const held = this.held.get(roomId) ?? []
    this.held.delete(roomId)
    for (const { author, first, last } of held) this.respond(roomId, author, first, last)
  }

  /** Gives up bursts whose time was over before `before`. Every message up to then must have been told. */
  expire(before: number): void {
    for (const [roomId, { last }] of this.bursts) {
      if (last + ANSWER_MS >= before || this.held.has(roomId)) continue
      this.bursts.delete(roomId)
      this.sink.unanswered(roomId, last + ANSWER_MS)
    }
  }

  private respond(roomId: string, author: string, first: number, last: number) {
    const burst = this.bursts.get(roomId)
    if (burst === undefined) {
      this.bursts.set(roomId, { author, last })
      return
    }
    const late = first - burst.last > ANSWER_MS
    if (late) this.sink.unanswered(roomId, burst.last + ANSWER_MS)
    else if (burst.author !== author) this.sink.answered(roomId, first, Math.max(0, first - burst.last))
    burst.author = author
    burst.last = last
  }
}
