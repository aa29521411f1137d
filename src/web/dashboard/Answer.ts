/** What the routes of analytics answer, as far as it is shown: the shapes of `src/analytics/figures`, without what makes them. */
import type { BucketSize } from "../../domain/Zone.ts"

/** What every answer begins with. `computedAt`: up to when it is complete. */
export interface Envelope {
  readonly definitions: number
  readonly computedAt: string
  readonly tz: string
  readonly from: string
  readonly to: string
}

export interface Point {
  readonly start: string
  readonly end: string
  readonly value: number | null
  readonly partial: boolean
}

export interface Series {
  readonly total: number | null
  readonly points: ReadonlyArray<Point>
}

export interface Timeseries extends Envelope, Series {
  readonly metric: string
  readonly unit: string
  readonly bucket: BucketSize
  readonly previous?: Series & { readonly from: string; readonly to: string }
}

export interface Summary {
  readonly messages: number
  readonly systemMessages: number
  readonly botMessages: number
  readonly messagesPerMinute: number | null
  readonly peakMinute: { readonly start: string; readonly messages: number } | null
  readonly peakHourFactor: number | null
  readonly engagedUsers: number
  readonly communicators: number
  readonly visitors: number
  readonly connectionsPeak: number | null
  readonly connectedUsersPeak: number | null
}

export interface EngagedDay {
  readonly date: string
  readonly dau: number
  readonly wau: number | null
  readonly mau: number | null
  readonly partial: boolean
}

export interface Engagement {
  readonly days: ReadonlyArray<EngagedDay>
  readonly visitors: number
  readonly communicators: number
  readonly lurkers: number
  readonly lurkerRatio: number | null
  readonly meanDau: number | null
  readonly mau: number | null
  readonly stickiness: number | null
}

export interface Growth {
  readonly periods: ReadonlyArray<{
    readonly start: string
    readonly new: number
    readonly activated: number
    readonly retained: number
    readonly resurrected: number
    readonly churned: number | null
    readonly partial: boolean
  }>
}

export interface Cohort {
  readonly start: string
  readonly size: number
  readonly retained: ReadonlyArray<number | null>
  readonly share: ReadonlyArray<number | null>
}

export interface Retention {
  readonly cohorts: ReadonlyArray<Cohort>
}

export interface Funnel {
  readonly steps: ReadonlyArray<{
    readonly step: "connected" | "stayed" | "engaged" | "activated" | "returned"
    readonly users: number
    readonly share: number | null
  }>
}

export interface Sessions {
  readonly sessions: number
  readonly users: number
  readonly perUser: number | null
  readonly open: number
  readonly durationP50Seconds: number | null
  readonly durationP90Seconds: number | null
}

/** Rows of weekdays, Monday first, of 24 hours each. */
export interface Heatmap {
  readonly messages: ReadonlyArray<ReadonlyArray<number>>
  readonly hours: ReadonlyArray<ReadonlyArray<number>>
  readonly total: number
}

export type PatternKind = "withLink" | "withMention" | "withQuestion" | "withEmoji" | "replies" | "edits" | "deletes"

export interface Patterns extends Readonly<Record<PatternKind, number>> {
  readonly messages: number
  readonly shares: Readonly<Record<PatternKind, number | null>>
  readonly meanLength: number | null
  readonly lengths: ReadonlyArray<{ readonly upTo: number | null; readonly messages: number }>
}

export interface ResponseTime {
  readonly responses: number
  readonly unanswered: number
  readonly answeredRate: number | null
  readonly p50Seconds: number | null
  readonly p90Seconds: number | null
  readonly maxSeconds: number | null
}

interface Percentiles {
  readonly count: number
  readonly p50Ms: number | null
  readonly p95Ms: number | null
  readonly p99Ms: number | null
  readonly maxMs: number | null
}

export interface Latency {
  readonly durable: Percentiles
  readonly fannedOut: Percentiles
  readonly endToEnd: Percentiles
}

export interface Quality {
  readonly expected: number
  readonly delivered: number
  readonly deliveredRate: number | null
  readonly resumes: number
  readonly resumesRecovered: number
  readonly resumeSuccess: number | null
  readonly replayed: number
  readonly duplicates: number
  readonly slowCloses: number
  readonly rejected: Readonly<Record<string, number>>
  readonly closeCodes: Readonly<Record<string, number>>
}

type Measure = "rateLimited" | "deleted" | "muted" | "banned"

export interface Moderation extends Readonly<Record<Measure, number>> {
  readonly messages: number
  readonly perThousand: Readonly<Record<Measure, number | null>>
}

interface Ranking {
  readonly count: number
  readonly hasMore: boolean
  readonly withheld?: true
  readonly concentration: { readonly herfindahl: number | null; readonly top10Share: number | null }
}

export interface RoomRanking extends Ranking {
  readonly rooms: ReadonlyArray<{
    readonly roomId: string
    readonly messages: number
    readonly senders: number
    readonly joins: number
    readonly share: number | null
  }>
}

export interface UserRanking extends Ranking {
  readonly users: ReadonlyArray<{
    readonly userId: string
    readonly username: string | null
    readonly messages: number
    readonly share: number | null
  }>
}

export interface Day {
  readonly date: string
  readonly messages: number
  readonly partial: boolean
}

export interface RoomFigures {
  readonly roomId: string
  readonly messages: number
  readonly systemMessages: number
  readonly botMessages: number
  readonly senders: number
  readonly engagedUsers: number
  readonly joins: number
  readonly leaves: number
  readonly typing: number
  readonly reactions: number
  readonly share: number | null
  readonly responses: number
  readonly unanswered: number
  readonly answeredRate: number | null
  readonly responseP50Seconds: number | null
  readonly days: ReadonlyArray<Day>
}

export interface UserFigures {
  readonly userId: string
  readonly username: string | null
  readonly messages: number
  readonly share: number | null
  readonly rooms: ReadonlyArray<{ readonly roomId: string; readonly messages: number }>
  readonly activeDays: number
  readonly sessions: number
  readonly sessionP50Seconds: number | null
  readonly firstSeen: string | null
  readonly days: ReadonlyArray<Day>
  readonly withheld?: true
}

/** Every report and what it answers beside the envelope. */
export interface Reports {
  readonly summary: Summary
  readonly engagement: Engagement
  readonly growth: Growth
  readonly retention: Retention
  readonly funnel: Funnel
  readonly sessions: Sessions
  readonly heatmap: Heatmap
  readonly patterns: Patterns
  readonly "response-time": ResponseTime
  readonly latency: Latency
  readonly quality: Quality
  readonly moderation: Moderation
  readonly rooms: RoomRanking
  readonly users: UserRanking
}
