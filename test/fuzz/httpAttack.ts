/** Requests to every route there is: odd methods, paths, queries, bodies and framings, one after the other on one line. */
import type { Dice } from "../support/Dice.ts"
import { type Attack, type Route, several, shown, type Target, weighted } from "./Attack.ts"
import { clientText } from "./clientText.ts"
import { Line } from "./Line.ts"
import { damaged, noise, oddJson, oddText } from "./oddities.ts"
import { answerFault, bentHeaders, frayed, type Headers, httpVersion, method, request } from "./requests.ts"

const PARAMETERS = [
  "limit",
  "before",
  "after",
  "around",
  "from",
  "to",
  "tz",
  "metric",
  "bucket",
  "room",
  "report",
  "format",
  "sort",
  "offset",
  "unit",
  "compare",
  "token"
]
const GOOD = ["1", "50", "200", "UTC", "Europe/Berlin", "1h", "1d", "messages", "csv", "summary", "2026-11-25", "week"]

const filled = (dice: Dice, { rooms, users }: Target, { path }: Route): string =>
  path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => {
    if (dice.roll() < 0.3) return oddText(dice)
    return encodeURIComponent(dice.pick(name === "roomId" ? rooms : users))
  })

const bentPath = (dice: Dice, path: string): string =>
  weighted<() => string>(dice, [
    [8, () => path],
    [1, () => `${path}/${oddText(dice)}`],
    [1, () => damaged(dice, path)],
    [1, () => path.replaceAll("/", dice.pick(["//", "/./", "%2f", "\\", "/../"]))],
    [1, () => `http://${dice.pick(["localhost", "evil.example", "[::1", "a@b"])}${path}`],
    [1, () => `/${oddText(dice)}`],
    [1, () => path.padEnd(dice.pick([1000, 8000, 20_000]), "a")]
  ])()

const search = (dice: Dice): string => {
  const parts = several(dice.below(6), () => {
    const value = dice.roll() < 0.5 ? dice.pick(GOOD) : oddText(dice)
    return `${dice.roll() < 0.9 ? dice.pick(PARAMETERS) : oddText(dice)}=${value}`
  })
  return parts.length === 0 ? "" : `?${parts.join("&")}`
}

const FIELDS = ["userId", "tokenId", "until", "roomId", "content", "action", "seconds", "reason", "title", "messageId"]

/** An object such as a route may want, with whatever in it. */
const object = (dice: Dice): string => {
  const members = several(
    dice.below(5),
    () => `"${dice.pick(FIELDS)}":${dice.roll() < 0.4 ? '"nobody"' : oddJson(dice)}`
  )
  return `{${members.join(",")}}`
}

interface Body {
  readonly headers: Headers
  readonly text: string
}

const length = (bytes: number | string): Headers => [["Content-Length", String(bytes)]]

const body = (dice: Dice, target: Target): Body => {
  const json = dice.roll() < 0.3 ? clientText(dice, target) : object(dice)
  const size = Buffer.byteLength(json)
  return weighted<() => Body>(dice, [
    [6, () => ({ headers: [], text: "" })],
    [3, () => ({ headers: length(size), text: json })],
    [1, () => ({ headers: length(size + 1 + dice.below(100)), text: json })],
    [1, () => ({ headers: length(dice.below(size)), text: json })],
    [1, () => ({ headers: length(dice.pick(["-1", "1e3", "0x10", "99999999999999999999"])), text: json })],
    [1, () => ({ headers: [...length(size), ["Transfer-Encoding", "chunked"]], text: json })],
    [2, () => ({ headers: [["Transfer-Encoding", "chunked"]], text: `${size.toString(16)}\r\n${json}\r\n0\r\n\r\n` })],
    [1, () => ({ headers: [["Transfer-Encoding", "chunked"]], text: `${oddText(dice)}\r\n${json}\r\n` })],
    [1, () => ({ headers: [["Transfer-Encoding", "chunked"]], text: "ffffffff\r\n" })],
    [1, () => ({ headers: length(70_000), text: " ".repeat(70_000) })],
    [1, () => ({ headers: length(20), text: noise(dice, 20).toString("latin1") })]
  ])()
}

const one = (dice: Dice, target: Target): Buffer => {
  const { headers: framing, text } = body(dice, target)
  const token =
    target.token !== undefined && dice.roll() < 0.7 ? [["Authorization", `Bearer ${target.token}`] as const] : []
  const type = text === "" ? [] : [["Content-Type", dice.pick(["application/json", "text/plain", "x", ""])] as const]
  const headers: Headers = [["Host", "localhost"], ...token, ...type, ...framing]
  const route = dice.pick(target.routes)
  const verb = dice.roll() < 0.7 ? dice.pick(route.methods) : text === "" ? method(dice) : "POST"
  const wrongs = weighted(dice, [
    [4, 0],
    [2, 1],
    [1, 3]
  ] as const)
  const line = `${verb} ${bentPath(dice, filled(dice, target, route))}${search(dice)} ${httpVersion(dice)}`
  return request(line, bentHeaders(dice, headers, wrongs), text)
}

export const httpAttack = (dice: Dice, target: Target): Attack => {
  const requests = several(
    weighted(dice, [
      [4, 1],
      [2, 3],
      [1, 12]
    ] as const),
    () => one(dice, target)
  )
  const bytes = frayed(dice, Buffer.concat(requests))
  const vanishes = dice.roll() < 0.1
  return {
    what: `${requests.length} at once${vanishes ? ", then gone" : ""}: ${shown(bytes.toString("latin1"))}`,
    play: async () => {
      const line = await Line.open(target.port)
      try {
        line.write(bytes)
        if (vanishes) return undefined
        line.finish()
        await line.ended()
        return answerFault(line.bytes)
      } finally {
        line.destroy()
      }
    }
  }
}
