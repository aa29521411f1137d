/**
 * JSON from outside. Refuses what readers of the same text could disagree about or stumble over: depth, a key twice, keys that are a road
 * to a prototype.
 */
import { Result } from "effect"

const DEPTH_MAX = 32

const QUOTE = 0x22
const COLON = 0x3a
const BACKSLASH = 0x5c

const fromPrototype = ["__proto__", "constructor", "prototype"]

/** Where the string that starts at `start` ends: its closing quote, or the end of a text that has none. */
const endOfString = (text: string, start: number): number => {
  let end = start
  while (true) {
    end = text.indexOf('"', end + 1)
    if (end < 0) return text.length
    let slash = end
    while (text.charCodeAt(slash - 1) === BACKSLASH) slash--
    if ((end - slash) % 2 === 0) return end
  }
}

/**
 * The number of keys of the object that the text is, or -1 if it is deeper than `DEPTH_MAX`. One pass, over brackets and colons outside
 * strings; of a text that is not JSON the number means nothing. `onKey` is told each such key as it is written.
 */
const countKeys = (text: string, onKey?: (key: string) => void): number => {
  let depth = 0
  let keys = 0
  let start = 0
  let end = 0
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit === QUOTE) {
      start = i
      i = end = endOfString(text, i)
    } else if (unit === COLON) {
      if (depth !== 1) continue
      keys++
      onKey?.(text.slice(start, end + 1))
    }
    // [ is { without one bit, and ] is }
    else if ((unit | 0x20) === 0x7b) {
      if (++depth > DEPTH_MAX) return -1
    } else if ((unit | 0x20) === 0x7d) depth--
  }
  return keys
}

/** The first key that the text of an object has twice, as it means, not as it is written. */
const repeatedKey = (text: string): string => {
  const seen = new Set<string>()
  let repeated = ""
  countKeys(text, (written) => {
    const key = String(JSON.parse(written))
    if (seen.has(key)) repeated ||= key
    seen.add(key)
  })
  return repeated
}

/** The first key of it, at any depth, that is one of `fromPrototype`. */
const prototypeKey = (value: unknown): string | undefined => {
  if (typeof value !== "object" || value === null) return undefined
  if (!Array.isArray(value)) {
    const own = fromPrototype.find((key) => Object.hasOwn(value, key))
    if (own !== undefined) return own
  }
  for (const part of Object.values(value)) {
    const own = prototypeKey(part)
    if (own !== undefined) return own
  }
  return undefined
}

/** Whether such a key may be in the text; two of the three have "proto" in them. Letters can only be hidden by a `\u` escape. */
const maySpell = (text: string) => text.includes("proto") || text.includes("constructor") || text.includes("\\u")

/**
 * The value, or what is wrong, to be read after "the frame ": not JSON, more than 32 levels deep, a key twice in the outermost object, or
 * `__proto__`, `constructor` or `prototype` as a key anywhere. Never throws. Numbers beyond a double are infinite, for a schema to refuse.
 */
export const parseJson = (text: string): Result.Result<unknown, string> => {
  const keys = countKeys(text)
  if (keys < 0) return Result.fail(`is nested more than ${DEPTH_MAX} levels deep`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return Result.fail("is not JSON")
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length !== keys) {
    return Result.fail(`has the key ${JSON.stringify(repeatedKey(text).slice(0, 32))} twice`)
  }
  const key = maySpell(text) ? prototypeKey(value) : undefined
  return key === undefined ? Result.succeed(value) : Result.fail(`has the key "${key}"`)
}
