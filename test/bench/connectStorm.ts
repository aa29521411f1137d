/** Opens connections with a bounded number under way, each usable when it has joined its room and heard its own message. */
import { ChatFrame } from "./ChatFrame.ts"
import { Connection, type Shared } from "./Connection.ts"
import { contentBytes } from "./Crowd.ts"
import type { Phase } from "./Phase.ts"

export const connectStorm = async (
  shared: Shared,
  storm: Extract<Phase, { kind: "connects" }>,
  first: number
): Promise<ReadonlyArray<Connection>> => {
  const chat = new ChatFrame(shared.dialect, contentBytes)
  const connections: Array<Connection> = []
  const one = async (user: number): Promise<void> => {
    const connection = new Connection(shared, {
      room: `bench-connects-${Math.floor(user / storm.perRoom)}`,
      user: `c${user}`,
      index: user,
      firstSender: 0,
      senderCount: 0,
      firstLane: 0
    })
    connections.push(connection)
    await connection.usable
    await new Promise<void>((resolve) => {
      connection.onStamp = (sender) => {
        if (sender !== user) return
        connection.onStamp = undefined
        resolve()
      }
      connection.socket.write(chat.of(user, 0))
    })
  }
  let user = first
  const worker = async (): Promise<void> => {
    while (user < first + storm.total) await one(user++)
  }
  await Promise.all(Array.from({ length: storm.concurrency }, worker))
  return connections
}
