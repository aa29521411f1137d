/** Entries for the tests of stores; apart from the contract, because processes that tests start make them, too. */
import { MessageId } from "../../src/domain/MessageId.ts"
import { RoomId } from "../../src/domain/RoomId.ts"
import { UserId } from "../../src/domain/UserId.ts"
import type { Entry } from "../../src/log/Entry.ts"

/** Noon of a day whose neighbours lie in the same month. */
export const NOON = Date.UTC(2025, 11, 30, 12)

/** An entry at a position; what is not given follows from `seq`, a second for each. */
export const entry = (
  seq: number,
  more: Partial<Omit<Entry, "json" | "roomId" | "userId">> & {
    readonly roomId?: string
    readonly userId?: string
    readonly content?: string
  } = {}
): Entry => {
  const { at = NOON + 1000 * seq, content = `message ${seq}`, epoch = 1, revision } = more
  const roomId = RoomId.make(more.roomId ?? "lobby")
  const userId = UserId.make(more.userId ?? "alice")
  const digits = `${epoch.toString(16)}${seq.toString(16).padStart(12, "0")}`.padStart(20, "0").slice(-20)
  const messageId = more.messageId ?? MessageId.make(`${digits.slice(0, 8)}-0000-4000-8000-${digits.slice(8)}`)
  const timestamp = new Date(at).toISOString()
  const json = JSON.stringify({ messageId, roomId, seq, type: "chat", userId, username: "Alice", content, timestamp })
  return { roomId, epoch, seq, userId, messageId, at, json, ...(revision === undefined ? {} : { revision }) }
}

/** Entries of one room, from one seq to another. */
export const run = (from: number, to: number, more: Parameters<typeof entry>[1] = {}) =>
  Array.from({ length: to - from + 1 }, (_, i) => entry(from + i, more))
