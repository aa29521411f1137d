/** What the routes of analytics answer. */
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { Clock, Effect, Schema } from "effect"
import { Analytics } from "../analytics/Analytics.ts"
import { Figures } from "../analytics/Figures.ts"
import { roomFigures, userFigures } from "../analytics/figures/drillDown.ts"
import { isPrivateRoom, ROOM_RULE, RoomId } from "../domain/RoomId.ts"
import { UserId, userIdProblem } from "../domain/UserId.ts"
import type { StoreUnavailable } from "../store/MessageStore.ts"
import { formatOf, NO_PRIVATE_FIGURES, reportOf, type REPORTS } from "./AnalyticsQuery.ts"
import { Api } from "./Api.ts"
import { csv, ndjson } from "../domain/Table.ts"
import { BadQuery, type Params } from "./PageQuery.ts"
import { problemResponse } from "./problemResponse.ts"
import { type Reported, reports, type Sources, windowed } from "./reports.ts"

export interface AnalyticsOptions {
  /** Figures that say who are withheld where fewer users than this stand behind them. */
  readonly minUsers: number
}

/** Milliseconds after which a store that could not be read is asked again. */
const RETRY_MS = 1000

const isRoomId = Schema.is(RoomId)
const isUserId = Schema.is(UserId)

type Answer = Effect.Effect<HttpServerResponse.HttpServerResponse, BadQuery | StoreUnavailable>

const answered = (answer: Answer): Effect.Effect<HttpServerResponse.HttpServerResponse> =>
  Effect.catchTags(answer, {
    BadQuery: ({ code, detail, field }) => Effect.succeed(problemResponse(400, { code, detail, field })),
    StoreUnavailable: () => {
      const detail = "the store that figures are kept in cannot be read; try again later"
      return Effect.succeed(problemResponse(503, { code: "unavailable", detail, retryAfterMs: RETRY_MS }))
    }
  })

const asJson = ({ answer }: Reported) => HttpServerResponse.jsonUnsafe(answer)

const room = (roomId: string) => windowed("quarters", ({ figures }, window) => roomFigures(figures, window, roomId))

const user = (userId: string) =>
  windowed("users", ({ figures, minUsers }, window) => userFigures(figures, window, userId, minUsers))

export const layer = ({ minUsers }: AnalyticsOptions) =>
  HttpApiBuilder.group(
    Api,
    "analytics",
    Effect.fnUntraced(function* (handlers) {
      const analytics = yield* Analytics
      const figures = yield* Figures

      const sources: Effect.Effect<Sources> = Effect.gen(function* () {
        return { figures, kept: yield* figures.kept, now: yield* Clock.currentTimeMillis, minUsers }
      })

      const report = (name: (typeof REPORTS)[number], params: Params) =>
        answered(
          Effect.map(
            Effect.flatMap(sources, (all) => reports[name](all, params)),
            asJson
          )
        )

      const exported = Effect.fnUntraced(function* (params: Params) {
        const name = yield* Effect.fromResult(reportOf(params))
        const format = yield* Effect.fromResult(formatOf(params))
        const { table, window } = yield* reports[name](yield* sources, params)
        const { from, to, zone } = window
        const [first, last] = [from, to - 1].map((ms) => zone.dateOf(zone.localDay(ms)))
        return HttpServerResponse.text(format === "csv" ? csv(table()) : ndjson(table()), {
          contentType:
            format === "csv" ? "text/csv; charset=utf-8; header=present" : "application/x-ndjson; charset=utf-8",
          headers: { "content-disposition": `attachment; filename="hubbub-${name}-${first}-${last}.${format}"` }
        })
      })

      const roomAnswer = Effect.fnUntraced(function* (id: string, params: Params) {
        if (!isRoomId(id)) return yield* new BadQuery({ code: "invalid_room", field: "roomId", detail: ROOM_RULE })
        if (isPrivateRoom(id)) {
          return yield* new BadQuery({ code: "forbidden_room", field: "roomId", detail: NO_PRIVATE_FIGURES })
        }
        return asJson(yield* room(id)(yield* sources, params))
      })

      const userAnswer = Effect.fnUntraced(function* (id: string, params: Params) {
        if (!isUserId(id)) {
          const detail = userIdProblem(id) ?? "userId is not valid"
          return yield* new BadQuery({ code: "invalid_user_id", field: "userId", detail })
        }
        return asJson(yield* user(id)(yield* sources, params))
      })

      return handlers
        .handle("snapshot", () => analytics.snapshot)
        .handleRaw("timeseries", ({ query }) => report("timeseries", query))
        .handleRaw("summary", ({ query }) => report("summary", query))
        .handleRaw("engagement", ({ query }) => report("engagement", query))
        .handleRaw("growth", ({ query }) => report("growth", query))
        .handleRaw("retention", ({ query }) => report("retention", query))
        .handleRaw("funnel", ({ query }) => report("funnel", query))
        .handleRaw("sessions", ({ query }) => report("sessions", query))
        .handleRaw("heatmap", ({ query }) => report("heatmap", query))
        .handleRaw("patterns", ({ query }) => report("patterns", query))
        .handleRaw("responseTime", ({ query }) => report("response-time", query))
        .handleRaw("latency", ({ query }) => report("latency", query))
        .handleRaw("quality", ({ query }) => report("quality", query))
        .handleRaw("moderation", ({ query }) => report("moderation", query))
        .handleRaw("rooms", ({ query }) => report("rooms", query))
        .handleRaw("users", ({ query }) => report("users", query))
        .handleRaw("room", ({ params, query }) => answered(roomAnswer(params.roomId, query)))
        .handleRaw("user", ({ params, query }) => answered(userAnswer(params.userId, query)))
        .handleRaw("export", ({ query }) => answered(exported(query)))
    })
  )
