/** The state of what one panel asked: never an answer to a question that it does not ask any more. */
import { cell, type Readable } from "../Cell.ts"
import type { Answers } from "./Answers.ts"
import { AnswerFailed, type Failure, unreadable } from "./Failure.ts"
import type { Question } from "./Question.ts"

export type Questions<T> = { readonly [K in keyof T]: Question<T[K]> }

/** `key`: of which questions. `failure` of `answered`: why there is no newer one. */
export type InquiryState<T> =
  | { readonly status: "asking" }
  | {
      readonly status: "answered"
      readonly key: string
      readonly answers: T
      /** Milliseconds since 1970, by this machine's clock. */
      readonly answeredAt: number
      readonly renewing: boolean
      readonly failure: Failure | undefined
    }
  | { readonly status: "failed"; readonly key: string; readonly failure: Failure }

export interface Inquiry<T> extends Readable<InquiryState<T>> {
  ask(questions: Questions<T>): void
  retry(): void
  stop(): void
}

/** Milliseconds over which those that were told to come back at the same time spread. */
const SPREAD_MS = 1000

export const keyOf = (questions: Readonly<Record<string, Question<unknown>>>): string =>
  Object.values(questions)
    .map(({ key }) => key)
    .join("\n")

export const createInquiry = <T>(source: Answers, refuse: (failure: Failure) => void): Inquiry<T> => {
  const state = cell<InquiryState<T>>({ status: "asking" })
  let controller = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  let present: Questions<T> | undefined
  let key = ""

  const stop = () => {
    controller.abort()
    clearTimeout(timer)
  }

  const failed = (failure: Failure) => {
    if (failure.kind === "signed-out" || failure.kind === "forbidden") refuse(failure)
    const old = state.getSnapshot()
    state.set(old.status === "answered" ? { ...old, renewing: false, failure } : { status: "failed", key, failure })
    if (failure.retryAfterMs !== undefined && present !== undefined) {
      // what is said stays there until there is something else to say
      const again = present
      timer = setTimeout(() => void run(again), failure.retryAfterMs + Math.random() * SPREAD_MS)
    }
  }

  const run = async (questions: Questions<T>) => {
    stop()
    controller = new AbortController()
    const { signal } = controller
    try {
      const names = Object.keys(questions) as Array<keyof T & string>
      const answers = await Promise.all(names.map((name) => questions[name].ask(source, signal)))
      if (signal.aborted) return
      const all = Object.fromEntries(names.map((name, i) => [name, answers[i]])) as T
      state.set({ status: "answered", key, answers: all, answeredAt: Date.now(), renewing: false, failure: undefined })
    } catch (error) {
      if (signal.aborted) return
      // what one of them failed of makes the others useless
      controller.abort()
      failed(error instanceof AnswerFailed ? error.failure : unreadable)
    }
  }

  const inquiry: Inquiry<T> = {
    subscribe: state.subscribe,
    getSnapshot: state.getSnapshot,
    ask: (questions) => {
      const old = state.getSnapshot()
      const same = key === keyOf(questions)
      key = keyOf(questions)
      present = questions
      if (same && old.status === "answered") state.set({ ...old, renewing: true })
      else if (!same || old.status === "failed") state.set({ status: "asking" })
      void run(questions)
    },
    retry: () => {
      if (present !== undefined) inquiry.ask(present)
    },
    stop
  }
  return inquiry
}
