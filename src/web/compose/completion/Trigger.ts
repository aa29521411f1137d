/** What is being written at the caret that a list can help with: `@` and a name, `#` and a room, `:` and an emoji. */
import type { Mention } from "../../content/Block.ts"

export interface Trigger {
  readonly sign: "@" | "#" | ":"
  /** What stands between the sign and the caret. */
  readonly query: string
  /** Where the sign stands. */
  readonly from: number
}

/** Characters before the caret that are looked at. */
const BEFORE = 80
/** Words that a name is looked for by. */
const WORDS = 3

const NAME = /(?<![\p{L}\p{N}_.@/-])@(?<query>[^\s@][^\n@]{0,49}|)$/u
const ROOM = /(?<![\p{L}\p{N}_#&/@-])#(?<query>[a-z0-9][a-z0-9._:-]{0,63}|)$/iu
const EMOJI = /(?<![\p{L}\p{N}_:/]):(?<query>[a-z0-9_+][a-z0-9_+-]{1,30})$/iu

const queryBy = (pattern: RegExp, before: string): string | undefined => pattern.exec(before)?.groups?.["query"]

/** What the caret stands behind. Not a name that was picked already and has a blank after it. */
export const triggerAt = (text: string, caret: number, picked: ReadonlyArray<Mention>): Trigger | undefined => {
  const before = text.slice(Math.max(0, caret - BEFORE), caret)
  const found = (sign: Trigger["sign"], query: string): Trigger => ({ sign, query, from: caret - query.length - 1 })
  const emoji = queryBy(EMOJI, before)
  if (emoji !== undefined) return found(":", emoji)
  const room = queryBy(ROOM, before)
  if (room !== undefined) return found("#", room)
  const name = queryBy(NAME, before)
  if (name === undefined || name.split(/\s+/u).length > WORDS) return undefined
  return picked.some((one) => name.startsWith(`${one.name} `)) ? undefined : found("@", name)
}
