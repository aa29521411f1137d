/** Why figures could not be had, in words that say what to do. */

/**
 * `signed-out` and `forbidden` are of the whole page; `refused`: the question was wrong, `field` says with which of its parts; `later`: by
 * itself, after `retryAfterMs`.
 */
export interface Failure {
  readonly kind: "signed-out" | "forbidden" | "refused" | "later" | "unreachable" | "broken"
  readonly title: string
  readonly detail: string
  readonly field?: string | undefined
  readonly retryAfterMs?: number | undefined
}

export class AnswerFailed extends Error {
  readonly failure: Failure

  constructor(failure: Failure) {
    super(failure.title)
    this.failure = failure
  }
}

/** Milliseconds to wait where the server does not say. */
const SOON_MS = 5000

interface Problem {
  readonly code?: unknown
  readonly detail?: unknown
  readonly field?: unknown
}

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined)

const sentence = (words: string) =>
  `${words.charAt(0).toUpperCase()}${words.slice(1)}${/[.!?]$/.test(words) ? "" : "."}`

/** Whole seconds of `Retry-After`, or a date. */
const waitOf = (header: string | null, now: number): number => {
  if (header === null) return SOON_MS
  const seconds = /^\d{1,6}$/.test(header) ? Number(header) : (Date.parse(header) - now) / 1000
  return Number.isFinite(seconds) ? Math.max(1000, seconds * 1000) : SOON_MS
}

/** Of an answer that is none. `problem`: its body, if that was JSON. */
export const failureOf = (status: number, retryAfter: string | null, problem: Problem, now: number): Failure => {
  const detail = text(problem.detail)
  if (status === 401) {
    const why = "This server tells figures to those who are signed in. Sign in, then come back to this page."
    return { kind: "signed-out", title: "Sign in to see the figures", detail: why }
  }
  if (status === 403) {
    const why = "Figures are for the roles analyst and admin. Ask whoever runs this server to give you one of them."
    return { kind: "forbidden", title: "You may not see the figures", detail: why }
  }
  if (status === 429) {
    const why = "Too many questions came from your network at once. There is nothing for you to do."
    return { kind: "later", title: "The server asks to wait", detail: why, retryAfterMs: waitOf(retryAfter, now) }
  }
  if (status === 503 || status === 502 || status === 504) {
    const why = "The server cannot read its figures at the moment. There is nothing for you to do."
    return { kind: "later", title: "Figures are not available now", detail: why, retryAfterMs: waitOf(retryAfter, now) }
  }
  if (status === 400) {
    const why = detail === undefined ? "Choose another period." : sentence(detail)
    return { kind: "refused", title: "The server cannot answer this", detail: why, field: text(problem.field) }
  }
  const why = detail === undefined ? `The server answered with status ${status}. Try again later.` : sentence(detail)
  return { kind: "broken", title: "Something went wrong", detail: why }
}

export const unreachable: Failure = {
  kind: "unreachable",
  title: "The server cannot be reached",
  detail: "Check your connection, then try again."
}

export const unreadable: Failure = {
  kind: "broken",
  title: "The answer cannot be read",
  detail: "Something between you and the server changed it, or the page is older than the server. Reload the page."
}
