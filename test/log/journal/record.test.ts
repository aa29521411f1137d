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
  epochAt,
  findFrame,
  frameSize,
  isChange,
  isNewer,
  type JournalRecord,
  jsonAt,
  revisionAt,
  SHORT,
  timeAt
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

const encode = (record: JournalRecord, at = 0, epoch?: number) => {
  const buffer = Buffer.alloc(at + encodedBound(record))
  return buffer.subarray(0, at + encodeRecord(record, buffer, at, epoch))
}

/** A change of the sample, made five epochs later. */
const sampleChange: JournalRecord = {
  ...sample,
  revision: 1_800_000_000_456,
  change: {
    kind: "edited",
    by: UserId.make("李雷"),
    madeAt: 1_800_000_000_400,
    said: "0123456789abcdef0123456789abcdef"
  }
}

/** As long as a user's id can be. */
const emoji = UserId.make("😀".repeat(64))

const anyChange: Arbitrary.Arbitrary<JournalRecord> = Arbitrary.all({
  record: anyRecord,
  revision: positive,
  kind: Arbitrary.schema(Schema.Literals(["edited", "deleted"])),
  by: Arbitrary.map(anyText, (text) => (text.length % 4 === 0 ? emoji : userIdOf(text))),
  madeAt: positive,
  said: Arbitrary.schema(Schema.Literals(["", "0123456789abcdef0123456789abcdef"]))
}).pipe((all) => Arbitrary.map(all, ({ record, revision, ...change }) => ({ ...record, revision, change })))

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

  it.prop(
    "comes back as it was written when it is a change, of whichever epoch",
    { record: anyChange, epoch: positive },
    ({ epoch, record }) => {
      const bytes = encode(record, 5, epoch)
      assert.strictEqual(frameSize(bytes, 5, bytes.length), bytes.length - 5)
      assert.deepStrictEqual(decodeRecord(bytes, 5, bytes.length - 5), record)
      assert.isFalse(isNewer(bytes, 5))
      assert.isTrue(isChange(bytes, 5))
      assert.strictEqual(epochAt(bytes, 5), epoch)
      assert.strictEqual(timeAt(bytes, 5), record.change?.madeAt)
      assert.strictEqual(revisionAt(bytes, 5), record.revision)
      assert.strictEqual(jsonAt(bytes, 5, bytes.length - 5), record.json)
    }
  )

  it("is written as ever, so that programs from before there were changes read it, and refuse changes untouched", () => {
    const bytes =
      "ZgAAAOvzT+EBAQUABAAkAAAAAAAAAAhAAAAAAAAAHEAAsIdW/rx4QmxvYmJ5em/DqzU1MGU4NDAwLWUyOWItNDFkNC1hNzE2LTQ0NjY1NTQ0MDAwMHsiY29udGVudCI6ImjDqWxsbyDwn5GNIn0="
    assert.strictEqual(encode(sample).toString("base64"), bytes)
    assert.deepStrictEqual(decodeRecord(Buffer.from(bytes, "base64"), 0, 110), sample)
    const change = encode(sampleChange, 0, 8)
    assert.deepStrictEqual([change[8], change[9]], [1, 2])
  })

  it("is of a newer format when it is of a kind that is not known, or does to a message what is not known", () => {
    const kind = encode(sample)
    kind[9] = 3
    assert.isTrue(isNewer(kind, 0))
    const change = encode(sampleChange, 0, 8)
    const place = change.indexOf(sample.messageId) + sample.messageId.length + 24
    assert.strictEqual(change[place], 1)
    for (const what of [0, 4, 255]) {
      change[place] = what
      assert.isTrue(isNewer(change, 0))
    }
  })

  it("says by one byte what was done, so that programs that do not know of reactions refuse them untouched", () => {
    const kinds = ["edited", "deleted", "reacted"] as const
    for (const [i, kind] of kinds.entries()) {
      const record = { ...sampleChange, change: { ...sampleChange.change!, kind } }
      const bytes = encode(record, 0, 8)
      assert.strictEqual(bytes[bytes.indexOf(sample.messageId) + sample.messageId.length + 24], i + 1)
      assert.isFalse(isNewer(bytes, 0))
      assert.deepStrictEqual(decodeRecord(bytes, 0, bytes.length), record)
    }
  })

  it("is short with every byte that is missing, and says how many it needs", () => {
    const bytes = encode(sample)
    for (let end = 0; end < bytes.length; end++) {
      assert.strictEqual(frameSize(bytes, 0, end), SHORT)
      assert.strictEqual(announcedSize(bytes, 0, end), end < 8 ? 8 : bytes.length)
    }
  })

  for (const record of [sample, sampleChange]) {
    it(`is damaged with any bit that is turned behind its length${record === sample ? "" : ", as a change is"}`, () => {
      for (let at = 4; at < encode(record).length; at++) {
        for (let bit = 0; bit < 8; bit++) {
          const bytes = encode(record)
          bytes[at]! ^= 1 << bit
          assert.strictEqual(frameSize(bytes, 0, bytes.length), DAMAGED)
        }
      }
    })
  }

  it("is not found in zeros, nor in its own JSON", () => {
    assert.strictEqual(frameSize(Buffer.alloc(100), 0, 100), DAMAGED)
    assert.strictEqual(findFrame(Buffer.alloc(1000), 0), -1)
    const frame = encode(sample)
    const inside = encode({ ...sample, json: JSON.stringify({ content: frame.toString("latin1") }) })
    assert.strictEqual(findFrame(inside, 1), -1)
    const json = JSON.stringify({ content: frame.toString("latin1") })
    assert.strictEqual(findFrame(encode({ ...sampleChange, json }, 0, 8), 1), -1)
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
