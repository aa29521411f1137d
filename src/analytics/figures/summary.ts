/** The figures of a window at a glance. */
import { Effect, Schema } from "effect"
import type { StoreUnavailable } from "../../store/MessageStore.ts"
import type { Figures } from "../Figures.ts"
import { totals } from "./totals.ts"
import { eachTally } from "./walk.ts"
import { locator, ratio, wholeBuckets, type Window } from "./Window.ts"

const MINUTE_MS = 60_000

const Count = Schema.Int
const Rate = Schema.NullOr(Schema.Finite)
const PeakMinute = Schema.Struct({ start: Schema.String, messages: Count })

export const Summary = Schema.Struct({
  messages: Count,
  systemMessages: Count,
  botMessages: Count,
  messagesPerMinute: Rate,
  peakMinute: Schema.NullOr(PeakMinute),
  peakHourFactor: Rate,
  engagedUsers: Count,
  communicators: Count,
  visitors: Count,
  connectionsPeak: Schema.NullOr(Count),
  connectedUsersPeak: Schema.NullOr(Count)
})

/** The earliest of the minutes with the most messages. */
const peakMinute = Effect.fnUntraced(function* (figures: Figures["Service"], { from, kept, to, zone }: Window) {
  if (from < kept.minutesFrom) return null
  let start = 0
  let messages = 0
  const range = { tier: "m", of: { scope: "everything" }, from, to, sketches: false } as const
  yield* eachTally(figures, range, (minute) => {
    if (minute.tally.n.chat <= messages) return
    start = minute.start
    messages = minute.tally.n.chat
  })
  return messages === 0 ? null : { start: zone.iso(start), messages }
})

export const summary = (
  figures: Figures["Service"],
  window: Window
): Effect.Effect<typeof Summary.Type, StoreUnavailable> =>
  Effect.gen(function* () {
    const hours = wholeBuckets(window, "1h")
    const hourOf = locator(hours)
    const perHour = hours.map(() => 0)
    const sets = ["senders", "reactors", "active", "visitors"] as const
    const total = yield* totals(figures, window, { sets }, ({ start, tally }) => {
      const hour = hourOf(start)
      if (hour >= 0) perHour[hour]! += tally.n.chat
    })
    const { bot, chat, system } = total.n
    const minutes = Math.max(0, Math.min(window.to, window.kept.computedAt) - window.from) / MINUTE_MS
    const mean = ratio(chat, perHour.length)
    const largest = perHour.reduce((most, count) => Math.max(most, count), 0)
    return {
      messages: chat,
      systemMessages: system,
      botMessages: bot,
      messagesPerMinute: ratio(chat, minutes),
      peakMinute: yield* peakMinute(figures, window),
      peakHourFactor: mean === null ? null : ratio(largest, mean),
      engagedUsers: total.distinct("senders", "reactors", "active").count(),
      communicators: total.distinct("senders", "reactors").count(),
      visitors: total.distinct("visitors").count(),
      connectionsPeak: total.connectionsPeak,
      connectedUsersPeak: total.usersPeak
    }
  })
