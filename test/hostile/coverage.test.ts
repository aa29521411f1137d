/** No row of the lists of hostile input loses its test unnoticed. */
import { existsSync, readFileSync } from "node:fs"
import { resolve } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { rows } from "./rows.ts"

const numbers = (letter: string, ...which: ReadonlyArray<number>) => which.map((n) => `${letter}${n}`)

/** Every row there is. */
const listed = [
  ...numbers(
    "T",
    1,
    2,
    3,
    4,
    5,
    7,
    8,
    9,
    10,
    12,
    13,
    15,
    16,
    17,
    19,
    20,
    21,
    22,
    23,
    24,
    26,
    27,
    28,
    30,
    31,
    32,
    34,
    36
  ),
  ...numbers("T", 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 48, 49, 50, 51, 54, 55),
  ...numbers("D", 1, 2, 4, 5, 7, 8),
  ...numbers("E", 1, 2, 3, 4, 6, 7, 8),
  ...numbers("G", 1, 2, 3),
  ...numbers("H", 2, 3, 4, 5, 6, 8, 9)
]

const tests = resolve(import.meta.dirname, "..")
const sources = new Map<string, string>()

const sourceOf = (file: string): string => {
  const path = resolve(tests, file)
  if (!sources.has(file)) sources.set(file, existsSync(path) ? readFileSync(path, "utf8") : "")
  return sources.get(file) ?? ""
}

/** Whether a file has a test, or a group of them, that is called so and is not left out. */
const has = (file: string, title: string): boolean => {
  const source = sourceOf(file)
  if (/\b(?:it|test|describe)(?:\.\w+)*\.(?:skip|todo)\b/.test(source)) return false
  return ['"', "`", "'"].some((quote) => source.includes(`${quote}${title}${quote}`))
}

describe("the lists of hostile input", () => {
  it.each(listed)("%s has a test", (row) => {
    const proofs = rows[row] ?? []
    assert.isNotEmpty(proofs)
    for (const { file, title } of proofs) assert.isTrue(has(file, title), `${file} has no test "${title}"`)
  })

  it("have no other rows", () => {
    for (const row of Object.keys(rows)) assert.include(listed, row)
  })

  it("are not satisfied by a title that is nowhere", () => {
    assert.isFalse(has("hostile/handshake.test.ts", "is a test that nobody wrote"))
    assert.isFalse(has("hostile/nothing.test.ts", "is in no file"))
  })
})
