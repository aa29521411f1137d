/** When and how people talk: the summary, the heat-map, patterns, and response times. */
import type { Heatmap } from "../../src/analytics/figures/heatmap.ts"
import type { Patterns } from "../../src/analytics/figures/patterns.ts"
import type { ResponseTime } from "../../src/analytics/figures/responseTime.ts"
import type { Summary } from "../../src/analytics/figures/summary.ts"
import { countOf, figureOf, messages, responses, unanswered } from "./figureOf.ts"
import { quantile, ratio } from "./quantile.ts"
import type { View } from "./View.ts"

const MINUTE = 60_000
const LENGTHS = [10, 20, 50, 100, 200, 500, 1000]

/** The earliest of the minutes with the most messages. */
const peakMinute = ({ facts, from, local, to }: View): (typeof Summary.Type)["peakMinute"] => {
  const minutes = Map.groupBy(facts.messages.within(from, to), ({ at }) => Math.floor(at / MINUTE) * MINUTE)
  const counted = Array.from(minutes, ([start, said]) => ({ start, messages: said.length }))
  const [peak] = counted.toSorted((a, b) => b.messages - a.messages || a.start - b.start)
  return peak === undefined ? null : { start: local.iso(peak.start), messages: peak.messages }
}

/** `minutesFrom`: milliseconds since 1970 from which on minutes are still kept; none is told of a window that begins before. */
export const summary = (view: View, minutesFrom: number): typeof Summary.Type => {
  const { computedAt, facts, from, to } = view
  const count = countOf("messages", facts, view)
  const minutes = Math.max(0, Math.min(to, computedAt) - from) / MINUTE
  const hours = view.buckets("1h").map((hour) => countOf("messages", facts, hour))
  const mean = ratio(count, hours.length)
  return {
    messages: count,
    systemMessages: countOf("systemMessages", facts, view),
    botMessages: countOf("botMessages", facts, view),
    messagesPerMinute: ratio(count, minutes),
    peakMinute: from < minutesFrom ? null : peakMinute(view),
    peakHourFactor: mean === null ? null : ratio(Math.max(...hours), mean),
    engagedUsers: countOf("engagedUsers", facts, view),
    communicators: countOf("communicators", facts, view),
    visitors: countOf("visitors", facts, view),
    connectionsPeak: figureOf("connections", facts, view),
    connectedUsersPeak: figureOf("connectedUsers", facts, view)
  }
}

const week = () => Array.from({ length: 7 }, () => Array.from({ length: 24 }, () => 0))

export const heatmap = (view: View, room: string | undefined): typeof Heatmap.Type => {
  const { facts, local } = view
  const said = messages(facts, view, room)
  const cells = week()
  const hours = week()
  const add = (to: Array<Array<number>>, at: number) => to[local.weekday(local.day(at))]![local.hour(at)]!++
  for (const { at } of said) add(cells, at)
  for (const { from } of view.buckets("1h")) add(hours, from)
  return { messages: cells, hours, total: said.length }
}

export const patterns = (view: View, room: string | undefined): typeof Patterns.Type => {
  const { facts } = view
  const said = messages(facts, view, room)
  const counts = {
    withLink: countOf("links", facts, view, room),
    withMention: countOf("mentions", facts, view, room),
    withQuestion: countOf("questions", facts, view, room),
    withEmoji: countOf("emoji", facts, view, room),
    replies: countOf("replies", facts, view, room),
    edits: countOf("edits", facts, view, room),
    deletes: countOf("deletes", facts, view, room)
  }
  const share = (count: number) => ratio(count, said.length)
  const lengths = said.map(({ shape }) => shape.length)
  return {
    messages: said.length,
    ...counts,
    shares: {
      withLink: share(counts.withLink),
      withMention: share(counts.withMention),
      withQuestion: share(counts.withQuestion),
      withEmoji: share(counts.withEmoji),
      replies: share(counts.replies),
      edits: share(counts.edits),
      deletes: share(counts.deletes)
    },
    meanLength: ratio(
      lengths.reduce((sum, length) => sum + length, 0),
      said.length
    ),
    lengths: [...LENGTHS, null].map((upTo, i) => {
      const above = LENGTHS[i - 1] ?? -1
      const upToHere = upTo ?? Number.POSITIVE_INFINITY
      return { upTo, messages: lengths.filter((length) => length > above && length <= upToHere).length }
    })
  }
}

export const responseTime = (view: View, room: string | undefined): typeof ResponseTime.Type => {
  const { facts } = view
  const seconds = responses(facts, view, room)
  const silent = unanswered(facts, view, room)
  return {
    responses: seconds.length,
    unanswered: silent,
    answeredRate: ratio(seconds.length, seconds.length + silent),
    p50Seconds: quantile(seconds, 50),
    p90Seconds: quantile(seconds, 90),
    maxSeconds: quantile(seconds, 100)
  }
}
