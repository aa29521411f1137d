/** Asks the server: the same question of several panels once, and not on when nobody wants the answer any more. */
import { cell, type Readable } from "../Cell.ts"
import { AnswerFailed, type Failure, failureOf, unreachable, unreadable } from "./Failure.ts"

type Fetch = (path: string, init?: RequestInit) => Promise<Response>

/** What came of asking since it was last asked anew: `failure`, why there was no answer at all. */
type Outcome =
  | { readonly status: "asking" }
  | { readonly status: "answered" }
  | { readonly status: "failed"; readonly failure: Failure }

export interface Answers {
  /** The JSON of an answer. Rejected with `AnswerFailed`, or with the reason of the signal. */
  ask(path: string, signal: AbortSignal): Promise<unknown>
  /** Has everything that is asked from now on be asked of the server anew. */
  renew(): void
  /** Milliseconds that the server's clock is ahead of this one, as far as is known. */
  ahead(): number
  /** Of everything that was asked together: one answer is enough, those that are missing say so where they are missed. */
  readonly outcome: Readable<Outcome>
  /** How many questions are not answered yet. */
  readonly open: Readable<number>
}

interface Asked {
  readonly answer: Promise<unknown>
  readonly controller: AbortController
  wanted: number
  settled: boolean
}

const ANSWERED: Outcome = { status: "answered" }

/** A question that was wrong was answered all the same. */
const outcomeOf = (failure: Failure): Outcome => (failure.kind === "refused" ? ANSWERED : { status: "failed", failure })

export const createAnswers = (fetch: Fetch, now: () => number): Answers => {
  let asked = new Map<string, Asked>()
  let ahead = 0
  const outcome = cell<Outcome>({ status: "asking" })
  const open = cell(0)

  const fetched = async (path: string, signal: AbortSignal): Promise<unknown> => {
    let response: Response
    try {
      response = await fetch(path, { signal, headers: { accept: "application/json" } })
    } catch (error) {
      if (signal.aborted) throw error
      throw new AnswerFailed(unreachable)
    }
    const date = Date.parse(response.headers.get("date") ?? "")
    // dates of answers have whole seconds
    if (!Number.isNaN(date)) ahead = Math.abs(date - now()) < 2000 ? 0 : date - now()
    const body: unknown = await response.json().catch(() => undefined)
    const problem = typeof body === "object" && body !== null ? body : {}
    if (!response.ok) {
      throw new AnswerFailed(failureOf(response.status, response.headers.get("retry-after"), problem, now()))
    }
    if (!("definitions" in problem)) throw new AnswerFailed(unreadable)
    return body
  }

  const begin = (path: string): Asked => {
    const controller = new AbortController()
    const one: Asked = { answer: fetched(path, controller.signal), controller, wanted: 0, settled: false }
    const round = asked
    const settled = (next: Outcome) => {
      one.settled = true
      open.update((count) => count - 1)
      // what was asked before says nothing about now
      if (asked === round && outcome.getSnapshot().status !== "answered") outcome.set(next)
    }
    one.answer.then(
      () => settled(ANSWERED),
      (error: unknown) => {
        settled(error instanceof AnswerFailed ? outcomeOf(error.failure) : outcome.getSnapshot())
        // what failed is asked again by whoever asks next
        if (asked.get(path) === one) asked.delete(path)
      }
    )
    asked.set(path, one)
    open.update((count) => count + 1)
    return one
  }

  return {
    ask: (path, signal) => {
      const one = asked.get(path) ?? begin(path)
      one.wanted++
      return new Promise((resolve, reject) => {
        signal.addEventListener(
          "abort",
          () => {
            reject(signal.reason)
            one.wanted--
            if (one.wanted > 0 || one.settled) return
            if (asked.get(path) === one) asked.delete(path)
            one.controller.abort()
          },
          { once: true }
        )
        one.answer.then(resolve, reject)
      })
    },
    renew: () => {
      asked = new Map()
      outcome.set({ status: "asking" })
    },
    ahead: () => ahead,
    outcome,
    open
  }
}
