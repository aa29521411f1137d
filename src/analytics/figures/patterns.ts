/** What messages are like. */
import { Effect, Schema } from "effect"
import type { StoreUnavailable } from "../../store/MessageStore.ts"
import type { Figures } from "../Figures.ts"
import { LENGTH_BINS } from "../Shape.ts"
import { totals } from "./totals.ts"
import { ratio, type Window } from "./Window.ts"

const Count = Schema.Int
const Share = Schema.NullOr(Schema.Finite)

const KINDS = ["withLink", "withMention", "withQuestion", "withEmoji", "replies", "edits", "deletes"] as const

/** An object with the same for each kind. */
const each = <A>(of: (kind: (typeof KINDS)[number]) => A) => ({
  withLink: of("withLink"),
  withMention: of("withMention"),
  withQuestion: of("withQuestion"),
  withEmoji: of("withEmoji"),
  replies: of("replies"),
  edits: of("edits"),
  deletes: of("deletes")
})

/** `lengths`: messages of at most so many code points, and more than the entry before. */
export const Patterns = Schema.Struct({
  messages: Count,
  ...each(() => Count),
  shares: Schema.Struct(each(() => Share)),
  meanLength: Share,
  lengths: Schema.Array(Schema.Struct({ upTo: Schema.NullOr(Count), messages: Count }))
})

export const patterns = (
  figures: Figures["Service"],
  window: Window,
  room: string | undefined
): Effect.Effect<typeof Patterns.Type, StoreUnavailable> =>
  Effect.map(totals(figures, window, { room }), ({ lengths, n }) => {
    const counts = {
      withLink: n.link,
      withMention: n.mention,
      withQuestion: n.question,
      withEmoji: n.emoji,
      replies: n.reply,
      edits: n.edits,
      deletes: n.deletes
    }
    return {
      messages: n.chat,
      ...counts,
      shares: each((kind) => ratio(counts[kind], n.chat)),
      meanLength: ratio(n.codePoints, n.chat),
      lengths: lengths.map((messages, i) => ({ upTo: LENGTH_BINS[i] ?? null, messages }))
    }
  })
