/** Upgrades with something wrong about them: method, version, headers, subprotocols, query, origin, token. */
import type { Dice } from "../support/Dice.ts"
import { CLOSE, rawFrame } from "../support/RawFrame.ts"
import { type Attack, several, shown, type Target, weighted } from "./Attack.ts"
import { Line } from "./Line.ts"
import { damaged, oddText } from "./oddities.ts"
import { answerFault, bentHeaders, frayed, type Headers, httpVersion, method, request, statusesOf } from "./requests.ts"

const PROTOCOLS = ["hubbub.v1", "hubbub.v2", "bearer", "a.b.c", "", " ", "x".repeat(300), "bad token", "HUBBUB.V1", "é"]
const ORIGINS = ["null", "https://evil.example", "http://127.0.0.1", "://", "http://[", "file://", "*", "http://a@b"]
const PARAMETERS = ["userId", "username", "room", "history", "token", "role", "__proto__", "", "%", "room[]"]

const query = (dice: Dice, { rooms, users }: Target): string => {
  const good = [
    `userId=${encodeURIComponent(dice.pick(users))}`,
    "username=Mallory",
    `room=${dice.pick(rooms)}`,
    "history=5"
  ]
  const bad = several(dice.below(4), () => `${dice.pick(PARAMETERS)}=${oddText(dice)}`)
  const all = [...good.filter(() => dice.roll() < 0.7), ...bad].join(dice.pick(["&", "&", "&", ";", "&&"]))
  return dice.roll() < 0.1 ? damaged(dice, all) : all
}

/** A token that is none: cut, changed in its claims or its signature, or signed by nobody. */
const badToken = (dice: Dice, token: string): string => {
  const [head = "", claims = "", signature = ""] = token.split(".")
  const letter = () => dice.pick("ABCDEFabcdef0123456789-_".split(""))
  const at = dice.below(claims.length - 1)
  // another first letter of a signature is always another signature; the last may have bits that mean nothing
  const first = signature.startsWith("A") ? "B" : "A"
  const none = Buffer.from('{"alg":"none"}').toString("base64url")
  return dice.pick([
    `${head}.${claims}.${first}${signature.slice(1)}`,
    `${head}.${claims.slice(0, at)}${claims[at] === "A" ? "B" : "A"}${claims.slice(at + 1)}.${signature}`,
    `${head}.${claims}.`,
    `${none}.${claims}.`,
    `${none}.${claims}.${signature}`,
    `${head}.${claims}`,
    `${claims}.${head}.${signature}`,
    several(60, letter).join(""),
    `${letter()}.${letter()}.${letter()}`,
    `${token}.${signature}`,
    ""
  ])
}

/** Where the token is, and whether it is the good one; without tokens anyone may come in. */
const credentials = (dice: Dice, { token }: Target) => {
  if (token === undefined) return { headers: [], protocols: [], search: "", good: true }
  const good = dice.roll() < 0.3
  const shownToken = good ? token : badToken(dice, token)
  return weighted<{ headers: Headers; protocols: ReadonlyArray<string>; search: string; good: boolean }>(dice, [
    [1, { headers: [["Authorization", `Bearer ${shownToken}`]], protocols: [], search: "", good }],
    [1, { headers: [], protocols: ["bearer", shownToken], search: "", good }],
    [1, { headers: [], protocols: [], search: `token=${shownToken}&`, good }]
  ])
}

export const handshakeAttack = (dice: Dice, target: Target): Attack => {
  const { good, headers: shownBy, protocols, search } = credentials(dice, target)
  const offered = [...protocols, ...several(dice.below(4), () => dice.pick(PROTOCOLS))]
  const headers: Headers = [
    ["Host", "localhost"],
    ["Connection", dice.pick(["Upgrade", "Upgrade", "keep-alive, Upgrade", "close"])],
    ["Upgrade", dice.pick(["websocket", "websocket", "WebSocket", "h2c", "websocket, h2c"])],
    ["Sec-WebSocket-Version", dice.pick(["13", "13", "13", "8", "0", "13, 8", "1e1", ""])],
    ["Sec-WebSocket-Key", dice.pick(["dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ==", "short", ""])],
    ...(offered.length === 0
      ? []
      : ([["Sec-WebSocket-Protocol", offered.join(dice.pick([", ", ",", " , "]))]] as const)),
    ...(dice.roll() < 0.2 ? ([["Origin", dice.pick(ORIGINS)]] as const) : []),
    ...(dice.roll() < 0.2
      ? ([["Sec-WebSocket-Extensions", dice.pick(["permessage-deflate", "x;y=", ";;"])]] as const)
      : []),
    ...shownBy
  ]
  const wrongs = weighted(dice, [
    [3, 0],
    [3, 1],
    [1, 3]
  ] as const)
  const path = dice.pick(["/ws", "/ws", "/ws", "/ws", "/ws/", "/WS", "//ws", "/", "/ws%3f", "http://localhost/ws", "*"])
  const line = `${method(dice)} ${path}?${search}${query(dice, target)} ${httpVersion(dice)}`
  const bytes = frayed(dice, request(line, bentHeaders(dice, headers, wrongs)))
  return {
    what: shown(bytes.toString("latin1")),
    play: async () => {
      const attacker = await Line.open(target.port)
      try {
        attacker.write(bytes)
        await attacker
          .take((came) => (statusesOf(came).length > 0 ? { value: true, length: 0 } : undefined))
          .catch(() => {})
        const entered = statusesOf(attacker.bytes)[0] === 101
        if (entered) attacker.write(rawFrame({ opcode: CLOSE, payload: Buffer.from([0x03, 0xe8]) }))
        attacker.finish()
        await attacker.ended()
        if (entered && !good) return "a bad token was let in"
        return answerFault(attacker.bytes)
      } finally {
        attacker.destroy()
      }
    }
  }
}
