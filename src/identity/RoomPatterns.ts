/** Which rooms someone may be in: exact names, or the beginnings of names with one `*` after them. */
import { Schema } from "effect"
import type { RoomId } from "../domain/RoomId.ts"

const NAME = "[a-z0-9][a-z0-9._:-]"
const PATTERN = new RegExp(String.raw`^(?:${NAME}{0,63}|(?:${NAME}{0,62})?\*)$`)

/** A room's name, the beginning of one with `*` after it, or `*` alone for every room. */
export const RoomPattern = Schema.String.check(
  Schema.isPattern(PATTERN, { message: "rooms are names, or beginnings of names with one * after them" })
)

export class RoomPatterns {
  /** Every room. */
  static readonly all = new RoomPatterns(["*"])
  /** No room at all. */
  static readonly none = new RoomPatterns([])
  /** Whether every room is meant. */
  readonly everything: boolean
  private readonly names: ReadonlySet<string>
  private readonly beginnings: ReadonlyArray<string>

  /** `patterns` as `RoomPattern` has them. */
  constructor(patterns: ReadonlyArray<string>) {
    this.everything = patterns.includes("*")
    this.names = new Set(patterns.filter((pattern) => !pattern.endsWith("*")))
    this.beginnings = patterns.filter((pattern) => pattern.endsWith("*")).map((pattern) => pattern.slice(0, -1))
  }

  allow(roomId: RoomId): boolean {
    return (
      this.everything || this.names.has(roomId) || this.beginnings.some((beginning) => roomId.startsWith(beginning))
    )
  }
}
