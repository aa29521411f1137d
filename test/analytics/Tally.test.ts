import { assert, describe, it } from "@effect/vitest"
import { Tally } from "../../src/analytics/Tally.ts"
import { hashOf } from "../../src/analytics/Uniques.ts"
import { UserTally } from "../../src/analytics/UserTally.ts"

const said = () => {
  const tally = new Tally()
  tally.n.chat = 2
  tally.n.delivered = 7
  tally.lengths[1] = 2
  tally.reject("rate_limited")
  tally.close(1001)
  tally.sample(3, 2)
  for (const id of ["ada", "bob"]) tally.set("senders").add(hashOf(id))
  tally.set("visitors").add(hashOf("cleo"))
  tally.histogram("response").record(12)
  tally.histogram("durable").record(0.5)
  return tally
}

const again = (tally: Tally) => Tally.of(tally.counts(), tally.sketches())

describe("Tally", () => {
  it("is the same after it was written and read, whatever was looked into in between", () => {
    const tally = said()
    const untouched = again(tally)
    assert.deepStrictEqual([untouched.counts(), untouched.sketches()], [tally.counts(), tally.sketches()])
    const looked = again(tally)
    assert.strictEqual(looked.setIfAny("senders")?.count(), 2)
    assert.strictEqual(looked.histogramIfAny("response")?.max, 12)
    assert.isTrue(looked.has("durable"))
    assert.strictEqual(looked.sketches(), tally.sketches())
  })

  it("has no set and no histogram where nothing was added, and makes none for a reader", () => {
    const tally = again(said())
    assert.strictEqual(tally.setIfAny("reactors"), undefined)
    assert.strictEqual(tally.histogramIfAny("endToEnd"), undefined)
    assert.isFalse(tally.has("endToEnd"))
    assert.strictEqual(tally.sketches(), said().sketches())
  })

  it("adds up what was read as what was counted", () => {
    const more = new Tally()
    more.n.chat = 1
    for (const id of ["bob", "dan"]) more.set("senders").add(hashOf(id))
    more.histogram("response").record(20)
    const expected = said()
    expected.merge(more)
    const read = again(said())
    read.merge(again(more))
    assert.deepStrictEqual([read.counts(), read.sketches()], [expected.counts(), expected.sketches()])
    assert.strictEqual(read.set("senders").count(), 3)
    const counts = again(said())
    counts.mergeCounts(more)
    assert.strictEqual(counts.n.chat, 3)
    assert.strictEqual(counts.set("senders").count(), 2)
  })

  it("adds to what was read, and forgets what was said of it, read or not", () => {
    const tally = again(said())
    tally.set("senders").add(hashOf("dan"))
    tally.histogram("durable").record(3)
    assert.strictEqual(again(tally).set("senders").count(), 3)
    assert.strictEqual(again(tally).histogram("durable").count, 2)
    for (const looks of [false, true]) {
      const forgetting = again(tally)
      if (looks) assert.isTrue(forgetting.setIfAny("senders") !== undefined)
      forgetting.unsay()
      assert.strictEqual(forgetting.setIfAny("senders"), undefined)
      assert.strictEqual(forgetting.histogramIfAny("response"), undefined)
      assert.strictEqual(forgetting.set("visitors").count(), 1)
      assert.strictEqual(forgetting.n.delivered, 7)
    }
  })
})

const day = () => {
  const user = new UserTally()
  user.username = "Ada"
  user.sent.set(100, 2)
  user.sent.set(102, 1)
  user.rooms.set("lobby", 3)
  user.rooms.set("__proto__", 1)
  user.n.codePoints = 30
  for (const quarter of [101, 102]) user.active.add(quarter)
  user.reacted.add(102)
  user.visited.add(100)
  user.span(90_000_000, 90_500_000)
  user.firstMessageAt = 90_000_100
  user.firstConnectedAt = 90_000_000
  return user
}

describe("UserTally", () => {
  it("is the same after it was written and read, whatever was looked into in between", () => {
    const read = UserTally.of(day().counts())
    assert.deepStrictEqual([...read.engagedIn()], [100, 102, 101, 102])
    assert.strictEqual(read.messages, 3)
    assert.isTrue(read.hasVisited)
    assert.strictEqual(read.counts(), day().counts())
    assert.strictEqual(read.rooms.get("__proto__"), 1)
  })

  it("tells a reader what was added since", () => {
    const read = UserTally.of(day().counts())
    read.sent.set(103, 4)
    read.active.add(104)
    assert.deepStrictEqual([...read.engagedIn()], [100, 102, 103, 101, 102, 104])
    assert.strictEqual(read.messages, 7)
    read.unsay()
    assert.deepStrictEqual([...read.engagedIn()], [101, 102, 104])
    assert.isFalse(new UserTally().hasVisited)
  })

  it("adds up what was read as what was counted", () => {
    const read = UserTally.of(day().counts())
    read.merge(UserTally.of(day().counts()))
    const counted = day()
    counted.merge(day())
    assert.strictEqual(read.counts(), counted.counts())
    assert.strictEqual(read.sent.get(100), 4)
  })
})
