/**
 * Messages that are not acknowledged yet, in the order they were said. Each keeps its id over every repeat, so that it becomes one message;
 * what a lost connection left unanswered is sent again on the next one.
 */
import { createWaiters, type Waiting } from "./Waiters.ts"
import { uuid } from "./uuid.ts"
import { answerOf, type Calls, type Question } from "./Calls.ts"
import { HubbubError } from "./HubbubError.ts"
import { refused } from "./quiet.ts"
import type { Ack, Outgoing, Welcome } from "./Frame.ts"
import type { Settings } from "./Settings.ts"

type Said = Extract<Outgoing, { readonly type: "chat" | "direct" }> & { readonly messageId: string }

export interface SendOptions extends Waiting {
  /** Whether to try again when the server is busy, when one spoke too soon or too much; later messages wait for it meanwhile. */
  readonly retry?: boolean
  /** The id of the message that it answers. */
  readonly replyTo?: string | undefined
  /** Whom it speaks to, beside those whose id it has after an `@`. */
  readonly mentions?: ReadonlyArray<string> | undefined
}

export interface SayOptions extends SendOptions {
  /** A UUID; made where none is given. The same again is the same message. */
  readonly messageId?: string
}

type Address = { readonly type: "chat"; readonly roomId: string } | { readonly type: "direct"; readonly to: string }

/** Where messages go: those of one lane are sent in order. */
export interface Lane {
  /** Lanes of one name are one. */
  readonly name: string
  /** Milliseconds until messages may leave; `Infinity`: that is told. */
  due(): number
  /** Whether they ever may. */
  wanted(): boolean
  /** Waits to be sent. */
  queued(said: Said): void
  /** What became of it; nothing where it was taken back before it left. */
  settled(messageId: string, outcome: Ack | HubbubError | undefined): void
}

export interface Outbox {
  /** How many wait. */
  readonly size: number
  /** Resolves once the message is kept. After its time is over it is still sent; its signal takes it back as long as it has not left. */
  send(lane: Lane, to: Address, content: string, options?: SayOptions): Promise<Ack>
  live(limits: Welcome["limits"]): void
  /** Fails what waits in a lane and is not under way. */
  end(error: HubbubError, lane: Lane): void
}

interface Entry extends Question {
  readonly said: Said
  wait(waiting: Waiting): Promise<Ack>
  end(outcome: Ack | HubbubError | undefined): void
}

export const createOutbox = ({ clock, outboxMax = 100 }: Settings, calls: Calls, changed: () => void): Outbox => {
  const entries = new Map<string, Entry>()
  let limits: Partial<Welcome["limits"]> = {}
  let tokens = 0
  let countedAt = 0

  /** Takes a token of those the server gives; 0, or the milliseconds until there is one. */
  const take = (): number => {
    const { messageBurst = 0, messagesPerSecond } = limits
    if (!messagesPerSecond) return 0
    const now = clock.now()
    // half of what the server gives: other frames take of it as well, and not all are under way for the same time
    tokens = Math.min(Math.max(1, messageBurst / 2), tokens + ((now - countedAt) * messagesPerSecond) / 1000)
    countedAt = now
    if (tokens < 1) return Math.ceil(((1 - tokens) * 1000) / messagesPerSecond)
    tokens--
    return 0
  }

  const entryOf = (lane: Lane, said: Said, retry: boolean): Entry => {
    const { messageId } = said
    const waiters = createWaiters<Ack>(clock)
    /** Waited for a connection, together with others: these leave no faster than the server takes them. */
    let backlog = !!lane.due()
    let left = false

    const end = (outcome: Ack | HubbubError | undefined) => {
      entries.delete(messageId)
      calls.drop(entry)
      lane.settled(messageId, outcome)
      if (outcome) waiters.settle(outcome)
      changed()
    }

    const entry: Entry = {
      said,
      lane: lane.name,
      alone: retry,
      due: () => lane.due() || take() * +backlog,
      frame: () => {
        // the server ends who sends a frame that is too large
        if (said.content.length <= 2 * (limits.contentCodePoints ?? Infinity)) {
          left = true
          return said
        }
        end(new HubbubError("content_too_long", { field: "content" }))
        return undefined
      },
      again: ({ code, retryAfterMs }) => {
        if (code !== "disconnected") return retry && retryAfterMs !== undefined && code !== "muted"
        backlog = true
        return lane.wanted()
      },
      done: (answer) => end(answerOf(answer, "ack")),
      wait: (waiting) =>
        waiters.add(waiting, (aborted) => {
          if (aborted && !left && waiters.size === 0) end(undefined)
        }),
      end
    }
    return entry
  }

  return {
    get size() {
      return entries.size
    },
    send: (lane, to, content, { mentions, replyTo, retry = false, ...options } = {}) => {
      const { messageId = uuid(), ...waiting } = options
      const said = { ...to, content, messageId: messageId.toLowerCase(), replyTo, mentions }
      if (waiting.signal?.aborted) return refused(waiting.signal.reason)
      const known = entries.get(said.messageId)
      if (known && (known.said.content !== content || known.lane !== lane.name)) {
        return refused(new HubbubError("idempotency_conflict", { field: "messageId" }))
      }
      if (!known && entries.size >= outboxMax) return refused(new HubbubError("outbox_full"))
      const entry = known ?? entryOf(lane, said, retry)
      const kept = entry.wait(waiting)
      if (!known) {
        entries.set(said.messageId, entry)
        lane.queued(said)
        changed()
        calls.ask(entry)
      }
      return kept
    },
    live: (stated) => {
      limits = stated
      tokens = Infinity
    },
    end: (error, lane) => {
      for (const entry of entries.values()) if (entry.lane === lane.name && !entry.ref) entry.end(error)
    }
  }
}
