import { assert, it } from "@effect/vitest"
import type {
  RoomFigures as ServersRoom,
  UserFigures as ServersUser
} from "../../../src/analytics/figures/drillDown.ts"
import type { Engagement as ServersEngagement } from "../../../src/analytics/figures/engagement.ts"
import type { Funnel as ServersFunnel } from "../../../src/analytics/figures/funnel.ts"
import type { Growth as ServersGrowth } from "../../../src/analytics/figures/growth.ts"
import type { Heatmap as ServersHeatmap } from "../../../src/analytics/figures/heatmap.ts"
import type { Latency as ServersLatency } from "../../../src/analytics/figures/latency.ts"
import type { Moderation as ServersModeration } from "../../../src/analytics/figures/moderation.ts"
import type { Patterns as ServersPatterns } from "../../../src/analytics/figures/patterns.ts"
import type { Quality as ServersQuality } from "../../../src/analytics/figures/quality.ts"
import type {
  RoomRanking as ServersRooms,
  UserRanking as ServersUsers
} from "../../../src/analytics/figures/rankings.ts"
import type { ResponseTime as ServersResponseTime } from "../../../src/analytics/figures/responseTime.ts"
import type { Retention as ServersRetention } from "../../../src/analytics/figures/retention.ts"
import type { Series as ServersSeries } from "../../../src/analytics/figures/series.ts"
import type { Sessions as ServersSessions } from "../../../src/analytics/figures/sessions.ts"
import type { Summary as ServersSummary } from "../../../src/analytics/figures/summary.ts"
import { metrics } from "../../../src/analytics/metrics.ts"
import type { Reports, RoomFigures, Series, UserFigures } from "../../../src/web/dashboard/Answer.ts"
import { TILED } from "../../../src/web/dashboard/panels/tiled.ts"

/** What the server answers, report by report. */
interface Answered {
  readonly summary: typeof ServersSummary.Type
  readonly engagement: typeof ServersEngagement.Type
  readonly growth: typeof ServersGrowth.Type
  readonly retention: typeof ServersRetention.Type
  readonly funnel: typeof ServersFunnel.Type
  readonly sessions: typeof ServersSessions.Type
  readonly heatmap: typeof ServersHeatmap.Type
  readonly patterns: typeof ServersPatterns.Type
  readonly "response-time": typeof ServersResponseTime.Type
  readonly latency: typeof ServersLatency.Type
  readonly quality: typeof ServersQuality.Type
  readonly moderation: typeof ServersModeration.Type
  readonly rooms: typeof ServersRooms.Type
  readonly users: typeof ServersUsers.Type
}

// held by the compiler: an answer that is none of these does not get past it
const reports = (answered: Answered): Reports => answered
const series = (answered: typeof ServersSeries.Type): Series => answered
const room = (answered: typeof ServersRoom.Type): RoomFigures => answered
const user = (answered: typeof ServersUser.Type): UserFigures => answered

it("shows answers of the shapes that the server gives", () => {
  assert.strictEqual([reports, series, room, user].length, 4)
})

it("asks for figures that there are", () => {
  for (const name of TILED) assert.property(metrics, name)
})
