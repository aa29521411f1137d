import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import { MessageId } from "../../../src/domain/MessageId.ts"
import { Seq } from "../../../src/domain/Position.ts"
import { RoomId } from "../../../src/domain/RoomId.ts"
import { UserId, userIdProblem } from "../../../src/domain/UserId.ts"
import {
  announcedSize,
  DAMAGED,
  decodeRecord,
  encodedBound,
  encodeRecord,
  findFrame,
  frameSize,
  isNewer,
  type JournalRecord,
  SHORT
} from "../../../src/log/journal/record.ts"
import { anyText } from "../../domain/texts.ts"
import "../../domain/seed.ts"

// the schema's -0 is a 0 in JSON and no position
const positive = Arbitrary.map(Arbitrary.schema(Seq), (n) => n + 0)

/** As much of a text as may be in a name. */
const userIdOf = (text: string) => {
  const id = Array.from(text.normalize("NFC"))
    .filter((character) => userIdProblem(character) === undefined)
    .slice(0, 64)
    .join("")
  return UserId.make(userIdProblem(id) === undefined ? id : "nobody")
}

const anyRecord: Arbitrary.Arbitrary<JournalRecord> = Arbitrary.all({
  epoch: positive,
  seq: positive,
  at: positive,
  roomId: Arbitrary.map(positive, (n) => RoomId.make(n.toString(36).repeat(5))),
  userId: Arbitrary.map(anyText, userIdOf),
  messageId: Arbitrary.map(positive, (n) =>
    MessageId.make(`550E8400-e29b-41d4-a716-${n.toString(16).slice(0, 12).padStart(12, "0")}`)
  ),
  json: Arbitrary.map(anyText, (content) => JSON.stringify({ content }))
})

const sample: JournalRecord = {
  epoch: 3,
  seq: 7,
  at: 1_700_000_000_123,
  roomId: RoomId.make("lobby"),
  userId: UserId.make("zoë"),
  messageId: MessageId.make("550e8400-e29b-41d4-a716-446655440000"),
  json: '{"content":"héllo 👍"}'
}

const encode = (record: JournalRecord, at = 0) => {
  const buffer = Buffer.alloc(at + encodedBound(record))
  return buffer.subarray(0, at + encodeRecord(record, buffer, at))
}

describe("a journal record", () => {
  it.prop(
    "comes back as it was written, whatever its text",
    { record: anyRecord, at: Schema.Literals([0, 1, 8, 333]) },
    ({ at, record }) => {
      const bytes = encode(record, at)
      assert.strictEqual(frameSize(bytes, at, bytes.length), bytes.length - at)
      assert.deepStrictEqual(decodeRecord(bytes, at, bytes.length - at), record)
      assert.isFalse(isNewer(bytes, at))
    }
  )

  it("is short with every byte that is missing, and says how many it needs", () => {
    const bytes = encode(sample)
    for (let end = 0; end < bytes.length; end++) {
      assert.strictEqual(frameSize(bytes, 0, end), SHORT)
      assert.strictEqual(announcedSize(bytes, 0, end), end < 8 ? 8 : bytes.length)
    }
  })

  it("is damaged with any bit that is turned behind its length", () => {
    for (let at = 4; at < encode(sample).length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const bytes = encode(sample)
        bytes[at]! ^= 1 << bit
        assert.strictEqual(frameSize(bytes, 0, bytes.length), DAMAGED)
      }
    }
  })

  it("is not found in zeros, nor in its own JSON", () => {
    assert.strictEqual(frameSize(Buffer.alloc(100), 0, 100), DAMAGED)
    assert.strictEqual(findFrame(Buffer.alloc(1000), 0), -1)
    const frame = encode(sample)
    const inside = encode({ ...sample, json: JSON.stringify({ content: frame.toString("latin1") }) })
    assert.strictEqual(findFrame(inside, 1), -1)
  })

  it("is found wherever it begins", () => {
    for (let at = 0; at < 40; at++) {
      const bytes = Buffer.concat([Buffer.alloc(at, 0xab), encode(sample), encode(sample)])
      assert.strictEqual(findFrame(bytes, 0), at)
    }
  })

  it("is refused when it is too long to be read back", () => {
    const json = "x".repeat(2 ** 24)
    assert.throws(() => encode({ ...sample, json }), RangeError)
  })
})
