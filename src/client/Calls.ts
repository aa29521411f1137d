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
  /** Those of the very same lane leave in order; since the server asked for that one after the other, and more slowly. */
  readonly lane: unknown
  /** Whether those behind it wait for its answer. */
  readonly alone?: boolean
  /** Under which it is under way. */
  ref?: number | undefined
  /** Milliseconds until it may leave, where it may not now. */
  due?: (() => number) | undefined
  /** What to send when its turn comes; nothing where there is nothing to ask any more. */
  frame(): Outgoing | undefined
  /** Whether to ask once more after a refusal, or `disconnected`. */
  again(error: HubbubError): boolean
  done(answer: Answer): void
}

/** What a question was answered, if it was with that. */
export const answerOf = <T extends Incoming["type"]>(answer: Answer, type: T): Answered<T> | HubbubError =>
  answer instanceof HubbubError || isA(answer, type) ? answer : new HubbubError("internal")

export interface Calls {
  /** Rejected with a HubbubError, or with the signal's reason. `due` as that of a question. */
  call<T extends Incoming["type"]>(
    frame: Outgoing,
    answer: T,
    waiting?: Waiting,
    due?: Question["due"]
  ): Promise<Answered<T>>
  ask(question: Question): void
  /** Forgets a question, and is deaf for its answer. */
  drop(question: Question): void
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
  readonly retryAfterMs: number
  at: number
}

/** `check` makes sure that the server is still there. */
export const createCalls = (
  { ackTimeoutMs = 10_000, clock }: Settings,
  send: (frame: Outgoing) => void,
  check: () => void
): Calls => {
  const questions = new Set<Question>()
  const open = new Map<unknown, (answer: Answer) => void>()
  const paces = new Map<unknown, Pace>()
  let isLive = false
  let refs = 0
  let cancel: (() => void) | undefined

  const drop = (question: Question) => {
    question.ref = undefined
    questions.delete(question)
  }

  const pump = () => {
    cancel?.()
    if (!isLive) return
    const busy = new Map<unknown, number>()
    let soonest = Infinity
    for (const question of questions) {
      const { alone, lane } = question
      const pace = paces.get(lane)
      const count = busy.get(lane) ?? 0
      if (count >= (pace ? 1 : (AT_ONCE[lane as string] ?? WAITING))) continue
      if (!question.ref) {
        const wait = (pace && Math.max(0, pace.at - clock.now())) || question.due?.()
        if (wait) soonest = Math.min(soonest, wait)
        else ask(question)
      }
      // what follows must not overtake it
      busy.set(lane, question.ref && !alone ? count + 1 : WAITING)
    }
    for (const lane of paces.keys()) if (!busy.has(lane)) paces.delete(lane)
    if (soonest < Infinity) cancel = clock.after(soonest, pump)
  }

  const ask = (question: Question) => {
    const { alone, lane } = question
    const frame = question.frame()
    if (!frame) return drop(question)
    const ref = ++refs
    const cancel = clock.after(ackTimeoutMs, check)
    question.ref = ref
    open.set(ref, (answer) => {
      cancel()
      if (question.ref !== ref) return
      question.ref = undefined
      if (answer instanceof HubbubError && question.again(answer)) {
        // with the next connection at once, whatever is noted here
        const ms = Math.max(paces.get(lane)?.retryAfterMs ?? 0, answer.retryAfterMs ?? 0)
        paces.set(lane, { retryAfterMs: alone ? 0 : ms, at: clock.now() + ms })
      } else {
        drop(question)
        question.done(answer)
      }
    })
    send({ ...frame, ref })
    const pace = paces.get(lane)
    if (pace) pace.at = clock.now() + pace.retryAfterMs
  }

  const add = (question: Question) => {
    questions.add(question)
    pump()
  }

  return {
    call: (frame, type, { signal, timeoutMs = ackTimeoutMs } = {}, due) => {
      if (questions.size >= WAITING) return refused(new HubbubError("outbox_full"))
      const waiters = createWaiters<Answered<typeof type>>(clock)
      const question: Question = {
        due,
        // what waits for one room holds up nothing in another
        lane: due ?? frame.type,
        frame: () => frame,
        again: ({ code, retryAfterMs }) =>
          code === "disconnected"
            ? !ONCE.includes(frame.type)
            : retryAfterMs !== undefined && READS.includes(frame.type),
        done: (answer) => waiters.settle(answerOf(answer, type))
      }
      const answer = waiters.add({ signal, timeoutMs }, () => drop(question))
      if (waiters.size > 0) add(question)
      return answer
    },
    ask: add,
    drop,
    pump,
    settle: (frame) => {
      const answered = open.get(frame.ref)
      if (!answered) return false
      open.delete(frame.ref)
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
      pump()
      for (const answered of open.values()) answered(new HubbubError("disconnected"))
      open.clear()
    },
    end: (error) => {
      const all = [...questions]
      questions.clear()
      for (const { done } of all) done(error)
    }
  }
}

const isA = <T extends Incoming["type"]>(frame: Incoming, type: T): frame is Answered<T> => frame.type === type
