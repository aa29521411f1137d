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
  /** Whether what was said before is still to be told. */
  private holding = false
  /** Where a room that is held began to be told: what comes before decides only whether this was an answer. */
  private readonly first = new Map<string, { readonly author: string; readonly at: number }>()
  /** The same as `bursts`, of what comes before. */
  private readonly past = new Map<string, Burst>()

  constructor(sink: ResponseSink) {
    this.sink = sink
  }

  /** Messages of a room must come in the order of time. */
  said(roomId: string, author: string, at: number): void {
    if (this.holding && !this.first.has(roomId)) this.first.set(roomId, { author, at })
    this.respond(this.bursts, roomId, author, at)
  }

  /** Takes what is `said` from now on as coming after what is told by `earlier`, in each room until it is resumed. */
  hold(): void {
    this.holding = true
  }

  /** The author and moment of the last message before those that are still to be told. */
  seed(roomId: string, author: string, last: number): void {
    this.past.set(roomId, { author, last })
  }

  /** Tells a held room's message that comes before those that were said. */
  earlier(roomId: string, author: string, at: number): void {
    this.respond(this.past, roomId, author, at)
  }

  /** Everything of a room that comes before was told. */
  resume(roomId: string): void {
    const past = this.past.get(roomId)
    const first = this.first.get(roomId)
    this.past.delete(roomId)
    this.first.delete(roomId)
    if (past === undefined) return
    if (first === undefined) this.bursts.set(roomId, past)
    else this.answer(roomId, past, first.author, first.at)
  }

  /** Everything of all rooms that comes before was told. */
  resumeAll(): void {
    this.holding = false
    this.first.clear()
  }

  /** Gives up bursts whose time was over before `before`. Every message up to then must have been told. */
  expire(before: number): void {
    for (const [roomId, { last }] of this.bursts) {
      if (last + ANSWER_MS >= before) continue
      this.bursts.delete(roomId)
      this.sink.unanswered(roomId, last + ANSWER_MS)
    }
  }

  private respond(bursts: Map<string, Burst>, roomId: string, author: string, at: number) {
    const burst = bursts.get(roomId)
    if (burst === undefined) {
      bursts.set(roomId, { author, last: at })
      return
    }
    this.answer(roomId, burst, author, at)
    burst.author = author
    burst.last = at
  }

  /** What a message means to the burst before it. */
  private answer(roomId: string, { author, last }: Burst, by: string, at: number) {
    if (at - last > ANSWER_MS) this.sink.unanswered(roomId, last + ANSWER_MS)
    else if (author !== by) this.sink.answered(roomId, at, Math.max(0, at - last))
  }
}
