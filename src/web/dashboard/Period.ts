/** The stretch of time that is shown: from where to where, in which buckets. Days and hours are those of the zone, with 23 or 25 hours where they have. */
import type { BucketSize, Zone } from "../../domain/Zone.ts"
import type { RangeName, Span, View } from "./View.ts"

const MINUTE = 60_000
const QUARTER = 15 * MINUTE
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const LENGTHS: Record<RangeName, { readonly ms: number; readonly bucket: BucketSize }> = {
  "15m": { ms: 15 * MINUTE, bucket: "1m" },
  "1h": { ms: HOUR, bucket: "1m" },
  "6h": { ms: 6 * HOUR, bucket: "15m" },
  "24h": { ms: DAY, bucket: "15m" },
  "7d": { ms: 7 * DAY, bucket: "1h" },
  "30d": { ms: 30 * DAY, bucket: "1d" }
}

/** Half-open, milliseconds since 1970. */
export interface Period {
  readonly from: number
  readonly to: number
  readonly bucket: BucketSize
  /** The same for as long as the same is asked for, however time goes on. */
  readonly key: string
  /** Whether it goes along with time. */
  readonly rolling: boolean
}

/** How long buckets are that make between some 20 and 200 of a period. */
export const bucketFor = (ms: number): BucketSize => {
  if (ms <= 3 * HOUR) return "1m"
  if (ms <= 2 * DAY) return "15m"
  return ms <= 14 * DAY ? "1h" : "1d"
}

const BUCKET_MS: Record<BucketSize, number> = { "1m": MINUTE, "15m": QUARTER, "1h": HOUR, "1d": DAY }

/**
 * As many whole buckets as there usually are of the length, the one that is not over yet among them. Minutes begin with a quarter of an
 * hour: reports are told by these, and everything on the page is to be of the same time.
 */
const last = (range: RangeName, now: number, zone: Zone): Period => {
  const { bucket, ms } = LENGTHS[range]
  const step = bucket === "1m" ? MINUTE : QUARTER
  const to = Math.ceil(now / step) * step
  if (bucket === "1m") {
    return { from: Math.floor((to - ms) / QUARTER) * QUARTER, to, bucket, key: range, rolling: true }
  }
  const from = zone.buckets(to - ms - 2 * DAY, to, bucket).at(-ms / BUCKET_MS[bucket])?.start ?? to - ms
  return { from, to, bucket, key: range, rolling: true }
}

const between = ({ from, to }: Span): Period => {
  const [first, end] = [Date.parse(from), Date.parse(to)]
  return { from: first, to: end, bucket: bucketFor(end - first), key: `${from}~${to}`, rolling: false }
}

/** `now`: milliseconds since 1970, by the server's clock. */
export const periodOf = ({ range, zoom }: Pick<View, "range" | "zoom">, now: number, zone: Zone): Period => {
  if (zoom !== undefined) return between(zoom)
  return typeof range === "string" ? last(range, now, zone) : between(range)
}

/** Whether its figures are not all told at a time: it goes along, or is not over. */
export const isOpen = ({ rolling, to }: Period, now: number): boolean => rolling || to > now

export const bucketNames: Record<BucketSize, string> = {
  "1m": "per minute",
  "15m": "per 15 minutes",
  "1h": "per hour",
  "1d": "per day"
}

export const rangeNames: Record<RangeName, string> = {
  "15m": "15 minutes",
  "1h": "1 hour",
  "6h": "6 hours",
  "24h": "24 hours",
  "7d": "7 days",
  "30d": "30 days"
}
