/** Names that speak for the house. Nobody may call themselves so, or so that a reader could take it for one. */
import { skeleton } from "./skeleton.ts"

const RESERVED = [
  "admin",
  "administrator",
  "moderator",
  "mod",
  "system",
  "server",
  "hubbub",
  "support",
  "root",
  "everyone",
  "here",
  "channel",
  "bot"
]

const DECORATION = /[^\p{L}\p{N}]/gu

/**
 * Beyond the skeleton: `I` and `l` are one stroke and `rn` is an m. Only here, because `Ali` and `All` are different names. Digits stand
 * for themselves.
 */
const outline = (word: string) => word.replaceAll("l", "i").replaceAll("rn", "m")

const reserved = new Set(RESERVED.map(outline))

/** Whether every word of the name, or all its letters where they stand apart, is or looks like a reserved one; signs around them count for nothing. */
export const isReservedName = (name: string): boolean => {
  const words = skeleton(name)
    .split(" ")
    .map((word) => outline(word.replace(DECORATION, "")))
    .filter((word) => word !== "")
  if (words.length === 0) return false
  return (
    words.every((word) => reserved.has(word)) ||
    (words.every((word) => word.length === 1) && reserved.has(words.join("")))
  )
}
