import { assert, describe, it } from "@effect/vitest"
import { RoomId } from "../../src/domain/RoomId.ts"
import { Overlay } from "../../src/log/Overlay.ts"

const lobby = RoomId.make("lobby")

const laid = (seq: number, revision: number, json = `${seq} at ${revision}`, epoch = 1) => ({
  roomId: lobby,
  epoch,
  seq,
  revision,
  json,
  said: "first"
})

describe("an overlay", () => {
  it("has the last change of a message until the store has had it for a minute", () => {
    const overlay = new Overlay()
    const text = (seq: number, epoch = 1) => overlay.get(lobby, { epoch, seq })?.json
    overlay.add(laid(1, 10), 100)
    overlay.add(laid(2, 11), 200)
    overlay.add(laid(1, 12), 300)
    overlay.add(laid(1, 13, "elsewhere", 2), 300)
    assert.deepStrictEqual([text(1), text(2), text(3), text(1, 2)], ["1 at 12", "2 at 11", undefined, "elsewhere"])
    overlay.drained(250, 0)
    overlay.drained(299, 59_999)
    assert.deepStrictEqual([text(1), text(2)], ["1 at 12", "2 at 11"])
    overlay.drained(299, 60_000)
    // the first change of 1 is gone, which says nothing of the one that lies over it
    assert.deepStrictEqual([text(1), text(2)], ["1 at 12", undefined])
    overlay.drained(300, 100_000)
    overlay.add(laid(1, 14), 400)
    overlay.drained(300, 160_000)
    assert.deepStrictEqual([text(1), text(1, 2)], ["1 at 14", undefined])
    overlay.drained(400, 160_000)
    overlay.drained(400, 220_000)
    assert.isUndefined(text(1))
  })

  it("shows the changes of one room and epoch as they are when it is asked", () => {
    const overlay = new Overlay()
    const changes = overlay.of(lobby, 1)
    assert.deepStrictEqual([...changes.all()], [])
    overlay.add(laid(1, 10), 1)
    overlay.add(laid(2, 11, "of another epoch", 2), 2)
    overlay.add({ ...laid(1, 12, "of another room"), roomId: RoomId.make("den") }, 3)
    assert.deepStrictEqual(
      [...changes.all()].map(({ json, seq }) => [seq, json]),
      [[1, "1 at 10"]]
    )
    assert.strictEqual(changes.get(1)?.json, "1 at 10")
    assert.isUndefined(changes.get(2))
  })

  it("is full when it has very much to keep, however often one message was changed, until the store has taken it", () => {
    const overlay = new Overlay()
    const large = "x".repeat(1_000_000)
    for (let i = 0; i < 1000; i++) overlay.add(laid(1, i, large), i)
    assert.isFalse(overlay.full)
    for (let i = 0; i < 140; i++) overlay.add(laid(2 + i, 1000 + i, large), 1000 + i)
    assert.isTrue(overlay.full)
    overlay.drained(2000, 0)
    overlay.drained(2000, 60_000)
    assert.isFalse(overlay.full)
    assert.isUndefined(overlay.get(lobby, { epoch: 1, seq: 1 }))
  })
})
