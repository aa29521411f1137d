/** How far those got who came for the first time. */
import { Effect, Schema } from "effect"
import type { StoreUnavailable } from "../../store/MessageStore.ts"
import type { Figures } from "../Figures.ts"
import { Calendar } from "./Calendar.ts"
import { type Lifetime, lifetimes } from "./Lifetime.ts"
import { eachOf } from "./walk.ts"
import { ratio, type Window } from "./Window.ts"

const STEPS = ["connected", "stayed", "engaged", "activated", "returned"] as const

export const Funnel = Schema.Struct({
  steps: Schema.Array(
    Schema.Struct({ step: Schema.Literals(STEPS), users: Schema.Int, share: Schema.NullOr(Schema.Finite) })
  )
})

const returned = (user: Lifetime, first: number): boolean => {
  for (const day of user.engaged) if (day > first) return true
  return false
}

export const funnel = (
  figures: Figures["Service"],
  window: Window
): Effect.Effect<typeof Funnel.Type, StoreUnavailable> =>
  Effect.gen(function* () {
    const calendar = new Calendar(window.zone, "day")
    const users = { connected: 0, stayed: 0, engaged: 0, activated: 0, returned: 0 }
    yield* eachOf((yield* lifetimes(figures, window, calendar)).values(), 1000, (user) => {
      const first = user.firstConnectedAt
      if (first === undefined || first < window.from || first >= window.to) return
      users.connected++
      if (!user.visited) return
      users.stayed++
      if (user.engaged.size === 0) return
      users.engaged++
      if (!user.activated) return
      users.activated++
      if (returned(user, calendar.at(first))) users.returned++
    })
    return { steps: STEPS.map((step) => ({ step, users: users[step], share: ratio(users[step], users.connected) })) }
  })
