import { assert, it } from "@effect/vitest"
import { createAnswers } from "../../../src/web/dashboard/Answers.ts"
import { AnswerFailed } from "../../../src/web/dashboard/Failure.ts"
import { createInquiry } from "../../../src/web/dashboard/Inquiry.ts"
import { type Question, timeseries } from "../../../src/web/dashboard/Question.ts"

interface Request {
  readonly path: string
  readonly signal: AbortSignal
  readonly answer: (response: Response) => void
}

/** A server that answers when it is told to. */
const server = () => {
  const requests: Array<Request> = []
  const fetch = (path: string, init: RequestInit = {}) =>
    new Promise<Response>((resolve, reject) => {
      const signal = init.signal ?? new AbortController().signal
      signal.addEventListener("abort", () => reject(signal.reason))
      requests.push({ path, signal, answer: resolve })
    })
  return { requests, answers: createAnswers(fetch, () => Date.parse("2026-03-29T10:00:00Z")) }
}

const told = (value: unknown) => Response.json({ definitions: 1, value })
const problem = (status: number, body: object, headers: Record<string, string> = {}) =>
  Response.json(body, { status, headers })

const failureOf = async (asked: Promise<unknown>) => {
  try {
    await asked
  } catch (error) {
    if (error instanceof AnswerFailed) return error.failure
  }
  throw new Error("it did not fail")
}

const never = new AbortController().signal

it("asks the same question of several once", async () => {
  const { answers, requests } = server()
  const both = Promise.all([answers.ask("/a", never), answers.ask("/a", never)])
  requests[0]?.answer(told(1))
  const [first, second] = await both
  assert.strictEqual(requests.length, 1)
  assert.strictEqual(first, second)
})

it("asks on for who still wants the answer, and for nobody no more", async () => {
  const { answers, requests } = server()
  const [one, two] = [new AbortController(), new AbortController()]
  const asked = Promise.allSettled([answers.ask("/a", one.signal), answers.ask("/a", two.signal)])
  one.abort()
  assert.isFalse(requests[0]?.signal.aborted)
  two.abort()
  assert.isTrue(requests[0]?.signal.aborted)
  await asked
})

it("asks anew after it is renewed", async () => {
  const { answers, requests } = server()
  const first = answers.ask("/a", never)
  requests[0]?.answer(told(1))
  await first
  answers.renew()
  void answers.ask("/a", never)
  assert.strictEqual(requests.length, 2)
})

it("tells when to come back as the server says", async () => {
  const { answers, requests } = server()
  const failed = failureOf(answers.ask("/a", never))
  requests[0]?.answer(problem(503, { code: "unavailable" }, { "retry-after": "7" }))
  const { kind, retryAfterMs } = await failed
  assert.deepStrictEqual([kind, retryAfterMs], ["later", 7000])
})

it("tells apart who is not signed in and who may not", async () => {
  for (const [status, kind] of [
    [401, "signed-out"],
    [403, "forbidden"],
    [429, "later"],
    [400, "refused"],
    [500, "broken"]
  ] as const) {
    const { answers, requests } = server()
    const failed = failureOf(answers.ask("/a", never))
    requests[0]?.answer(problem(status, {}))
    assert.strictEqual((await failed).kind, kind)
  }
})

it("takes an answer that is no JSON of the server for none", async () => {
  const { answers, requests } = server()
  const failed = failureOf(answers.ask("/a", never))
  requests[0]?.answer(new Response("<html>", { headers: { "content-type": "text/html" } }))
  assert.strictEqual((await failed).kind, "broken")
})

it("knows how far the server's clock is ahead", async () => {
  const { answers, requests } = server()
  const asked = answers.ask("/a", never)
  requests[0]?.answer(
    Response.json({ definitions: 1 }, { headers: { date: new Date("2026-03-29T11:00:00Z").toUTCString() } })
  )
  await asked
  assert.strictEqual(answers.ahead(), 3_600_000)
})

it("knows whether anything was answered since it was last asked anew, and why not", async () => {
  const { answers, requests } = server()
  const status = () => answers.outcome.getSnapshot().status
  const ask = (path: string) => answers.ask(path, never).catch(() => undefined)
  const before = ask("/slow")
  answers.renew()
  const [one, two] = [ask("/a"), ask("/b")]
  requests[0]?.answer(told(0))
  await before
  assert.strictEqual(status(), "asking")
  requests[1]?.answer(problem(503, {}))
  await one
  const outcome = answers.outcome.getSnapshot()
  assert.strictEqual(outcome.status === "failed" ? outcome.failure.kind : outcome.status, "later")
  requests[2]?.answer(problem(400, { code: "invalid_query" }))
  await two
  assert.strictEqual(status(), "answered")
  answers.renew()
  assert.strictEqual(status(), "asking")
})

it("counts what is not answered yet, and not what nobody wants any more", async () => {
  const { answers, requests } = server()
  const controller = new AbortController()
  const asked = [answers.ask("/a", never), answers.ask("/a", never), answers.ask("/b", controller.signal)]
  assert.strictEqual(answers.open.getSnapshot(), 2)
  requests[0]?.answer(told(1))
  await asked[0]
  assert.strictEqual(answers.open.getSnapshot(), 1)
  controller.abort()
  await asked[2]?.catch(() => undefined)
  assert.strictEqual(answers.open.getSnapshot(), 0)
})

const question = (path: string): Question<unknown> => ({
  key: path,
  ask: (answers, signal) => answers.ask(path, signal)
})

const settledState = <A extends { readonly status: string }>(inquiry: {
  readonly getSnapshot: () => A
  readonly subscribe: (listener: () => void) => () => void
}) =>
  new Promise<A>((resolve) => {
    const stop = inquiry.subscribe(() => {
      if (inquiry.getSnapshot().status === "asking") return
      stop()
      resolve(inquiry.getSnapshot())
    })
  })

it("never shows the answer to a question that is not asked any more", async () => {
  const { answers, requests } = server()
  const inquiry = createInquiry<{ readonly a: unknown }>(answers, () => assert.fail())
  inquiry.ask({ a: question("/old") })
  inquiry.ask({ a: question("/new") })
  assert.isTrue(requests[0]?.signal.aborted)
  const settled = settledState(inquiry)
  requests[0]?.answer(told("old"))
  requests[1]?.answer(told("new"))
  const state = await settled
  assert.deepStrictEqual(state.status === "answered" ? state.answers : undefined, {
    a: { definitions: 1, value: "new" }
  })
  inquiry.stop()
})

it("tells the page of what is not of one panel alone", async () => {
  const { answers, requests } = server()
  const refused: Array<string> = []
  const inquiry = createInquiry<{ readonly a: unknown }>(answers, ({ kind }) => refused.push(kind))
  inquiry.ask({ a: question("/a") })
  const settled = settledState(inquiry)
  requests[0]?.answer(problem(403, { code: "forbidden" }))
  await settled
  assert.deepStrictEqual(refused, ["forbidden"])
  inquiry.stop()
})

const window = {
  period: { from: 0, to: 3_600_000, bucket: "1m", key: "x", rolling: false },
  tz: "UTC"
} as const

it("asks for quarters where minutes are not kept, and says so", async () => {
  const { answers, requests } = server()
  const asked = timeseries("messages", window).ask(answers, never)
  requests[0]?.answer(problem(400, { code: "invalid_query", field: "from", detail: "from is too old" }))
  while (requests.length < 2) await Promise.resolve()
  assert.include(requests[1]?.path, "bucket=15m")
  requests[1]?.answer(told(1))
  assert.isDefined((await asked).coarse)
})

it("asks without the period before where that is not kept, and says so", async () => {
  const { answers, requests } = server()
  const asked = timeseries("messages", { ...window, compare: true }).ask(answers, never)
  assert.include(requests[0]?.path, "compare=previous")
  requests[0]?.answer(problem(400, { code: "invalid_query", field: "compare", detail: "compare is too old" }))
  while (requests.length < 2) await Promise.resolve()
  assert.notInclude(requests[1]?.path, "compare")
  requests[1]?.answer(told(1))
  assert.isDefined((await asked).alone)
})
