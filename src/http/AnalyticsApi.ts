/** The HTTP contract of analytics: routes and shapes, no behaviour. What each figure means is said in `src/analytics/README.md`. */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import { Schema } from "effect"
import { RoomFigures, UserFigures } from "../analytics/figures/drillDown.ts"
import { Engagement } from "../analytics/figures/engagement.ts"
import { Funnel } from "../analytics/figures/funnel.ts"
import { Growth } from "../analytics/figures/growth.ts"
import { Heatmap } from "../analytics/figures/heatmap.ts"
import { Latency } from "../analytics/figures/latency.ts"
import { Moderation } from "../analytics/figures/moderation.ts"
import { Patterns } from "../analytics/figures/patterns.ts"
import { Quality } from "../analytics/figures/quality.ts"
import { RoomRanking, UserRanking } from "../analytics/figures/rankings.ts"
import { ResponseTime } from "../analytics/figures/responseTime.ts"
import { Retention } from "../analytics/figures/retention.ts"
import { Point, Series } from "../analytics/figures/series.ts"
import { Sessions } from "../analytics/figures/sessions.ts"
import { Summary } from "../analytics/figures/summary.ts"
import { metrics } from "../analytics/metrics.ts"
import { Snapshot } from "../analytics/Snapshot.ts"
import { BUCKETS, FORMATS, REPORTS, SORTS, UNITS } from "./AnalyticsQuery.ts"
import { about, badRequest, choice, parameter, segment, unavailable } from "./Parameter.ts"

const window = {
  from: parameter(
    "the first moment: an instant such as 2026-03-29T00:00:00Z, or a local date of `tz` such as 2026-03-29, which is its first instant"
  ),
  to: parameter("the first moment that no longer counts, written as `from` is; now, without it"),
  tz: parameter("an IANA time zone, which days, weeks and hours are local to; UTC without it")
}
const room = { room: parameter("only this room") }
const unit = { unit: choice("length of a period; weeks begin on Monday; day without it", UNITS) }
const page = {
  limit: parameter("entries on the page: 1 to 200, 50 without"),
  offset: parameter("entries before the page; 0 without")
}
const series = {
  metric: choice("which figure", Object.keys(metrics)),
  bucket: choice("length of a bucket; 1m and 15m are those of UTC, others are local; 1h without it", BUCKETS),
  compare: choice("adds the window of the same length just before", ["previous"])
}

/** What every answer begins with. `computedAt`: up to when it is complete. `from` and `to`: the window it is for. */
const envelope = {
  definitions: Schema.Int,
  computedAt: Schema.String,
  tz: Schema.String,
  from: Schema.String,
  to: Schema.String
}

const Timeseries = Schema.Struct({
  ...envelope,
  metric: Schema.String,
  unit: Schema.String,
  bucket: Schema.Literals(BUCKETS),
  room: Schema.NullOr(Schema.String),
  ...Series.fields,
  previous: Schema.optionalKey(
    Schema.Struct({ from: Schema.String, to: Schema.String, total: Series.fields.total, points: Schema.Array(Point) })
  )
})

const error = [badRequest, unavailable] as const

const enveloped = <F extends Schema.Struct.Fields>(answer: Schema.Struct<F>) =>
  Schema.Struct({ ...envelope, ...answer.fields })

const snapshot = HttpApiEndpoint.get("snapshot", "/api/analytics", {
  success: Snapshot,
  error: badRequest
}).annotateMerge(
  about("getAnalytics", "Live figures", "Figures since the process started, and of the last 15 minutes.")
)

const timeseries = HttpApiEndpoint.get("timeseries", "/api/analytics/timeseries", {
  query: { ...series, ...window, room: parameter("only this room; not every figure has it") },
  success: Timeseries,
  error
}).annotateMerge(
  about(
    "getTimeseries",
    "One figure over time",
    `One point for each bucket. Figures:\n\n${Object.entries(metrics)
      .map(
        ([name, { byRoom, definition, unit }]) =>
          `- \`${name}\` (${unit}${byRoom ? ", also by room" : ""}): ${definition}`
      )
      .join("\n")}`
  )
)

const exported = HttpApiEndpoint.get("export", "/api/analytics/export", {
  query: {
    report: choice("which report", REPORTS),
    format: choice("csv or ndjson", FORMATS),
    ...series,
    ...window,
    ...room,
    ...unit,
    sort: choice("what rooms are sorted by", SORTS),
    ...page
  },
  success: [
    Schema.String.annotate({ description: "The rows of the report" }).pipe(
      HttpApiSchema.asText({ contentType: "text/csv" })
    ),
    Schema.String.annotate({ description: "The rows of the report" }).pipe(
      HttpApiSchema.asText({ contentType: "application/x-ndjson" })
    )
  ],
  error
}).annotateMerge(
  about(
    "exportReport",
    "The rows of a report as a file",
    "Takes the parameters of the report. In CSV, texts that a spreadsheet would run as formulas begin with an apostrophe."
  )
)

export class AnalyticsGroup extends HttpApiGroup.make("analytics")
  .add(snapshot)
  .add(timeseries)
  .add(
    HttpApiEndpoint.get("summary", "/api/analytics/summary", {
      query: window,
      success: enveloped(Summary),
      error
    }).annotateMerge(about("getSummary", "A window at a glance", "Messages, people, and peaks."))
  )
  .add(
    HttpApiEndpoint.get("engagement", "/api/analytics/engagement", {
      query: window,
      success: enveloped(Engagement),
      error
    }).annotateMerge(
      about("getEngagement", "Daily, weekly and monthly engaged users", "With lurkers and stickiness; days are whole.")
    )
  )
  .add(
    HttpApiEndpoint.get("growth", "/api/analytics/growth", {
      query: { ...unit, ...window },
      success: enveloped(Growth),
      error
    }).annotateMerge(
      about("getGrowth", "Who came, stayed, came back and left", "By local day or week; periods are whole.")
    )
  )
  .add(
    HttpApiEndpoint.get("retention", "/api/analytics/retention", {
      query: { ...unit, ...window },
      success: enveloped(Retention),
      error
    }).annotateMerge(
      about("getRetention", "Who was there again later", "Cohorts by the local day or week of first engagement.")
    )
  )
  .add(
    HttpApiEndpoint.get("funnel", "/api/analytics/funnel", {
      query: window,
      success: enveloped(Funnel),
      error
    }).annotateMerge(
      about("getFunnel", "How far newcomers got", "Of users whose first connection ever began in the window.")
    )
  )
  .add(
    HttpApiEndpoint.get("sessions", "/api/analytics/sessions", {
      query: window,
      success: enveloped(Sessions),
      error
    }).annotateMerge(
      about("getSessions", "How often and how long people were there", "Of sessions that began in the window.")
    )
  )
  .add(
    HttpApiEndpoint.get("heatmap", "/api/analytics/heatmap", {
      query: { ...window, ...room },
      success: enveloped(Heatmap),
      error
    }).annotateMerge(
      about("getHeatmap", "Messages by weekday and hour", "Seven rows, Monday first, of 24 local hours.")
    )
  )
  .add(
    HttpApiEndpoint.get("patterns", "/api/analytics/patterns", {
      query: { ...window, ...room },
      success: enveloped(Patterns),
      error
    }).annotateMerge(
      about("getPatterns", "What messages are like", "Lengths, and how many have links, mentions, questions, emoji.")
    )
  )
  .add(
    HttpApiEndpoint.get("responseTime", "/api/analytics/response-time", {
      query: { ...window, ...room },
      success: enveloped(ResponseTime),
      error
    }).annotateMerge(
      about("getResponseTime", "How fast people are answered", "From the last message of a burst to the answer.")
    )
  )
  .add(
    HttpApiEndpoint.get("latency", "/api/analytics/latency", {
      query: window,
      success: enveloped(Latency),
      error
    }).annotateMerge(about("getLatency", "How long messages take", "Until kept, handed out, and acknowledged."))
  )
  .add(
    HttpApiEndpoint.get("quality", "/api/analytics/quality", {
      query: window,
      success: enveloped(Quality),
      error
    }).annotateMerge(about("getQuality", "Whether messages arrive", "Deliveries, resumes, duplicates and refusals."))
  )
  .add(
    HttpApiEndpoint.get("moderation", "/api/analytics/moderation", {
      query: window,
      success: enveloped(Moderation),
      error
    }).annotateMerge(about("getModeration", "How much there is to moderate", "Counts, and each per 1,000 messages."))
  )
  .add(
    HttpApiEndpoint.get("rooms", "/api/analytics/rooms", {
      query: { sort: choice("what comes first; messages without it", SORTS), ...page, ...window },
      success: enveloped(RoomRanking),
      error
    }).annotateMerge(about("getRoomRanking", "Rooms, largest first", "Rooms with messages or joins in the window."))
  )
  .add(
    HttpApiEndpoint.get("users", "/api/analytics/users", {
      query: { ...page, ...window },
      success: enveloped(UserRanking),
      error
    }).annotateMerge(about("getUserRanking", "Users, most messages first", "Users with messages in the window."))
  )
  .add(
    HttpApiEndpoint.get("room", "/api/analytics/rooms/:roomId", {
      params: { roomId: segment("the room") },
      query: window,
      success: enveloped(RoomFigures),
      error
    }).annotateMerge(about("getRoomFigures", "Everything of one room", "Zeros for a room that is not known."))
  )
  .add(
    HttpApiEndpoint.get("user", "/api/analytics/users/:userId", {
      params: { userId: segment("the user") },
      query: window,
      success: enveloped(UserFigures),
      error
    }).annotateMerge(about("getUserFigures", "Everything of one user", "Zeros for a user who is not known."))
  )
  .add(exported)
  .annotateMerge(
    OpenApi.annotations({
      description:
        "Figures about what was said, who took part, and how well it was delivered. What each means exactly is said in src/analytics/README.md."
    })
  ) {}
