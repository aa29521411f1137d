/** What admins and moderators may want of each route that is theirs, as good bodies made from the schemas of the routes. */
import { moderation, ModerationAction } from "../../src/domain/Moderation.ts"
import { Dismissal } from "../../src/http/admin/AdminApi.ts"
import { Revoking } from "../../src/http/admin/Revoking.ts"
import { Utterance } from "../../src/http/admin/Utterance.ts"
import type { Dice } from "../support/Dice.ts"
import { type Rule, uuid } from "./Attack.ts"
import { drawn, type Fields, type Sample, words } from "./sample.ts"

type Field = keyof typeof moderation

/** What an action has to say, and what it may say. */
const parts: Readonly<
  Record<ModerationAction, { readonly needs: ReadonlyArray<Field>; readonly may: ReadonlyArray<Field> }>
> = {
  ban: { needs: ["userId"], may: ["roomId", "seconds"] },
  unban: { needs: ["userId"], may: ["roomId"] },
  mute: { needs: ["userId"], may: ["roomId", "seconds"] },
  unmute: { needs: ["userId"], may: ["roomId"] },
  delete: { needs: ["roomId", "messageId"], may: [] },
  purge: { needs: ["userId"], may: ["roomId"] },
  slow_mode: { needs: ["roomId", "seconds"], may: [] },
  freeze: { needs: ["roomId"], may: [] },
  unfreeze: { needs: ["roomId"], may: [] }
}

type Places = Pick<Rule, "rooms" | "users">

/** Values for the fields with rules of their own, by name. Nobody and nothing is named but of these places. */
const byName: Readonly<Record<string, (dice: Dice, places: Places) => unknown>> = {
  userId: (dice, { users }) => dice.pick(users),
  roomId: (dice, { rooms }) => dice.pick(rooms),
  messageId: uuid,
  replyTo: uuid,
  content: (dice) => dice.pick(words),
  mentions: (dice, { users }) => [dice.pick(users)],
  username: (dice) => dice.pick(["Owl", "Bot 7", "フクロウ"]),
  tokenId: (dice) => dice.pick(["a", uuid(dice), "x".repeat(256)]),
  until: () => "2100-01-01T00:00:00Z",
  seconds: (dice) => 1 + dice.below(60),
  reason: (dice) => dice.pick(["", "spam", "\u2068كلام\u2069"])
}

const of = (fields: Fields, dice: Dice, places: Places): Sample =>
  drawn(fields, dice, (name) => byName[name]?.(dice, places))

/** An order that is complete, and says nothing that it does not take. */
const order = (dice: Dice, places: Places): Sample => {
  const action = dice.pick(ModerationAction.literals)
  const { may, needs } = parts[action]
  const said = [...needs, ...[...may, "reason" as const].filter(() => dice.roll() < 0.5)]
  return { action, ...Object.fromEntries(said.map((name) => [name, byName[name]?.(dice, places)])) }
}

/** Someone else's words under one's own name are refused: who speaks as a bot has both, or the name alone. */
const utterance = (dice: Dice, places: Places): Sample => {
  const { userId, ...said } = of(Utterance.fields, dice, places)
  return said["username"] === undefined || userId === undefined ? said : { ...said, userId }
}

/** Who or what is revoked has to be said. */
const revoking = (dice: Dice, places: Places): Sample => ({
  ...(dice.roll() < 0.5 ? { userId: dice.pick(places.users) } : { tokenId: uuid(dice) }),
  ...of(Revoking.fields, dice, places)
})

const bodies = {
  "/api/admin/rooms/{roomId}/messages": utterance,
  "/api/admin/users/{userId}/disconnect": (dice: Dice, places: Places) => of(Dismissal.fields, dice, places),
  "/api/admin/revocations": revoking,
  "/api/moderation": order
} as const

/** Paths of routes that take an order, with `{name}` for what varies. */
export const orderPaths: ReadonlyArray<string> = Object.keys(bodies)

/** A good body for a route; one for any of them where the route takes none. */
export const orderOf = (path: string, dice: Dice, places: Places): Sample => {
  const found = Object.entries(bodies).find(([one]) => one === path) ?? dice.pick(Object.entries(bodies))
  return found[1](dice, places)
}
