/** Requests to every route there is: odd methods, paths, queries, bodies and framings, one after the other on one line. */
import type { Dice } from "../support/Dice.ts"
import { type Attack, several, type Target } from "./Attack.ts"
import { clientText } from "./clientText.ts"
import { framed } from "./framed.ts"
import { oddJson } from "./oddities.ts"
import { bentPath, filled, search } from "./paths.ts"
import { bentHeaders, type Headers, httpVersion, method, request } from "./requests.ts"
import { volley, wrongsOf } from "./volley.ts"

const FIELDS = ["userId", "tokenId", "until", "roomId", "content", "action", "seconds", "reason", "title", "messageId"]

/** An object such as a route may want, with whatever in it. */
const object = (dice: Dice): string => {
  const members = several(
    dice.below(5),
    () => `"${dice.pick(FIELDS)}":${dice.roll() < 0.4 ? '"nobody"' : oddJson(dice)}`
  )
  return `{${members.join(",")}}`
}

const one = (dice: Dice, target: Target): Buffer => {
  const json = dice.roll() < 0.3 ? clientText(dice, target) : object(dice)
  const { headers: framing, text } = framed(dice, json)
  const token =
    target.token !== undefined && dice.roll() < 0.7 ? [["Authorization", `Bearer ${target.token}`] as const] : []
  const type = text === "" ? [] : [["Content-Type", dice.pick(["application/json", "text/plain", "x", ""])] as const]
  const headers: Headers = [["Host", "localhost"], ...token, ...type, ...framing]
  const route = dice.pick(target.routes)
  const verb = dice.roll() < 0.7 ? dice.pick(route.methods) : text === "" ? method(dice) : "POST"
  const line = `${verb} ${bentPath(dice, filled(dice, target, route))}${search(dice)} ${httpVersion(dice)}`
  return request(line, bentHeaders(dice, headers, wrongsOf(dice)), text)
}

export const httpAttack = (dice: Dice, target: Target): Attack => volley(dice, target.port, () => one(dice, target))
