/** What panels ask: a path of the server, and what to ask instead where that much is not kept any more. */
import type { BucketSize } from "../../domain/Zone.ts"
import type { Envelope, Reports, RoomFigures, Timeseries, UserFigures } from "./Answer.ts"
import type { Answers } from "./Answers.ts"
import { AnswerFailed } from "./Failure.ts"
import type { Period } from "./Period.ts"

export interface Question<A> {
  /** The same for as long as an answer to the last one may stay until there is a new one. */
  readonly key: string
  ask(answers: Answers, signal: AbortSignal): Promise<A>
}

/** `coarse`: why buckets are longer than asked for; `alone`: why there is no period before. */
export type Told = Timeseries & { readonly coarse?: string; readonly alone?: string }

interface Window {
  readonly period: Period
  readonly tz: string
}

type Parameters = Readonly<Record<string, string | number | undefined>>

const queryOf = (parameters: Parameters): string => {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.set(name, String(value))
  return query.toString()
}

const iso = (ms: number) => new Date(ms).toISOString()

// the routes answer what `Answer.ts` says, which a test holds the server to
const asked = <A>(answers: Answers, path: string, signal: AbortSignal) => answers.ask(path, signal) as Promise<A>

const over =
  <A>(route: string) =>
  ({ period, tz }: Window, parameters: Parameters = {}): Question<Envelope & A> => ({
    key: `${route}?${queryOf({ ...parameters, period: period.key, tz })}`,
    ask: (answers, signal) => {
      const query = queryOf({ ...parameters, from: iso(period.from), to: iso(period.to), tz })
      return asked(answers, `/api/analytics/${route}?${query}`, signal)
    }
  })

export const report = <R extends keyof Reports>(name: R, window: Window, parameters?: Parameters) =>
  over<Reports[R]>(name)(window, parameters)

export const ofRoom = (id: string, window: Window) => over<RoomFigures>(`rooms/${encodeURIComponent(id)}`)(window)

export const ofUser = (id: string, window: Window) => over<UserFigures>(`users/${encodeURIComponent(id)}`)(window)

interface SeriesAsked extends Window {
  readonly compare?: boolean
  readonly room?: string | undefined
}

const refusedFor = (error: unknown): string | undefined =>
  error instanceof AnswerFailed && error.failure.kind === "refused" ? error.failure.field : undefined

/** One figure over time. Where minutes are not kept it is told by the quarter of an hour, and where the period before is not, without it. */
export const timeseries = (metric: string, { compare = false, period, room, tz }: SeriesAsked): Question<Told> => {
  const given = { metric, tz, room, from: iso(period.from), to: iso(period.to) }
  const ask = async (answers: Answers, signal: AbortSignal, bucket: BucketSize, compared: boolean): Promise<Told> => {
    const query = queryOf({ ...given, bucket, compare: compared ? "previous" : undefined })
    try {
      return await asked<Told>(answers, `/api/analytics/timeseries?${query}`, signal)
    } catch (error) {
      const field = refusedFor(error)
      if (field === "from" && bucket === "1m") {
        const told = await ask(answers, signal, "15m", compared)
        return { ...told, coarse: "Minutes of this period are not kept any more; shown are quarters of an hour." }
      }
      if (field === "compare" && compared) {
        const told = await ask(answers, signal, bucket, false)
        return { ...told, alone: "The period before is not kept, so there is nothing to compare with." }
      }
      throw error
    }
  }
  return {
    key: queryOf({ metric, period: period.key, tz, room, compare: String(compare) }),
    ask: (answers, signal) => ask(answers, signal, period.bucket, compare)
  }
}
