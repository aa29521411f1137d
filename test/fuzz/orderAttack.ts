/** Requests with the power of an admin: orders that are good or have something wrong about them, against users who may be there. */
import type { Dialect } from "../../src/domain/ClientFrame.ts"
import type { Dice } from "../support/Dice.ts"
import { type Attack, type Rule, type Target, weighted } from "./Attack.ts"
import { bentText } from "./bentText.ts"
import { framed, plain } from "./framed.ts"
import { httpAttack } from "./httpAttack.ts"
import { Intruder } from "./Intruder.ts"
import { oddText } from "./oddities.ts"
import { orderOf } from "./orders.ts"
import { bentPath, filled, search } from "./paths.ts"
import { bentHeaders, type Headers, httpVersion, method, request } from "./requests.ts"
import { volley, wrongsOf } from "./volley.ts"

/** Bytes of a body that the server takes. */
const BODY_MAX = 65_536

const repeated = (dice: Dice): Headers =>
  dice.roll() < 0.7
    ? []
    : [
        [
          "Idempotency-Key",
          weighted(dice, [
            [3, dice.pick(["a", "b", "c"])],
            [1, oddText(dice)]
          ])
        ]
      ]

/** A body for a route, half of the time a good one. */
const bodyOf = (dice: Dice, rule: Rule, path: string): string => {
  const draw = () => orderOf(path, dice, rule)
  return dice.roll() < 0.5 ? JSON.stringify(draw()) : bentText(dice, draw, BODY_MAX)
}

/** A request that is right in all but perhaps its body. */
const straight = (dice: Dice, rule: Rule): Buffer => {
  const route = dice.pick(rule.routes)
  const verb = dice.pick(route.methods)
  const { headers: framing, text } = plain(verb === "GET" ? "" : bodyOf(dice, rule, route.path))
  const type = ["Content-Type", "application/json"] as const
  const headers: Headers = [["Host", "localhost"], dice.pick(rule.credentials), type, ...framing, ...repeated(dice)]
  return request(`${verb} ${filled(dice, rule, route)} HTTP/1.1`, headers, text)
}

/** A request with something wrong about it anywhere. */
const bent = (dice: Dice, rule: Rule): Buffer => {
  const route = dice.pick(rule.routes)
  const { headers: framing, text } = framed(dice, bodyOf(dice, rule, route.path))
  const headers: Headers = [
    ["Host", "localhost"],
    ...(dice.roll() < 0.9 ? [dice.pick(rule.credentials)] : rule.credentials),
    ["Content-Type", dice.pick(["application/json", "application/json; charset=x", "text/plain", ""])],
    ...framing,
    ...repeated(dice)
  ]
  const verb = dice.roll() < 0.7 ? dice.pick(route.methods) : method(dice)
  const line = `${verb} ${bentPath(dice, filled(dice, rule, route))}${search(dice)} ${httpVersion(dice)}`
  return request(line, bentHeaders(dice, headers, wrongsOf(dice)), text)
}

/** Statuses of a door that is closed to who was banned, or whose tokens were revoked. */
const SHUT = /^40[13]:/

export const orderAttack = (dice: Dice, target: Target): Attack => {
  const { port, rule } = target
  if (rule === undefined) return httpAttack(dice, target)
  // behind a request that cannot be read, the others on its line are not looked at
  const one = dice.roll() < 0.6 ? straight : bent
  const { play, what } = volley(dice, port, () => one(dice, rule))
  const userId = dice.roll() < 0.4 ? dice.pick(rule.users) : undefined
  if (userId === undefined) return { what: `orders, ${what}`, play }
  const dialect: Dialect = dice.roll() < 0.7 ? "hubbub.v1" : "plain"
  const query = { userId, username: "Victim", history: "1", room: dice.pick(rule.rooms) }
  return {
    what: `orders while ${userId} is in ${query.room} with ${dialect}, ${what}`,
    play: async () => {
      const { intruder, said } = await Intruder.knock({ port, token: await rule.tokenOf(userId) }, query, dialect)
      if (intruder === undefined) return SHUT.test(said) ? play() : `a good upgrade was answered ${said}`
      try {
        return (await play()) ?? (await intruder.faultToTheEnd())
      } finally {
        intruder.line.destroy()
      }
    }
  }
}
