/** How much there is to moderate. */
import { Effect, Schema } from "effect"
import type { StoreUnavailable } from "../../store/MessageStore.ts"
import type { Figures } from "../Figures.ts"
import { rateLimited } from "../metrics.ts"
import { totals } from "./totals.ts"
import { ratio, type Window } from "./Window.ts"

const Count = Schema.Int
const Rate = Schema.NullOr(Schema.Finite)

export const Moderation = Schema.Struct({
  messages: Count,
  rateLimited: Count,
  deleted: Count,
  muted: Count,
  banned: Count,
  perThousand: Schema.Struct({ rateLimited: Rate, deleted: Rate, muted: Rate, banned: Rate })
})

export const moderation = (
  figures: Figures["Service"],
  window: Window
): Effect.Effect<typeof Moderation.Type, StoreUnavailable> =>
  Effect.map(totals(figures, window, {}), (total) => {
    const { bans, chat, deletes, mutes } = total.n
    const limited = rateLimited(total)
    const perThousand = (count: number) => ratio(count * 1000, chat)
    return {
      messages: chat,
      rateLimited: limited,
      deleted: deletes,
      muted: mutes,
      banned: bans,
      perThousand: {
        rateLimited: perThousand(limited),
        deleted: perThousand(deletes),
        muted: perThousand(mutes),
        banned: perThousand(bans)
      }
    }
  })
