/** What is said in a long room, and whether all of it was seen. */
import { randomUUID } from "node:crypto"
import { assert } from "@effect/vitest"
import type { Walk } from "./walkUp.ts"

/** Of different heights: nobody knows how high one is before it is drawn. */
const contentOf = (index: number): string => {
  const number = `message ${index + 1}`
  if (index % 11 === 3) return `${number}\nwith\nsome more\nlines`
  if (index % 17 === 5) return `${number} ${"and on and on ".repeat(20).trim()}`
  if (index % 97 === 7) return `${number}\n\n\`\`\`\nlet x = ${index}\n\`\`\``
  return number
}

/** A room that nobody has spoken in, whenever it is asked for. */
export const freshRoom = (): string => `long-${randomUUID().slice(0, 8)}`

/** So many messages. */
export const contents = (count: number) => Array.from({ length: count }, (_, index) => contentOf(index))

/** Each message was seen once and in its place, and what was in view never moved by itself. */
export const isWhole = (walk: Walk, count: number, room: string): void => {
  assert.strictEqual(walk.shift, 0, `what was in view moved at ${walk.shifted}`)
  assert.strictEqual(walk.disorder, 0)
  assert.deepEqual(
    walk.seen.map(([at]) => Number(at.split(".")[1])),
    Array.from({ length: count }, (_, index) => index + 1)
  )
  assert.deepEqual(
    walk.seen.map(([, text]) => Number(/^message (\d+)/.exec(text)?.[1])),
    Array.from({ length: count }, (_, index) => index + 1)
  )
  assert.strictEqual(walk.top, `This is the beginning of #${room}.`)
}
