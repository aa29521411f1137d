import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { Message } from "../../src/domain/Message.ts"
import { RoomId } from "../../src/domain/RoomId.ts"
import { pastEntry } from "./pastEntry.ts"

const decode = Schema.decodeUnknownSync(Schema.fromJsonString(Message))

describe("pastEntry", () => {
  it("is a message as the protocol has it, with 200 bytes of content and an id of its own", () => {
    const roomId = RoomId.make("past-0")
    const entry = pastEntry(roomId, 3, 42, 1_700_000_000_000)
    const message = decode(entry.json)
    assert.deepInclude(message, {
      roomId,
      seq: 42,
      userId: entry.userId,
      messageId: entry.messageId,
      timestamp: "2023-11-14T22:13:20.000Z"
    })
    assert.strictEqual(message.content.length, 200)
    assert.notStrictEqual(pastEntry(roomId, 3, 42, 0).messageId, entry.messageId)
  })
})
