/**
 * Messages that are not acknowledged yet, in the order they were said. Each keeps its id over every repeat, so that it becomes one message;
 * what a lost connection left unanswered is sent again on the next one.
 */
import type { Ack, Outgoing, Welcome } from "./Frame.ts"
import { HubbubError } from "./HubbubError.ts"
import { refused } from "./quiet.ts"
import type { Answer, Requests } from "./Requests.ts"
import type { Settings } from "./Settings.ts"
import { createWaiters, type Waiters, type Waiting } from "./Waiters.ts"

type Said = Extract<Outgoing, { readonly type: "chat" | "direct" }> & { readonly messageId: string }

export interface SendOptions extends Waiting {
  /** Whether to try again when the server is busy, when one spoke too soon or too much; later messages wait for it meanwhile. */
  readonly retry?: boolean
}

/** Where messages go: those of one lane are sent in order. */
export interface Lane {
  /** Whether messages may leave now, and whether they ever may. */
  ready(): boolean
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
  send(lane: Lane, said: Said, options: SendOptions): Promise<Ack>
  /** Sends what may leave. */
  pump(): void
  live(limits: Welcome["limits"]): void
  /** Fails what waits, of one lane only what is not under way. */
  end(error: HubbubError, lane?: Lane): void
}

interface Entry {
  readonly lane: Lane
  readonly said: Said
  readonly waiters: Waiters<Ack>
  readonly retry: boolean
  /** Sent on this connection. */
  underWay: boolean
  /** Sent at all. */
  left: boolean
  /** Waited for a connection, together with others: these leave no faster than the server takes them. */
  backlog: boolean
  notBefore: number
}

/** What the sender cannot help. */
const PASSING = ["rate_limited", "overloaded", "slow_mode"]
/** Milliseconds to wait where the server does not say. */
const RETRY_MS = 1000

export const createOutbox = (
  settings: Settings,
  requests: Requests,
  check: () => void,
  changed: () => void
): Outbox => {
  const { ackTimeoutMs, clock, outboxMax } = settings
  const entries = new Map<string, Entry>()
  let limits: Welcome["limits"] | undefined
  let tokens = 0
  let countedAt = 0

  const wake = (ms: number) => void clock.after(ms, pump)

  /** Takes a token of those the server gives; 0, or the milliseconds until there is one. */
  const take = (): number => {
    const { messageBurst = 0, messagesPerSecond = 0 } = limits ?? {}
    if (messagesPerSecond === 0) return 0
    const now = clock.now()
    tokens = Math.min(messageBurst, tokens + ((now - countedAt) * messagesPerSecond) / 1000)
    countedAt = now
    if (tokens < 1) return Math.ceil(((1 - tokens) * 1000) / messagesPerSecond)
    tokens--
    return 0
  }

  const pump = () => {
    const blocked = new Set<Lane>()
    for (const entry of entries.values()) {
      const { lane, retry } = entry
      if (blocked.has(lane)) continue
      if (!entry.underWay && lane.ready() && entry.notBefore <= clock.now()) {
        const wait = take()
        if (wait > 0 && entry.backlog) wake(wait)
        else transmit(entry)
      }
      // what follows must not overtake it
      if (!entry.underWay || retry) blocked.add(lane)
    }
  }

  const transmit = (entry: Entry) => {
    const { said } = entry
    // the server ends who sends a frame that is too large
    if (said.content.length > 2 * (limits?.contentCodePoints ?? Infinity)) {
      return settle(entry, new HubbubError("content_too_long", "content is too long", "content"))
    }
    const cancelCheck = clock.after(ackTimeoutMs, check)
    entry.underWay = requests.ask(said, (answer) => {
      cancelCheck()
      entry.underWay = false
      if (entries.get(said.messageId) === entry) answered(entry, answer)
    })
    if (entry.underWay) entry.left = true
    else cancelCheck()
  }

  const answered = (entry: Entry, answer: Answer) => {
    if (answer instanceof HubbubError) {
      if (answer.code === "disconnected" && entry.lane.wanted()) {
        entry.backlog = true
        return
      }
      if (entry.retry && PASSING.includes(answer.code)) {
        const wait = answer.retryAfterMs ?? RETRY_MS
        entry.notBefore = clock.now() + wait
        wake(wait)
        return
      }
      settle(entry, answer)
    } else settle(entry, answer.type === "ack" ? answer : new HubbubError("internal", `answered by ${answer.type}`))
  }

  const settle = ({ lane, said, waiters }: Entry, outcome: Ack | HubbubError | undefined) => {
    entries.delete(said.messageId)
    lane.settled(said.messageId, outcome)
    if (outcome instanceof HubbubError) waiters.reject(outcome)
    else if (outcome !== undefined) waiters.resolve(outcome)
    changed()
    pump()
  }

  const wait = (entry: Entry, waiting: Waiting): Promise<Ack> =>
    entry.waiters.add(waiting, (aborted) => {
      const { left, said, waiters } = entry
      if (aborted && !left && waiters.size === 0 && entries.get(said.messageId) === entry) settle(entry, undefined)
    })

  return {
    get size() {
      return entries.size
    },
    send: (lane, said, options) => {
      if (options.signal?.aborted === true) return refused(options.signal.reason)
      const known = entries.get(said.messageId)
      if (known !== undefined) {
        if (known.said.content === said.content && known.lane === lane) return wait(known, options)
        return refused(new HubbubError("idempotency_conflict", "another message has this id", "messageId"))
      }
      if (entries.size >= outboxMax) {
        return refused(new HubbubError("outbox_full", "too many messages wait"))
      }
      const entry: Entry = {
        lane,
        said,
        waiters: createWaiters(clock),
        retry: options.retry ?? false,
        underWay: false,
        left: false,
        backlog: !lane.ready(),
        notBefore: 0
      }
      entries.set(said.messageId, entry)
      lane.queued(said)
      changed()
      const promise = wait(entry, options)
      pump()
      return promise
    },
    pump,
    live: (stated) => {
      limits = stated
      tokens = stated.messageBurst
      countedAt = clock.now()
    },
    end: (error, lane) => {
      for (const entry of entries.values()) {
        if (lane === undefined || (entry.lane === lane && !entry.underWay)) settle(entry, error)
      }
    }
  }
}
