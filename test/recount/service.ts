/** How well messages were delivered, and how much there was to moderate. */
import type { Latency } from "../../src/analytics/figures/latency.ts"
import type { Moderation } from "../../src/analytics/figures/moderation.ts"
import type { Quality } from "../../src/analytics/figures/quality.ts"
import { countOf } from "./figureOf.ts"
import { quantile, ratio } from "./quantile.ts"
import type { View } from "./View.ts"

const percentiles = (values: ReadonlyArray<number>) => ({
  count: values.length,
  p50Ms: quantile(values, 50),
  p95Ms: quantile(values, 95),
  p99Ms: quantile(values, 99),
  maxMs: quantile(values, 100)
})

/** No client of a made-up history reports when it received a message. */
export const latency = ({ facts, from, to }: View): typeof Latency.Type => ({
  durable: percentiles(facts.durable.within(from, to).map(({ ms }) => ms)),
  fannedOut: percentiles(facts.fannedOut.within(from, to).map(({ ms }) => ms)),
  endToEnd: percentiles([])
})

const byName = (names: ReadonlyArray<string>): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

export const quality = (view: View): typeof Quality.Type => {
  const { facts, from, to } = view
  const expected = countOf("expected", facts, view)
  const delivered = countOf("delivered", facts, view)
  const resumes = countOf("resumes", facts, view)
  const resumesRecovered = countOf("resumesRecovered", facts, view)
  return {
    expected,
    delivered,
    deliveredRate: ratio(delivered, expected),
    resumes,
    resumesRecovered,
    resumeSuccess: ratio(resumesRecovered, resumes),
    replayed: countOf("replayed", facts, view),
    duplicates: countOf("duplicates", facts, view),
    slowCloses: countOf("slowCloses", facts, view),
    rejected: byName(facts.rejected.within(from, to).map(({ reason }) => reason)),
    closeCodes: byName(facts.closed.within(from, to).map(({ code }) => String(code)))
  }
}

/** Nobody is muted or banned in a made-up history. */
export const moderation = (view: View): typeof Moderation.Type => {
  const { facts } = view
  const messages = countOf("messages", facts, view)
  const counts = {
    rateLimited: countOf("rateLimited", facts, view),
    deleted: countOf("deletes", facts, view),
    muted: 0,
    banned: 0
  }
  const perThousand = (count: number) => ratio(count * 1000, messages)
  return {
    messages,
    ...counts,
    perThousand: {
      rateLimited: perThousand(counts.rateLimited),
      deleted: perThousand(counts.deleted),
      muted: perThousand(counts.muted),
      banned: perThousand(counts.banned)
    }
  }
}
