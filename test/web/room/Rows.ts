/** Rows as a client would give them, of a room `r` in epoch 1. */
import type { Row } from "../../../src/client/index.ts"

export const START = Date.parse("2025-12-30T12:00:00.000Z")

/** `seq` minutes after `START`, by Ada unless said otherwise. */
export const rowAt = (seq: number, changes: Partial<Row> = {}): Row => ({
  messageId: `id-${seq}`,
  roomId: "r",
  type: "chat",
  userId: "ada",
  username: "Ada",
  content: `message ${seq}`,
  timestamp: new Date(START + seq * 60_000).toISOString(),
  key: `1:${seq}`,
  status: "sent",
  at: { epoch: 1, seq },
  ...changes
})

/** From one to another, both included. */
export const rowsOf = (first: number, last: number, changes: Partial<Row> = {}): Array<Row> =>
  Array.from({ length: last - first + 1 }, (_, index) => rowAt(first + index, changes))
