/** Questions and orders that are answered once: they wait for a connection, for their turn, and for an answer no longer than they may. */
import type { Incoming, Outgoing } from "./Frame.ts"
import { HubbubError } from "./HubbubError.ts"
import { refused } from "./quiet.ts"
import type { Answer, Requests } from "./Requests.ts"
import type { Settings } from "./Settings.ts"
import { createWaiters, type Waiting } from "./Waiters.ts"

type Asked = Outgoing["type"]

/** Asked again when the server says to come back later. */
const READS: ReadonlyArray<Asked> = ["history", "presence", "conversations", "blocks", "subscribe"]
/** What may have happened is not tried again after a lost connection; doing the rest twice is doing it once. */
const ONCE: ReadonlyArray<Asked> = ["group", "moderate", "refresh", "unsubscribe"]
/** How many may be under way at a time: pages of history, which the server limits, and joins, which it limits by time. */
const AT_ONCE: { readonly [K in Asked]?: number } = { history: 2, subscribe: 4 }
/** Calls that may wait. */
const WAITING = 1000

export interface Calls {
  /** Rejected with a HubbubError, or with the signal's reason. */
  call<T extends Incoming["type"]>(
    frame: Outgoing,
    answer: T,
    waiting?: Waiting
  ): Promise<Extract<Incoming, { readonly type: T }>>
  /** Asks to be let in; `frame` is called when its turn comes and may have nothing to ask any more. A lost connection ends it unanswered. */
  join(frame: () => Outgoing | undefined, answered: (answer: Answer) => void): void
  /** There is a connection. */
  live(): void
  /** There will be none. */
  end(error: HubbubError): void
}

interface Call {
  readonly type: Asked
  frame(): Outgoing | undefined
  done(answer: Answer): void
  readonly isJoin: boolean
  underWay: boolean
}

/** Of one type of frame: since it was told to slow down, one goes after the other, `intervalMs` apart. */
interface Pace {
  intervalMs: number
  notBefore: number
}

export const createCalls = ({ ackTimeoutMs, clock }: Settings, requests: Requests): Calls => {
  const calls = new Set<Call>()
  let paces: { [K in Asked]?: Pace } = {}

  const pump = () => {
    const busy: { [K in Asked]?: number } = {}
    for (const { type, underWay } of calls) if (underWay) busy[type] = (busy[type] ?? 0) + 1
    for (const call of calls) {
      const { type } = call
      const pace = paces[type]
      const most = pace === undefined ? (AT_ONCE[type] ?? WAITING) : 1
      if (call.underWay || (busy[type] ?? 0) >= most || (pace !== undefined && pace.notBefore > clock.now())) continue
      const frame = call.frame()
      if (frame === undefined) {
        calls.delete(call)
        continue
      }
      call.underWay = requests.ask(frame, (answer) => answered(call, answer))
      if (!call.underWay) return
      busy[type] = (busy[type] ?? 0) + 1
      if (pace !== undefined) rest(pace, pace.intervalMs)
    }
  }

  const rest = (pace: Pace, ms: number) => {
    pace.notBefore = clock.now() + ms
    clock.after(ms, pump)
  }

  const answered = (call: Call, answer: Answer) => {
    call.underWay = false
    if (!calls.has(call)) return pump()
    const { isJoin, type } = call
    if (answer instanceof HubbubError) {
      if (answer.code === "disconnected" && !ONCE.includes(type)) {
        if (isJoin) calls.delete(call)
        return
      }
      if (answer.retryAfterMs !== undefined && READS.includes(type)) {
        const pace = (paces[type] ??= { intervalMs: 0, notBefore: 0 })
        pace.intervalMs = Math.max(pace.intervalMs, answer.retryAfterMs)
        // behind the others
        calls.delete(call)
        calls.add(call)
        return rest(pace, pace.intervalMs)
      }
    }
    calls.delete(call)
    call.done(answer)
    pump()
  }

  return {
    call: (frame, type, waiting = {}) => {
      if (calls.size >= WAITING) return refused(new HubbubError("outbox_full", "too much is asked"))
      const waiters = createWaiters<Extract<Incoming, { readonly type: typeof type }>>(clock)
      const call: Call = {
        type: frame.type,
        frame: () => frame,
        done: (answer) => {
          if (answer instanceof HubbubError) waiters.reject(answer)
          else if (isA(answer, type)) waiters.resolve(answer)
          else waiters.reject(new HubbubError("internal", `answered by ${answer.type}`))
        },
        isJoin: false,
        underWay: false
      }
      const answer = waiters.add({ timeoutMs: ackTimeoutMs, ...waiting }, () => void calls.delete(call))
      if (waiters.size > 0) {
        calls.add(call)
        pump()
      }
      return answer
    },
    join: (frame, done) => {
      calls.add({ type: "subscribe", frame, done, isJoin: true, underWay: false })
      pump()
    },
    live: () => {
      paces = {}
      pump()
    },
    end: (error) => {
      const all = [...calls]
      calls.clear()
      for (const { done } of all) done(error)
    }
  }
}

const isA = <T extends Incoming["type"]>(frame: Incoming, type: T): frame is Extract<Incoming, { readonly type: T }> =>
  frame.type === type
