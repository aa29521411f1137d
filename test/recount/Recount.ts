/**
 * Every figure of `src/analytics/README.md`, counted a second time and as plainly as can be: from events, without roll-ups, sketches or
 * anything that the engine counts with. What the engine answers has to agree with it.
 *
 * Made-up histories do not say everything. Taken here: a message is due to every connection that is in its room, also those of its author
 * and of bots, and reaches all of them; nothing is edited or deleted, nobody is muted or banned, and no client reports what it received.
 */
import type { RoomFigures, UserFigures } from "../../src/analytics/figures/drillDown.ts"
import type { Engagement } from "../../src/analytics/figures/engagement.ts"
import type { Funnel } from "../../src/analytics/figures/funnel.ts"
import type { Growth } from "../../src/analytics/figures/growth.ts"
import type { Heatmap } from "../../src/analytics/figures/heatmap.ts"
import type { Latency } from "../../src/analytics/figures/latency.ts"
import type { Moderation } from "../../src/analytics/figures/moderation.ts"
import type { Patterns } from "../../src/analytics/figures/patterns.ts"
import type { Quality } from "../../src/analytics/figures/quality.ts"
import type { RoomRanking, UserRanking } from "../../src/analytics/figures/rankings.ts"
import type { ResponseTime } from "../../src/analytics/figures/responseTime.ts"
import type { Retention } from "../../src/analytics/figures/retention.ts"
import type { Series } from "../../src/analytics/figures/series.ts"
import type { Sessions } from "../../src/analytics/figures/sessions.ts"
import type { Summary } from "../../src/analytics/figures/summary.ts"
import type { MetricName } from "../../src/analytics/metrics.ts"
import type { DemoEvent } from "../../src/demo/DemoEvent.ts"
import { funnel, growth, retention, type Unit } from "./cohorts.ts"
import { engagedDays, engagement } from "./engagement.ts"
import { Facts } from "./Facts.ts"
import { figureOf } from "./figureOf.ts"
import type { BucketSize } from "./LocalTime.ts"
import { type Page, roomFigures, roomRanking, type RoomSort, userFigures, userRanking } from "./rankings.ts"
import { latency, moderation, quality } from "./service.ts"
import { sessions } from "./sessions.ts"
import { heatmap, patterns, responseTime, summary } from "./talk.ts"
import { type Asked, View, Zoned } from "./View.ts"

interface InRoom {
  readonly room?: string
}

interface SeriesAsked extends Asked, InRoom {
  readonly metric: MetricName
  readonly bucket: BucketSize
  readonly compare?: "previous"
}

type Told = typeof Series.Type

interface SeriesTold extends Told {
  readonly metric: MetricName
  readonly bucket: BucketSize
  readonly room: string | null
  readonly previous?: Told & { readonly from: string; readonly to: string }
}

export class Recount {
  private readonly facts: Facts
  private readonly zones = new Map<string, Zoned>()

  /**
   * `computedAt`: milliseconds since 1970 up to which events count; it stands for the present. Events may come in any order; those of the
   * same millisecond are taken to have happened in the order they come in.
   */
  constructor(events: ReadonlyArray<DemoEvent>, computedAt: number) {
    this.facts = new Facts(events, computedAt)
  }

  timeseries({ bucket, compare, metric, room, ...asked }: SeriesAsked): SeriesTold {
    const view = this.view(asked, bucket)
    const told = { metric, bucket, room: room ?? null, ...this.series(view, metric, bucket, room) }
    if (compare === undefined) return told
    const before = new View(this.facts, view.zoned, { from: view.from - (view.to - view.from), to: view.from }, bucket)
    const range = { from: view.local.iso(before.from), to: view.local.iso(before.to) }
    return { ...told, previous: { ...range, ...this.series(before, metric, bucket, room) } }
  }

  /** `minutesFrom`: milliseconds since 1970 from which on minutes are still kept; always, without it. */
  summary(asked: Asked & { readonly minutesFrom?: number }): typeof Summary.Type {
    return summary(this.view(asked), asked.minutesFrom ?? Number.NEGATIVE_INFINITY)
  }

  engagement(asked: Asked): typeof Engagement.Type {
    return engagement(this.view(asked))
  }

  growth(asked: Asked & { readonly unit: Unit }): typeof Growth.Type {
    return growth(this.view(asked), asked.unit)
  }

  retention(asked: Asked & { readonly unit: Unit }): typeof Retention.Type {
    return retention(this.view(asked), asked.unit)
  }

  funnel(asked: Asked): typeof Funnel.Type {
    return funnel(this.view(asked))
  }

  sessions(asked: Asked): typeof Sessions.Type {
    return sessions(this.view(asked))
  }

  heatmap(asked: Asked & InRoom): typeof Heatmap.Type {
    return heatmap(this.view(asked), asked.room)
  }

  patterns(asked: Asked & InRoom): typeof Patterns.Type {
    return patterns(this.view(asked), asked.room)
  }

  responseTime(asked: Asked & InRoom): typeof ResponseTime.Type {
    return responseTime(this.view(asked), asked.room)
  }

  latency(asked: Asked): typeof Latency.Type {
    return latency(this.view(asked))
  }

  quality(asked: Asked): typeof Quality.Type {
    return quality(this.view(asked))
  }

  moderation(asked: Asked): typeof Moderation.Type {
    return moderation(this.view(asked))
  }

  rooms(asked: Asked & Page & { readonly sort?: RoomSort }): typeof RoomRanking.Type {
    return roomRanking(this.view(asked), asked.sort ?? "messages", asked)
  }

  users(asked: Asked & Page): typeof UserRanking.Type {
    return userRanking(this.view(asked), asked)
  }

  room(roomId: string, asked: Asked): typeof RoomFigures.Type {
    return roomFigures(this.view(asked), roomId)
  }

  user(userId: string, asked: Asked): typeof UserFigures.Type {
    return userFigures(this.view(asked), userId)
  }

  private series(view: View, metric: MetricName, bucket: BucketSize, room: string | undefined): Told {
    const { facts, local } = view
    if (metric === "dau" || metric === "wau" || metric === "mau") {
      const points = engagedDays(view).map(({ day, partial, ...figures }) => ({
        start: local.iso(local.dayStart(day)),
        end: local.iso(local.dayStart(day + 1)),
        value: figures[metric],
        partial
      }))
      return { total: null, points }
    }
    const points = view.buckets(bucket).map(({ from, partial, to }) => ({
      start: local.iso(from),
      end: local.iso(to),
      value: figureOf(metric, facts, { from, to }, room),
      partial
    }))
    return { total: figureOf(metric, facts, view, room), points }
  }

  private view(asked: Asked, bucket?: BucketSize): View {
    const { tz } = asked
    let zoned = this.zones.get(tz)
    if (zoned === undefined) this.zones.set(tz, (zoned = new Zoned(this.facts, tz)))
    return new View(this.facts, zoned, asked, bucket)
  }
}
