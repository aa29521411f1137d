/** Bodies of requests, mostly framed as they should be. */
import type { Dice } from "../support/Dice.ts"
import { weighted } from "./Attack.ts"
import { noise, oddText } from "./oddities.ts"
import type { Headers } from "./requests.ts"

export interface Body {
  readonly headers: Headers
  readonly text: string
}

const length = (bytes: number | string): Headers => [["Content-Length", String(bytes)]]

/** This text as a body, as it should be. */
export const plain = (json: string): Body => ({ headers: length(Buffer.byteLength(json)), text: json })

/** This text as a body, by its length or in another way, or without it. */
export const framed = (dice: Dice, json: string): Body => {
  const size = Buffer.byteLength(json)
  return weighted<() => Body>(dice, [
    [6, () => ({ headers: [], text: "" })],
    [3, () => plain(json)],
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
