import { createHash } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { type DemoOptions, demoHistory, summarise } from "../../src/demo/Demo.ts"
import type { DemoEvent, DemoMessage } from "../../src/demo/DemoEvent.ts"
import { closeReasons } from "../../src/domain/CloseReason.ts"
import { contentProblem } from "../../src/domain/Content.ts"
import { MessageId } from "../../src/domain/MessageId.ts"
import { RoomId } from "../../src/domain/RoomId.ts"
import { userIdProblem } from "../../src/domain/UserId.ts"
import { normaliseUsername } from "../../src/domain/nameRule.ts"
import { usernameProblem } from "../../src/domain/Username.ts"

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Winter comes in the middle of the range, in Europe a week before America. */
const endAt = Date.UTC(2026, 10, 12, 9, 41)
const small: DemoOptions = { users: 20, days: 5, seed: 1, endAt }
const middling: DemoOptions = { users: 150, days: 30, seed: 4, endAt }

const hash = (options: DemoOptions): string => {
  const sum = createHash("sha256")
  for (const event of demoHistory(options)) sum.update(JSON.stringify(event))
  return sum.digest("hex")
}

interface Stay {
  readonly userId: string
  readonly from: number
  readonly until: number
}

const staysOf = (events: ReadonlyArray<DemoEvent>): ReadonlyArray<Stay> => {
  const ends = new Map<string, number>()
  for (const event of events) if (event._tag === "disconnected") ends.set(event.connectionId, event.at)
  return events.flatMap((event) =>
    event._tag === "connected"
      ? [{ userId: event.userId, from: event.at, until: ends.get(event.connectionId) ?? endAt }]
      : []
  )
}

const history = [...demoHistory(middling)]
const summary = summarise(history)
const messages = history.filter((event) => event._tag === "message")
const spoken = messages.filter(({ bot, type }) => type === "chat" && !bot)
const byUser = Map.groupBy(
  staysOf(history).filter(({ userId }) => userId.startsWith("user-")),
  ({ userId }) => userId
)

/** The end of all earlier connections of a user, beside the start of the next one; negative where they overlap. */
const gaps = [...byUser.values()].flatMap((stays) => {
  let latest = stays[0]?.until ?? 0
  return stays.slice(1).map(({ from, until }) => {
    const gap = from - latest
    latest = Math.max(latest, until)
    return gap
  })
})

const share = (test: (text: string) => boolean) => spoken.filter(({ content }) => test(content)).length / spoken.length

/** Messages by hour of the day in UTC, the busiest hour against the mean. */
const peakFactor = (said: ReadonlyArray<DemoMessage>): number => {
  const hours = new Array<number>(24).fill(0)
  for (const { at } of said) hours[Math.floor(at / HOUR) % 24]!++
  return (Math.max(...hours) * 24) / said.length
}

describe("demoHistory", () => {
  it("is the same for the same options, on every machine", () => {
    assert.strictEqual(hash(small), "9d839f4143211ceb1c1d72674ed1b8ecd7457a505da9ce276b9d19cf6c02cb0c")
    assert.strictEqual(hash(middling), hash(middling))
  })

  it("is another for another seed, end or crowd", () => {
    const others = [small, { ...small, seed: 2 }, { ...small, endAt: endAt + DAY }, { ...small, users: 21 }]
    assert.strictEqual(new Set(others.map(hash)).size, others.length)
  })

  it("tells everything in order of time, within its days", () => {
    let before = endAt - middling.days * DAY
    const wrong = history.filter(({ at }) => {
      const right = Number.isSafeInteger(at) && at >= before && at < endAt
      before = at
      return !right
    })
    assert.deepStrictEqual(wrong, [])
  })

  it("lets nobody do anything but in a room they joined on an open connection", () => {
    const open = new Map<string, { readonly userId: string; readonly rooms: Set<string> }>()
    const seats = new Map<string, number>()
    const seat = (userId: string, roomId: string, by: number) => {
      const key = `${userId} ${roomId}`
      seats.set(key, (seats.get(key) ?? 0) + by)
    }
    for (const event of history) {
      switch (event._tag) {
        case "connected":
          assert.isFalse(open.has(event.connectionId))
          open.set(event.connectionId, { userId: event.userId, rooms: new Set() })
          break
        case "disconnected": {
          const connection = open.get(event.connectionId)
          assert.strictEqual(connection?.userId, event.userId)
          assert.strictEqual(connection?.rooms.size, 0)
          open.delete(event.connectionId)
          break
        }
        case "joined":
        case "left": {
          const connection = open.get(event.connectionId)
          assert.strictEqual(connection?.userId, event.userId)
          assert.strictEqual(connection?.rooms.has(event.roomId), event._tag === "left")
          if (event._tag === "joined") connection?.rooms.add(event.roomId)
          else connection?.rooms.delete(event.roomId)
          seat(event.userId, event.roomId, event._tag === "joined" ? 1 : -1)
          break
        }
        case "message":
        case "typing":
        case "readMark":
        case "reaction":
          if (event._tag === "message" && event.type === "system") break
          assert.isAbove(seats.get(`${event.userId} ${event.roomId}`) ?? 0, 0, `${event._tag} at ${event.at}`)
      }
    }
    assert.isAbove(open.size, 0)
    assert.strictEqual(open.size, summary.open)
  })

  it("has only ids, names and texts that the server would take", () => {
    const isRoomId = Schema.is(RoomId)
    const isMessageId = Schema.is(MessageId)
    const ids = new Set<string>()
    for (const event of history) {
      if (event._tag === "joined") assert.isTrue(isRoomId(event.roomId))
      if (event._tag === "connected") {
        assert.isUndefined(userIdProblem(event.userId))
        assert.isUndefined(usernameProblem(event.username))
        assert.strictEqual(normaliseUsername(event.username), event.username)
        assert.isTrue(isMessageId(event.connectionId))
        ids.add(event.connectionId)
      }
      if (event._tag === "message") {
        assert.isTrue(isMessageId(event.messageId))
        assert.isUndefined(contentProblem(event.content), event.content)
        ids.add(event.messageId)
      }
    }
    assert.strictEqual(ids.size, messages.length + (summary.counts.connected ?? 0))
  })

  it("tells after each message how long it took, with outliers", () => {
    history.forEach((event, index) => {
      if (event._tag !== "message") return
      assert.strictEqual(history[index + 1]?._tag, "durable")
      assert.strictEqual(history[index + 2]?._tag, "fannedOut")
    })
    const ms = history.flatMap((event) => (event._tag === "durable" ? [event.ms] : [])).toSorted((a, b) => a - b)
    const median = ms[ms.length >> 1] ?? 0
    assert.isTrue(median > 0.9 && median < 1.3)
    assert.isAbove(ms.at(-1) ?? 0, 40 * median)
    assert.isAbove(ms[0] ?? 0, 0)
  })

  it("has about two lurkers among five, some of whom show nothing at all", () => {
    const lurking = 1 - summary.communicators / summary.users
    assert.isTrue(lurking > 0.33 && lurking < 0.5, `${lurking} lurk`)
    const shown = new Set<string>()
    const marked = new Set<string>()
    const typed = new Set<string>()
    for (const event of history) {
      if (event._tag === "message" || event._tag === "reaction") shown.add(event.userId)
      if (event._tag === "readMark") marked.add(event.userId)
      if (event._tag === "typing") typed.add(event.userId)
    }
    const lurkers = [...byUser.keys()].filter((userId) => !shown.has(userId))
    assert.isTrue(lurkers.some((userId) => !marked.has(userId) && !typed.has(userId)))
    assert.isTrue(lurkers.some((userId) => marked.has(userId) && !typed.has(userId)))
    assert.isTrue(lurkers.some((userId) => typed.has(userId)))
  })

  it("has two bots, a server and people without an id beside the users", () => {
    const posters = new Set(messages.filter(({ bot }) => bot).map(({ userId }) => userId))
    assert.strictEqual(posters.size, 2)
    const ofBots = summary.botMessages / summary.messages
    assert.isTrue(ofBots > 0.003 && ofBots < 0.1, `${ofBots} are of bots`)
    assert.isAbove(summary.systemMessages, 0)
    assert.isTrue(spoken.some(({ userId }) => userId === "anonymous"))
    assert.isTrue(messages.every(({ bot, type, userId }) => (type === "system") === (userId === "server" && !bot)))
    for (const event of history) {
      if (event._tag === "connected") assert.strictEqual(event.bot, posters.has(event.userId))
    }
    assert.isTrue(summary.users > 0.95 * middling.users && summary.users <= middling.users)
  })

  it("has a busiest hour of the day with over twice the mean, and fewer messages at weekends", () => {
    assert.isAbove(peakFactor(spoken), 2)
    const days = new Array<number>(7).fill(0)
    // four whole weeks
    for (const { at } of spoken) if (at >= endAt - 28 * DAY) days[(Math.floor(at / DAY) + 3) % 7]!++
    const [saturday = 0, sunday = 0] = days.slice(5)
    const working = days.slice(0, 5).reduce((sum, day) => sum + day, 0)
    assert.isBelow((saturday + sunday) / 2, (0.9 * working) / 5)
  })

  it("has tabs that overlap, and pauses shorter and longer than half an hour", () => {
    assert.isAbove(gaps.filter((gap) => gap < 0).length, 100)
    assert.isAbove(gaps.filter((gap) => gap > MINUTE && gap < 30 * MINUTE).length, 100)
    assert.isAbove(gaps.filter((gap) => gap > 30 * MINUTE).length, 100)
    assert.isAbove(gaps.filter((gap) => gap > 7 * DAY).length, 5)
  })

  it("has connections of seconds, of many hours and over midnight", () => {
    const stays = [...byUser.values()].flat()
    assert.isAbove(stays.filter(({ from, until }) => until - from < 10 * SECOND).length, 100)
    assert.isAbove(stays.filter(({ from, until }) => until - from > 5 * HOUR).length, 50)
    assert.isAbove(stays.filter(({ from, until }) => Math.floor(from / DAY) < Math.floor(until / DAY)).length, 50)
  })

  it("has people who join later, people who go, and people who come back", () => {
    const startAt = endAt - middling.days * DAY
    const first = [...byUser.values()].map((stays) => stays[0]?.from ?? 0)
    assert.isAbove(first.filter((at) => at < startAt + 4 * DAY).length, 0.25 * middling.users)
    assert.isAbove(first.filter((at) => at > startAt + 10 * DAY).length, 0.2 * middling.users)
    const last = [...byUser.values()].map((stays) => stays.at(-1)?.until ?? 0)
    assert.isAbove(last.filter((at) => at < endAt - 7 * DAY).length, 0.1 * middling.users)
  })

  it("has a few who say much and quiet rooms", () => {
    const counts = [...Map.groupBy(spoken, ({ userId }) => userId).values()]
      .map(({ length }) => length)
      .toSorted((a, b) => b - a)
    const top = counts.slice(0, 10).reduce((sum, count) => sum + count, 0)
    assert.isAbove(top, 0.25 * spoken.length)
    const rooms = [...Map.groupBy(spoken, ({ roomId }) => roomId).values()].map(({ length }) => length)
    assert.isAbove(Math.max(...rooms), 0.2 * spoken.length)
    assert.isBelow(Math.min(...rooms), 2 * middling.days)
  })

  it("has several messages in a row, and answers after seconds, minutes and days, each to a message of its room", () => {
    const ids = new Map(messages.map((message) => [message.messageId, message]))
    const delays = spoken.flatMap((message) => {
      if (message.replyTo === undefined) return []
      const answered = ids.get(message.replyTo)
      assert.strictEqual(answered?.roomId, message.roomId)
      assert.notStrictEqual(answered?.userId, message.userId)
      return [message.at - (answered?.at ?? Number.NaN)]
    })
    assert.isAbove(Math.min(...delays), 0)
    assert.isAbove(delays.filter((delay) => delay < 10 * SECOND).length, 20)
    assert.isAbove(delays.filter((delay) => delay > MINUTE && delay < HOUR).length, 100)
    assert.isAbove(delays.filter((delay) => delay > DAY).length, 20)
    const inARow = [...Map.groupBy(spoken, ({ roomId }) => roomId).values()].flatMap((said) =>
      said.filter(({ at, userId }, index) => said[index - 1]?.userId === userId && at - said[index - 1]!.at < MINUTE)
    )
    assert.isAbove(inARow.length, 0.1 * spoken.length)
  })

  it("has links, mentions, questions, emoji, several scripts and a few long texts", () => {
    const users = new Set(byUser.keys())
    assert.isTrue(share((text) => text.includes("https://")) > 0.02)
    assert.isTrue(share((text) => users.has(/^@(\S+)/.exec(text)?.[1] ?? "")) > 0.02)
    assert.isTrue(share((text) => /[?؟？]/.test(text)) > 0.1)
    assert.isTrue(share((text) => /\p{Emoji_Presentation}/u.test(text)) > 0.05)
    for (const script of [/\p{Script=Devanagari}/u, /\p{Script=Cyrillic}/u, /\p{Script=Greek}/u]) {
      assert.isTrue(share((text) => script.test(text)) > 0.002, String(script))
    }
    const long = share((text) => text.length > 200)
    assert.isTrue(long > 0.001 && long < 0.02)
  })

  it("has connections taken up again, refusals and duplicates", () => {
    const resumed = history.filter((event) => event._tag === "resumed")
    assert.isTrue(resumed.some(({ recovered, replayed }) => recovered && replayed > 0))
    assert.isTrue(resumed.some(({ recovered, replayed }) => recovered && replayed === 0))
    assert.isTrue(resumed.every(({ recovered, replayed }) => recovered || replayed === 0))
    assert.isTrue(resumed.some(({ recovered }) => !recovered))
    const reasons = new Set(history.flatMap((event) => (event._tag === "rejected" ? [event.reason] : [])))
    assert.isTrue(reasons.has("rate_limited") && reasons.size > 3)
    assert.isAbove(summary.counts.duplicate ?? 0, 0)
    const codes = new Set(history.flatMap((event) => (event._tag === "disconnected" ? [event.code] : [])))
    const known = [...Object.values(closeReasons).map(({ code }) => code), 1005, 1006]
    assert.isTrue([...codes].every((code) => known.includes(code)))
    assert.isTrue([1000, 1001, 1006, closeReasons.slow.code].every((code) => codes.has(code)))
  })

  it("has as many messages as a busy chat of 500 people over 60 days, whatever the seed", () => {
    for (const seed of [1, 2026]) {
      const { communicators, counts, messages, rooms, users } = summarise(
        demoHistory({ users: 500, days: 60, seed, endAt })
      )
      assert.isTrue(messages > 150_000 && messages < 300_000, `${messages} messages with seed ${seed}`)
      assert.isTrue(1 - communicators / users > 0.35 && 1 - communicators / users < 0.45)
      assert.strictEqual(rooms, 24)
      assert.strictEqual(counts.durable, counts.message)
    }
  })

  it("begins at once, however long it will be", () => {
    const first = demoHistory({ users: 5000, days: 3650, seed: 1, endAt }).next()
    assert.isFalse(first.done)
  })

  it("keeps to the rooms it is told, and works with hardly anyone", () => {
    for (const users of [0, 1, 2, 5]) {
      const told = summarise(demoHistory({ users, days: 3, seed: 1, endAt, rooms: 1 }))
      assert.strictEqual(told.rooms, 1)
      assert.isAbove(told.botMessages, 0)
    }
    assert.strictEqual(summarise(demoHistory({ users: 5, days: 0, seed: 1, endAt })).events, 0)
  })

  it("refuses options that make no history", () => {
    for (const wrong of [{ users: -1 }, { days: 1.5 }, { seed: Number.NaN }, { endAt: Infinity }, { rooms: 0 }]) {
      assert.throws(() => demoHistory({ ...small, ...wrong }), RangeError, Object.keys(wrong)[0])
    }
  })
})

describe("summarise", () => {
  it("counts what there is", () => {
    assert.strictEqual(summary.events, history.length)
    assert.strictEqual(summary.messages, spoken.length)
    assert.strictEqual(summary.messages + summary.botMessages + summary.systemMessages, messages.length)
    assert.strictEqual(summary.users, byUser.size)
    assert.strictEqual(summary.firstAt, history[0]?.at)
    assert.strictEqual(summary.lastAt, history.at(-1)?.at)
  })

  it("has nothing to say of nothing", () => {
    const { counts, events, firstAt, lastAt, messages, open, users } = summarise([])
    assert.deepStrictEqual([counts, events, firstAt, lastAt, messages, open, users], [{}, 0, null, null, 0, 0, 0])
  })
})
