/** When in the week people talk. */
import { Effect, Schema } from "effect"
import type { StoreUnavailable } from "../../store/MessageStore.ts"
import type { Figures } from "../Figures.ts"
import { eachTally } from "./walk.ts"
import { wholeBuckets, type Window } from "./Window.ts"

const Week = Schema.Array(Schema.Array(Schema.Int))

/** Seven rows, Monday first, of 24 local hours. */
export const Heatmap = Schema.Struct({ messages: Week, hours: Week, total: Schema.Int })

const week = () => Array.from({ length: 7 }, () => Array.from({ length: 24 }, () => 0))

export const heatmap = (
  figures: Figures["Service"],
  window: Window,
  room: string | undefined
): Effect.Effect<typeof Heatmap.Type, StoreUnavailable> =>
  Effect.gen(function* () {
    const { from, to, zone } = window
    const messages = week()
    const hours = week()
    const addAt = (cells: Array<Array<number>>, at: number, count: number) => {
      cells[zone.weekday(at)]![zone.hour(at)]! += count
    }
    let total = 0
    const of = room === undefined ? ({ scope: "everything" } as const) : ({ scope: "room", id: room } as const)
    yield* eachTally(figures, { tier: "q", of, from, to, sketches: false }, ({ start, tally }) => {
      addAt(messages, start, tally.n.chat)
      total += tally.n.chat
    })
    for (const { start } of wholeBuckets(window, "1h")) addAt(hours, start, 1)
    return { messages, hours, total }
  })
