/**
 * What is asked of the server: it waits for a connection and for its turn, and is answered once, by the frame that echoes its `ref` or by
 * the end of the connection. Synchronously, so that what an answer changes is in place before the next frame is read.
 */
import type { Frame, Incoming, Outgoing } from "./Frame.ts"
import { HubbubError } from "./HubbubError.ts"
import { refused } from "./quiet.ts"
import type { Settings } from "./Settings.ts"
import { createWaiters, type Waiting } from "./Waiters.ts"

type Asked = Outgoing["type"]
type Answered<T> = Extract<Incoming, { readonly type: T }>
export type Answer = Exclude<Incoming, Frame<"error">> | HubbubError

/** Asked again when the server says to come back later. */
const READS: ReadonlyArray<Asked> = ["history", "presence", "conversations", "blocks", "search", "unread", "read"]
/** What may have happened is not tried again after a lost connection; doing the rest twice is doing it once. */
const ONCE: ReadonlyArray<Asked> = ["group", "moderate", "refresh", "unsubscribe"]
/** How many of a lane may be under way at a time: what the server limits so itself. */
const AT_ONCE: { readonly [lane: string]: number } = { history: 2, search: 1, subscribe: 4 }
/** Questions that may wait. */
const WAITING = 1000

export interface Question {
  /** Those of one lane leave in order; since the server asked for that one after the other, and more slowly. */
  readonly lane: string
  /** Whether those behind it wait for its answer. */
  readonly alone?: boolean
  /** Whether it may leave now. */
  ready?(): boolean
  /** What to send when its turn comes; nothing where there is nothing to ask any more. */
  frame(): Outgoing | undefined
  /** Whether to ask once more after a refusal, or `disconnected`. */
  again(error: HubbubError): boolean
  done(answer: Answer): void
}

export interface Calls {
  /** Rejected with a HubbubError, or with the signal's reason. */
  call<T extends Incoming["type"]>(frame: Outgoing, answer: T, waiting?: Waiting): Promise<Answered<T>>
  ask(question: Question): void
  /** Forgets a question, and is deaf for its answer. */
  drop(question: Question): void
  isUnderWay(question: Question): boolean
  /** Asks what may be asked. */
  pump(): void
  /** Whether the frame answered something. */
  settle(frame: Incoming): boolean
  /** There is a connection. */
  live(): void
  /** There is none any more. */
  lost(): void
  /** There will be none. */
  end(error: HubbubError): void
}

/** Of a lane that was told to slow down, until nothing waits in it. */
interface Pace {
  readonly intervalMs: number
  readonly notBefore: number
}

/** `check` makes sure that the server is still there. */
export const createCalls = (
  { ackTimeoutMs, clock }: Settings,
  send: (frame: Outgoing) => void,
  check: () => void
): Calls => {
  /** With the `ref` under which they are under way. */
  const questions = new Map<Question, number | undefined>()
  const open = new Map<unknown, (answer: Answer) => void>()
  const paces = new Map<string, Pace>()
  let isLive = false
  let refs = 0

  const isUnderWay = (question: Question) => questions.get(question) !== undefined
  const drop = (question: Question) => void questions.delete(question)

  const pump = () => {
    if (!isLive) return
    const busy = new Map<string, number>()
    for (const question of questions.keys()) {
      const { alone, lane } = question
      const pace = paces.get(lane)
      const count = busy.get(lane) ?? 0
      if (count >= (pace ? 1 : (AT_ONCE[lane] ?? WAITING))) continue
      if (!isUnderWay(question) && (pace?.notBefore ?? 0) <= clock.now() && question.ready?.() !== false) ask(question)
      // what follows must not overtake it
      busy.set(lane, isUnderWay(question) && !alone ? count + 1 : WAITING)
    }
    for (const lane of paces.keys()) if (!busy.has(lane)) paces.delete(lane)
  }

  const rest = (lane: string, intervalMs: number, ms = intervalMs) => {
    paces.set(lane, { intervalMs, notBefore: clock.now() + ms })
    clock.after(ms, pump)
  }

  const ask = (question: Question) => {
    const { alone, lane } = question
    const frame = question.frame()
    if (!frame) {
      drop(question)
      return
    }
    const ref = ++refs
    const cancel = clock.after(ackTimeoutMs, check)
    questions.set(question, ref)
    open.set(ref, (answer) => {
      cancel()
      if (!questions.has(question)) return
      questions.set(question, undefined)
      if (answer instanceof HubbubError && question.again(answer)) {
        const { retryAfterMs } = answer
        if (retryAfterMs === undefined) return
        const ms = Math.max(paces.get(lane)?.intervalMs ?? 0, retryAfterMs)
        rest(lane, alone ? 0 : ms, ms)
      } else {
        drop(question)
        question.done(answer)
      }
    })
    send({ ...frame, ref })
    const pace = paces.get(lane)
    if (pace) rest(lane, pace.intervalMs)
  }

  return {
    call: (frame, type, { signal, timeoutMs = ackTimeoutMs } = {}) => {
      if (questions.size >= WAITING) return refused(new HubbubError("outbox_full"))
      const waiters = createWaiters<Answered<typeof type>>(clock)
      const question: Question = {
        lane: frame.type,
        frame: () => frame,
        again: ({ code, retryAfterMs }) =>
          code === "disconnected"
            ? !ONCE.includes(frame.type)
            : retryAfterMs !== undefined && READS.includes(frame.type),
        done: (answer) => {
          if (answer instanceof HubbubError) waiters.reject(answer)
          else if (isA(answer, type)) waiters.resolve(answer)
          else waiters.reject(new HubbubError("internal"))
        }
      }
      const answer = waiters.add({ signal, timeoutMs }, () => drop(question))
      if (waiters.size > 0) {
        questions.set(question, undefined)
        pump()
      }
      return answer
    },
    ask: (question) => {
      questions.set(question, undefined)
      pump()
    },
    drop,
    isUnderWay,
    pump,
    settle: (frame) => {
      const ref = "ref" in frame ? frame.ref : undefined
      const answered = open.get(ref)
      if (!answered) return false
      open.delete(ref)
      answered(frame.type === "error" ? new HubbubError(frame.code, frame) : frame)
      pump()
      return true
    },
    live: () => {
      isLive = true
      paces.clear()
      pump()
    },
    lost: () => {
      isLive = false
      const all = [...open.values()]
      open.clear()
      for (const answered of all) answered(new HubbubError("disconnected"))
    },
    end: (error) => {
      const all = [...questions.keys()]
      questions.clear()
      for (const { done } of all) done(error)
    }
  }
}

const isA = <T extends Incoming["type"]>(frame: Incoming, type: T): frame is Answered<T> => frame.type === type
