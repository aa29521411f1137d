import { assert, describe, it } from "@effect/vitest"
import { Mailbox, type Source } from "../../src/actor/Mailbox.ts"
import { closeReasons } from "../../src/domain/CloseReason.ts"

/** A sink that reports as many unsent bytes as it is told to. */
const make = (limits = { ownBytes: 100, unsentBytes: 10 }) => {
  const written: Array<string> = []
  const ends: Array<number> = []
  const sink = { unsent: 0, write: (frames: Buffer) => (written.push(frames.toString()), sink.unsent) }
  const mailbox = new Mailbox(sink, limits, { end: ({ code }) => void ends.push(code) })
  return { mailbox, sink, written, ends }
}

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
      [mailbox.next(), mailbox.next(), mailbox.next(), mailbox.next()].map((frames) => frames?.toString()),
      ["answer", "2", "3", undefined]
    )
    assert.isTrue(mailbox.writesThrough)
    sink.unsent = 0
    assert.isTrue(mailbox.deliver(Buffer.from("4"), room))
    assert.deepStrictEqual(written, ["1", "4"])
  })

  it("reads each source it lags behind, once, however often it was told", () => {
    const { mailbox, sink } = make()
    sink.unsent = 11
    mailbox.deliver(Buffer.from("x"), quiet)
    const one = source("one")
    const two = source("two")
    for (const behind of [one, two, one, two]) mailbox.lag(behind)
    assert.deepStrictEqual(
      [mailbox.next(), mailbox.next(), mailbox.next()].map((frames) => frames?.toString()),
      ["one", "two", undefined]
    )
  })

  it("says lost when a source no longer reaches back to where the client is", () => {
    const { mailbox } = make()
    mailbox.lag(source("lost"))
    assert.strictEqual(mailbox.next(), "lost")
  })

  it("does not read a source it was told to forget", () => {
    const { mailbox } = make()
    const left = source("gone")
    mailbox.lag(left)
    mailbox.forget(left)
    assert.isUndefined(mailbox.next())
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
})
