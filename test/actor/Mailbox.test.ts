import { assert, describe, it } from "@effect/vitest"
import { FRAGMENT_BYTES } from "../../src/actor/LongAnswer.ts"
import { type Frames, Mailbox, type Source } from "../../src/actor/Mailbox.ts"
import { payloadOffset } from "../../src/actor/textFrame.ts"
import { closeReasons } from "../../src/domain/CloseReason.ts"

/** A sink that reports as many unsent bytes as it is told to. What comes in parts is one write. */
const make = (limits = { ownBytes: 100, unsentBytes: 10 }) => {
  const written: Array<string> = []
  const ends: Array<number> = []
  const sink = {
    unsent: 0,
    write: (frames: Frames) => {
      written.push((Buffer.isBuffer(frames) ? frames : Buffer.concat(frames)).toString("latin1"))
      return sink.unsent
    }
  }
  const mailbox = new Mailbox(sink, limits, { end: ({ code }) => void ends.push(code) })
  return { mailbox, sink, written, ends }
}

/** The text of frames that are each one write. */
const payloadOf = (written: ReadonlyArray<string>) =>
  written.map((frame) => frame.slice(payloadOffset(Buffer.from(frame, "latin1")))).join("")

const source = (...frames: ReadonlyArray<string>): Source => {
  const left = frames.map((frame) => (frame === "lost" ? ("lost" as const) : Buffer.from(frame)))
  return { read: () => left.shift() }
}

const quiet: Source = { read: () => undefined }

describe("mailbox", () => {
  it("gathers answers and sends them in one write", () => {
    const { mailbox, written } = make()
    mailbox.offer(Buffer.from("a"))
    mailbox.offer(Buffer.from("b"))
    assert.deepStrictEqual(written, [])
    mailbox.flush()
    mailbox.flush()
    assert.deepStrictEqual(written, ["ab"])
  })

  it("sends answers ahead of shared frames that come after them", () => {
    const { mailbox, written } = make()
    mailbox.offer(Buffer.from("answer,"))
    assert.isTrue(mailbox.deliver(Buffer.from("message"), quiet))
    assert.deepStrictEqual(written, ["answer,message"])
  })

  it("stops writing through when the socket pushes back, and resumes once the writer has caught up", () => {
    const { mailbox, sink, written } = make()
    sink.unsent = 11
    assert.isTrue(mailbox.deliver(Buffer.from("1"), quiet))
    assert.isFalse(mailbox.writesThrough)
    const room = source("2", "3")
    assert.isFalse(mailbox.deliver(Buffer.from("2"), room))
    mailbox.offer(Buffer.from("answer"))
    mailbox.flush()
    assert.deepStrictEqual(written, ["1"])
    assert.deepStrictEqual(
      [mailbox.advance(), mailbox.advance(), mailbox.advance(), mailbox.advance()],
      ["sent", "sent", "sent", "parked"]
    )
    assert.deepStrictEqual(written, ["1", "answer", "2", "3"])
    assert.isTrue(mailbox.writesThrough)
    sink.unsent = 0
    assert.isTrue(mailbox.deliver(Buffer.from("4"), room))
    assert.deepStrictEqual(written.at(-1), "4")
  })

  it("reads each source it lags behind, once, however often it was told", () => {
    const { mailbox, sink, written } = make()
    sink.unsent = 11
    mailbox.deliver(Buffer.from("x"), quiet)
    const one = source("one")
    const two = source("two")
    for (const behind of [one, two, one, two]) mailbox.lag(behind)
    assert.deepStrictEqual([mailbox.advance(), mailbox.advance(), mailbox.advance()], ["sent", "sent", "parked"])
    assert.deepStrictEqual(written, ["x", "one", "two"])
  })

  it("reads the sources it lags behind in turns, so that one without an end does not keep the others", () => {
    const { mailbox, sink, written } = make()
    sink.unsent = 11
    mailbox.deliver(Buffer.from("x"), quiet)
    mailbox.lag({ read: () => Buffer.from("busy") })
    mailbox.lag(source("one", "two"))
    for (let i = 0; i < 5; i++) assert.strictEqual(mailbox.advance(), "sent")
    assert.deepStrictEqual(written, ["x", "busy", "one", "busy", "two", "busy"])
  })

  it("says lost when a source no longer reaches back to where the client is", () => {
    const { mailbox } = make()
    mailbox.lag(source("lost"))
    assert.strictEqual(mailbox.advance(), "lost")
  })

  it("does not read a source it was told to forget", () => {
    const { mailbox } = make()
    const left = source("gone")
    mailbox.lag(left)
    mailbox.forget(left)
    assert.strictEqual(mailbox.advance(), "parked")
  })

  it("lets one answer be larger than its bound, but not a backlog, and ends once", () => {
    const { ends, mailbox, sink, written } = make()
    mailbox.offer(Buffer.alloc(500, "x"))
    mailbox.flush()
    assert.strictEqual(written[0]?.length, 500)
    sink.unsent = 11
    mailbox.deliver(Buffer.from("y"), quiet)
    for (let i = 0; i < 30; i++) mailbox.offer(Buffer.alloc(10, "z"))
    assert.deepStrictEqual(ends, [closeReasons.slow.code])
    assert.isFalse(mailbox.writesThrough)
  })

  it("goes silent once it is closed", () => {
    const { ends, mailbox, written } = make()
    mailbox.offer(Buffer.from("never"))
    mailbox.close(closeReasons.internal)
    mailbox.close(closeReasons.slow)
    mailbox.flush()
    assert.isTrue(mailbox.deliver(Buffer.from("never"), quiet))
    assert.deepStrictEqual(written, [])
    assert.deepStrictEqual(ends, [1011])
  })

  it("asks the socket before it takes a burst of answers for a backlog", () => {
    const { ends, mailbox, written } = make()
    const answers = Array.from({ length: 100 }, (_, i) => `answer ${i},`)
    for (const answer of answers) mailbox.offer(Buffer.from(answer))
    mailbox.flush()
    assert.deepStrictEqual(ends, [])
    assert.strictEqual(written.join(""), answers.join(""))
  })

  it("asks the socket also where the writer is at it and the socket takes everything", () => {
    const { ends, mailbox, written } = make()
    mailbox.offerLong([Buffer.alloc(FRAGMENT_BYTES * 3, "x")])
    mailbox.flush()
    assert.isFalse(mailbox.writesThrough)
    for (let i = 0; i < 100; i++) mailbox.offer(Buffer.alloc(10, "z"))
    assert.deepStrictEqual(ends, [])
    while (mailbox.advance() === "sent");
    assert.strictEqual(payloadOf(written.slice(0, 3)).length, FRAGMENT_BYTES * 3)
    assert.strictEqual(written.slice(3).join(""), "z".repeat(1000))
  })

  it("gives up nobody for several large answers at once", () => {
    const { ends, mailbox, sink, written } = make()
    for (const letter of "abc") mailbox.offerLong([Buffer.alloc(FRAGMENT_BYTES * 2, letter)])
    sink.unsent = 11
    mailbox.flush()
    assert.lengthOf(written, 1)
    while (mailbox.advance() === "sent");
    assert.deepStrictEqual(ends, [])
    assert.strictEqual(
      payloadOf(written),
      "abc".replaceAll(/./g, (letter) => letter.repeat(FRAGMENT_BYTES * 2))
    )
    assert.isTrue(mailbox.writesThrough)
  })

  it("gives a client up that lets too much of large answers wait", () => {
    const { ends, mailbox, sink } = make()
    const past = Buffer.alloc(2 ** 20, "x")
    const resume = Array.from({ length: 28 }, () => past)
    sink.unsent = 11
    mailbox.offerLong(resume)
    mailbox.flush()
    for (let i = 0; i < 2; i++) mailbox.offerLong(resume)
    assert.deepStrictEqual(ends, [])
    mailbox.offerLong(resume)
    assert.deepStrictEqual(ends, [closeReasons.slow.code])
  })

  it("keeps answers in order, and puts nothing between the fragments of one", () => {
    const { mailbox, sink, written } = make()
    mailbox.offer(Buffer.from("first"))
    mailbox.offerLong([Buffer.alloc(FRAGMENT_BYTES, "x"), Buffer.from("!")])
    mailbox.offer(Buffer.from("second"))
    sink.unsent = 11
    assert.isTrue(mailbox.deliver(Buffer.from("shared"), quiet))
    mailbox.lag(source("room"))
    mailbox.offer(Buffer.from("third"))
    sink.unsent = 0
    while (mailbox.advance() === "sent");
    assert.deepStrictEqual(
      written.map((frames) => (frames.length > 100 ? "long" : frames)),
      ["first", "long", "\x80\x01!", "secondsharedthird", "room"]
    )
  })

  it("says once that an answer was taken: when the socket has drained after the last of it", () => {
    const { mailbox, sink } = make({ ownBytes: 100, unsentBytes: 2 ** 20 })
    let taken = 0
    mailbox.offerLong([Buffer.from("small")], () => taken++)
    assert.strictEqual(taken, 0)
    mailbox.flush()
    assert.strictEqual(taken, 1)
    // nothing pushes back, and still it has not gone
    sink.unsent = 1
    mailbox.offerLong([Buffer.from("small")], () => taken++)
    mailbox.offerLong([Buffer.alloc(FRAGMENT_BYTES * 2)], () => taken++)
    mailbox.flush()
    assert.strictEqual(taken, 1)
    assert.strictEqual(mailbox.advance(), "sent")
    assert.strictEqual(taken, 2)
    assert.strictEqual(mailbox.advance(), "sent")
    assert.strictEqual(taken, 2)
    assert.strictEqual(mailbox.advance(), "parked")
    assert.strictEqual(taken, 3)
    mailbox.close(closeReasons.slow)
    assert.strictEqual(taken, 3)
  })

  it("says once that an answer was taken where it never will be", () => {
    const { ends, mailbox, sink } = make()
    const taken: Array<string> = []
    sink.unsent = 11
    mailbox.offerLong([Buffer.from("x")], () => taken.push("written"))
    mailbox.flush()
    mailbox.offerLong([Buffer.alloc(FRAGMENT_BYTES * 2)], () => taken.push("waiting"))
    assert.deepStrictEqual(taken, [])
    mailbox.close(closeReasons.restart)
    mailbox.offerLong([Buffer.from("x")], () => taken.push("late"))
    mailbox.close(closeReasons.restart)
    assert.deepStrictEqual(taken.toSorted(), ["late", "waiting", "written"])
    assert.deepStrictEqual(ends, [1012])
  })

  it("ends alone when the socket throws on a burst", () => {
    const ends: Array<number> = []
    const sink = {
      write: () => {
        throw new Error("broken")
      }
    }
    const mailbox = new Mailbox(sink, { ownBytes: 10, unsentBytes: 10 }, { end: ({ code }) => void ends.push(code) })
    for (let i = 0; i < 10; i++) mailbox.offer(Buffer.from("answer"))
    assert.deepStrictEqual(ends, [1011])
  })
})
