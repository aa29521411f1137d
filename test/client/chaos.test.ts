/** Whatever happens to the line, the list ends up as the server's history, and nothing that was acknowledged is lost or twice. */
import { assert, describe, it } from "@effect/vitest"
import type { Ack, Row } from "../../src/client/index.ts"
import { Dice } from "../support/Dice.ts"
import { type Site, site } from "./Site.ts"

const RUNS = 300
const ROOM = "storm"
const EMOJI = ["👍", "🎉", "❤️"]

/** How one run goes wrong: less and more often, with or without lost epochs. */
const trouble = (place: Site, dice: Dice) => {
  const often = dice.pick([0, 0.02, 0.1])
  const slow = dice.pick([1, 20, 400])
  place.server.remembers = dice.pick([5, 1000])
  place.server.troubles = {
    latency: () => 1 + dice.below(slow),
    twice: () => dice.roll() < often,
    late: () => dice.roll() < often,
    refusal: ({ type }) =>
      dice.roll() < often && ["subscribe", "chat", "history"].includes(type)
        ? { code: "rate_limited", retryAfterMs: 1 + dice.below(500) }
        : undefined,
    cutsAfter: () => dice.roll() < often / 4
  }
}

const calm = (place: Site) => {
  place.server.up = true
  place.server.troubles = {
    latency: () => 1,
    twice: () => false,
    late: () => false,
    refusal: () => undefined,
    cutsAfter: () => false
  }
}

/** One thing that happens. */
const happen = (place: Site, dice: Dice, say: () => void) => {
  const room = place.client.room(ROOM)
  const { server } = place
  switch (dice.below(22)) {
    case 0:
      return server.restart(dice.pick([1001, 1006, 1011, 1012, 1013, 4000, 4001, 4002, 4003]))
    case 1:
      return server.restart(1012, dice.below(3) === 0)
    case 2:
      for (const line of server.live) line.dead ||= dice.below(2) === 0
      return
    case 3:
      server.up = dice.below(4) > 0
      return
    case 4:
      return server.change(ROOM, -1 - dice.below(8), dice.below(3) === 0 ? undefined : `edited ${dice.below(1000)}`)
    case 16:
      return server.react(ROOM, -1 - dice.below(8), dice.pick(EMOJI), dice.below(3) === 0, dice.pick(["bob", "cid"]))
    case 17: {
      const row = room.getSnapshot().messages.at(-1 - dice.below(8))
      if (row?.status === "sent") void room.react(row, dice.pick(EMOJI), dice.below(3) === 0)
      return
    }
    case 18:
      return dice.below(8) === 0 ? server.purge(ROOM, -1 - dice.below(8)) : undefined
    case 19: {
      const at = room.getSnapshot().messages.at(-1 - dice.below(20))?.at
      if (at !== undefined) void room.read(at)
      return
    }
    case 20: {
      const kept = server.room(ROOM).log.at(-1 - dice.below(40))
      if (kept !== undefined) server.read(ROOM, "ann", { epoch: kept.epoch, seq: kept.message.seq })
      return
    }
    case 5:
      place.clock.sleep(dice.below(90_000))
      return
    case 6:
      return place.client.retryNow()
    case 7:
      void room.loadOlder(1 + dice.below(10))
      return
    case 8:
    case 9:
    case 10:
    case 21:
      return server.say(ROOM, `from bob ${dice.below(1e6)}${dice.below(4) === 0 ? " @ann" : ""}`, "bob")
    default:
      return say()
  }
}

const shown = ({
  at,
  content,
  deleted,
  mentions = [],
  messageId,
  reactions = {},
  userId
}: Pick<Row, "at" | "content" | "deleted" | "mentions" | "messageId" | "reactions" | "userId">) => {
  const reacted = Object.entries(reactions).map(([emoji, userIds]) => `${emoji} ${userIds.join()}`)
  const text = deleted === true ? "deleted" : `${content} @${mentions.join()}`
  return `${at?.epoch}:${at?.seq} ${userId} ${messageId} ${text} ${reacted.sort().join("; ")}`
}

/** What `ann` has not read, by a plain look at everything. */
const unreadOf = (place: Site) => {
  const { log, markers } = place.server.room(ROOM)
  const read = markers.get("ann")
  const after = log.filter(
    ({ epoch, message: { deleted, seq, userId } }) =>
      read !== undefined &&
      (epoch > read.epoch || (epoch === read.epoch && seq > read.seq)) &&
      userId !== "ann" &&
      deleted !== true
  )
  const mentions = after.filter(({ message }) => message.mentions?.includes("ann")).length
  return { read, unread: after.length, mentions }
}

const run = async (seed: number) => {
  const dice = new Dice(seed)
  const place = site({ outboxMax: 1000, maxMessages: dice.pick([5, 60, 10_000]) }, seed)
  const { client, clock, server } = place
  const room = client.room(ROOM)
  const acks: Array<Ack> = []
  const heard: Array<Row> = []
  let unanswered = 0
  client.on("message", (row) => heard.push(row))
  trouble(place, dice)
  void client.connect()
  void room.join()
  let said = 0
  const say = () => {
    unanswered++
    void room
      .send(`from ann ${++said}`, { retry: true })
      .then((ack) => acks.push(ack))
      .finally(() => unanswered--)
  }
  const steps = 10 + dice.below(50)
  for (let step = 0; step < steps; step++) {
    happen(place, dice, say)
    await clock.advance(dice.pick([1, 50, 1000, 5000]))
  }
  calm(place)
  await clock.advance(180_000)
  const partly = room.getSnapshot()
  while (room.getSnapshot().hasOlder) {
    const loaded = room.loadOlder(7)
    await clock.advance(1000)
    await loaded
  }
  return { acks, heard, history: server.room(ROOM).log, partly, snapshot: room.getSnapshot(), said, unanswered, place }
}

describe("over a line that fails in every way", () => {
  it(`the list is the server's history in ${RUNS} seeded runs`, { timeout: 120_000 }, async () => {
    let resumed = 0
    for (let seed = 1; seed <= RUNS; seed++) {
      const { acks, heard, history, partly, place, said, snapshot, unanswered } = await run(seed)
      const why = `seed ${seed}`
      const expected = history.map(({ epoch, message: { seq, ...message } }) =>
        shown({ ...message, at: { epoch, seq } })
      )
      assert.deepStrictEqual(snapshot.messages.map(shown), expected, why)
      assert.isTrue(
        snapshot.messages.every(({ status }) => status === "sent"),
        why
      )
      assert.strictEqual(new Set(snapshot.messages.map(({ key }) => key)).size, expected.length, why)
      const unread = unreadOf(place)
      assert.deepInclude({ ...partly }, unread, why)
      assert.deepInclude({ ...snapshot }, unread, why)
      assert.strictEqual(unanswered, 0, why)
      assert.strictEqual(acks.length, said, why)
      for (const { epoch, messageId, seq } of acks) {
        const at = history.find((kept) => kept.epoch === epoch && kept.message.seq === seq)
        assert.strictEqual(at?.message.messageId, messageId, why)
      }
      const places = heard.map(({ at }) => (at?.epoch ?? 0) * 1e6 + (at?.seq ?? 0))
      assert.deepStrictEqual(
        places,
        [...new Set(places)].sort((a, b) => a - b),
        why
      )
      // what one says oneself stays in the order it was said
      const firsts = new Map<string, number>()
      history.forEach(({ message }, index) => {
        if (message.userId === "ann" && !firsts.has(message.messageId)) firsts.set(message.messageId, index)
      })
      assert.strictEqual(firsts.size, said, why)
      const own = [...firsts.keys()].map((id) => acks.findIndex(({ messageId }) => messageId === id))
      assert.deepStrictEqual(
        own,
        [...own].sort((a, b) => a - b),
        why
      )
      assert.deepStrictEqual(place.logged, [], why)
      assert.strictEqual(place.server.inVain, 0, why)
      resumed += place.server.lines.length - 1
      void place.client.close()
    }
    assert.isAbove(resumed, RUNS)
  })
})
