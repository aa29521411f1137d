/** The message as Hubbub sends it, so that all peers put the same bytes on the wire. Nothing is checked. */
import { randomUUID } from "node:crypto"

const sequences = new Map()

export const message = (room, user, inbound) => {
  const seq = (sequences.get(room) ?? 0) + 1
  sequences.set(room, seq)
  return {
    messageId: randomUUID(),
    roomId: room,
    seq,
    type: "chat",
    userId: user.id,
    username: user.name,
    content: inbound.content,
    timestamp: new Date().toISOString()
  }
}
