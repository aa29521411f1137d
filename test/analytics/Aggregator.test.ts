import { assert, describe, it } from "@effect/vitest"
import { Aggregator } from "../../src/analytics/Aggregator.ts"
import type { Said } from "../../src/analytics/Event.ts"
import { MINUTE_MS } from "../../src/analytics/Minute.ts"

const start = 30_000_000 * MINUTE_MS

const said = (userId: string, roomId: string): Said => ({
  _tag: "message",
  roomId,
  userId,
  username: userId,
  type: "chat",
  bot: false,
  content: "hello",
  reply: false,
  expected: 1
})

/** Distinct senders of each open minute: in all, then by room. */
const senders = (aggregator: Aggregator) =>
  Array.from(aggregator.open(), ({ all, rooms }) => [
    all.distinct("senders").count(),
    Object.fromEntries(Array.from(rooms, ([roomId, room]) => [roomId, room.distinct("senders").count()]))
  ])

describe("senders", () => {
  it("are counted once in every room they speak in, and in every minute", () => {
    const aggregator = new Aggregator(start)
    for (const at of [start, start + 1, start + MINUTE_MS]) {
      for (const roomId of ["lobby", "garden", "lobby"]) aggregator.apply(said("ada", roomId), at)
    }
    aggregator.apply(said("bob", "garden"), start + 2)
    assert.deepStrictEqual(senders(aggregator), [
      [2, { lobby: 1, garden: 2 }],
      [1, { lobby: 1, garden: 1 }]
    ])
  })

  it("are counted from messages alone where a minute goes on after a restart", () => {
    const before = new Aggregator(start)
    for (const userId of ["ada", "bob"]) before.apply(said(userId, "lobby"), start)
    const aggregator = new Aggregator(start)
    aggregator.apply(said("ada", "garden"), start + 1)
    const [written] = before.open()
    assert.isDefined(written)
    aggregator.restore(start, written)
    assert.deepStrictEqual(senders(aggregator), [[1, { garden: 1, lobby: 0 }]])
    for (const userId of ["ada", "bob"]) aggregator.replay(said(userId, "lobby"), start)
    aggregator.apply(said("bob", "garden"), start + 2)
    assert.deepStrictEqual(senders(aggregator), [[2, { garden: 2, lobby: 2 }]])
  })
})
