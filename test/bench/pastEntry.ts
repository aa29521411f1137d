import { randomUUID } from "node:crypto"
import { Content } from "../../src/domain/Content.ts"
import { encodeMessage } from "../../src/domain/Message.ts"
import { MessageId } from "../../src/domain/MessageId.ts"
import type { RoomId } from "../../src/domain/RoomId.ts"
import { UserId } from "../../src/domain/UserId.ts"
import { Username } from "../../src/domain/Username.ts"
import type { Entry } from "../../src/log/Entry.ts"
import { contentBytes } from "./Crowd.ts"
import { blankContent } from "./Stamp.ts"

const content = Content.make(blankContent(contentBytes))
const people = Array.from({ length: 1000 }, (_, person) => ({
  userId: UserId.make(`user-${person}`),
  username: Username.make(`User ${person}`)
}))

/** A message as a server would have kept it, of one of a thousand people; `at` in ms since 1970. */
export const pastEntry = (roomId: RoomId, epoch: number, seq: number, at: number): Entry => {
  const { userId, username } = people[(seq * 7) % people.length]!
  const messageId = MessageId.make(randomUUID())
  const timestamp = new Date(at).toISOString()
  const json = encodeMessage({ messageId, roomId, seq, type: "chat", userId, username, content, timestamp })
  return { roomId, epoch, seq, userId, messageId, at, json }
}
