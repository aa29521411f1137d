import { randomUUID } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Exit } from "effect"
import { TestClock } from "effect/testing"
import { DailyMessages } from "../../src/analytics/DailyMessages.ts"
import { NodeName } from "../../src/analytics/NodeName.ts"
import { rebuild, type RebuildOptions } from "../../src/analytics/rebuild.ts"
import type { Rollup } from "../../src/store/Rollup.ts"
import { RollupStore } from "../../src/store/RollupStore.ts"
import { Tally } from "../../src/analytics/Tally.ts"
import { UserTally } from "../../src/analytics/UserTally.ts"
import { demoHistory } from "../../src/demo/Demo.ts"
import type { DemoEvent } from "../../src/demo/DemoEvent.ts"
import { feed, keepIn } from "../../src/demo/feed.ts"
import { MessageId } from "../../src/domain/MessageId.ts"
import { RoomId } from "../../src/domain/RoomId.ts"
import { UserId } from "../../src/domain/UserId.ts"
import type { Entry } from "../../src/log/Entry.ts"
import { RoomLog } from "../../src/log/RoomLog.ts"
import { MessageStore, StoreUnavailable } from "../../src/store/MessageStore.ts"
import { type CountingProcess, site, start } from "../support/FiguresSite.ts"
import { allRollups, comparable, differing } from "../support/Rollups.ts"

const MINUTE = 60_000
const DAY = 86_400_000
const NOON = Date.UTC(2026, 2, 29, 12)
const EPOCH = 3
const KEPT: RebuildOptions = { minutesDays: 7, quartersDays: 90, usersDays: 400 }

type Kept = Context.Context<RoomLog | MessageStore | RollupStore>

const rebuilt = (kept: Kept, options: Partial<RebuildOptions> & { readonly node?: string } = {}) => {
  const { node = "a", ...more } = options
  return rebuild({ ...KEPT, ...more }).pipe(Effect.provideContext(Context.add(kept, NodeName, node)))
}

const rollupsOf = (kept: Kept) => allRollups(Context.get(kept, RollupStore))
const compared = (kept: Kept) => Effect.map(rollupsOf(kept), comparable)

/** A history that ends now, a day and a half before which minutes are not kept. */
const history = Effect.fnUntraced(function* ({
  days = 4,
  users = 25,
  seen = true
}: { readonly days?: number; readonly users?: number; readonly seen?: boolean } = {}) {
  const endAt = NOON + 37 * MINUTE
  yield* TestClock.setTime(endAt + 5000)
  const kept = yield* site
  const events: Iterable<DemoEvent> = demoHistory({ users, days, seed: 2, endAt })
  yield* feed(seen ? events : Iterator.from(events).filter(({ _tag }) => _tag === "message"), {
    keep: keepIn(Context.get(kept, MessageStore), EPOCH),
    rollups: Context.get(kept, RollupStore),
    node: "a",
    epoch: EPOCH,
    keepMinutesFrom: endAt + 5000 - 1.5 * DAY,
    endAt
  })
  return kept
})
const SHORT = { minutesDays: 1 }

/** Has the store take what the log has. */
const drain = Effect.fnUntraced(function* (kept: Kept) {
  const log = Context.get(kept, RoomLog)
  const store = Context.get(kept, MessageStore)
  for (const { head, roomId } of log.rooms()) {
    const { epoch } = log.tail(roomId)
    const texts = (yield* log.read(roomId, 0, head)) ?? []
    assert.strictEqual(texts.length, head)
    const entries = texts.map((json, i): Entry => {
      const { messageId, timestamp, userId } = JSON.parse(json) as Record<string, string>
      const ids = { userId: UserId.make(userId!), messageId: MessageId.make(messageId!) }
      return { roomId, epoch, seq: i + 1, at: Date.parse(timestamp!), json, ...ids }
    })
    yield* Effect.orDie(store.put(entries))
  }
})

/** People who come, talk, fall silent for a day and come back, in one process after another. */
const lives = Effect.fnUntraced(function* (one: CountingProcess, life: number) {
  yield* TestClock.adjust("2 seconds")
  for (const userId of ["alice", "bob"]) {
    const connectionId = `${userId}${life}`
    yield* one.record({ _tag: "connected", connectionId, userId, username: userId })
  }
  for (const [after, roomId, userId] of [
    ["10 seconds", "lobby", "alice"],
    ["400 millis", "lobby", "alice"],
    ["3100 millis", "den", "alice"],
    ["50 seconds", "lobby", "bob"],
    ["17 minutes", "lobby", "anonymous"],
    ["7 seconds", "den", "carol"],
    ["200 millis", "den", "bob"]
  ] as const) {
    yield* TestClock.adjust(after)
    yield* one.record({ _tag: "typing", roomId, userId })
    yield* one.say(roomId, userId, `what about https://example.org, @${userId}? ${"🙂".repeat(life % 2)}`)
  }
  yield* one.record({ _tag: "disconnected", connectionId: `bob${life}`, code: 1001 })
  // under a name that no message has
  yield* one.record({ _tag: "connected", connectionId: `again${life}`, userId: "alice", username: "Alice" })
})

describe("rebuild", () => {
  it.effect("changes nothing of what a long history wrote, and says so again", () =>
    Effect.gen(function* () {
      const kept = yield* history()
      const before = yield* rollupsOf(kept)
      for (let run = 0; run < 2; run++) {
        const { days, messages, totals } = yield* rebuilt(kept, SHORT)
        assert.deepStrictEqual([days, totals], [[], undefined])
        assert.isAbove(messages, 500)
        assert.deepStrictEqual(yield* rollupsOf(kept), before)
      }
    })
  )

  it.effect("changes nothing of what servers counted live, through stops, kills and days of silence", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(NOON)
      const kept = yield* site
      for (const [life, pause] of [
        "20 seconds",
        "3 hours",
        "11 hours",
        "26 hours",
        "40 seconds",
        "50 hours"
      ].entries()) {
        const one = yield* start(kept)
        yield* lives(one, life)
        if (life % 3 === 1) yield* one.say("lobby", "late", "unseen", true)
        yield* life % 3 === 0 ? one.stop : one.kill
        yield* TestClock.adjust(pause as "3 hours")
      }
      const last = yield* start(kept)
      yield* lives(last, 9)
      yield* TestClock.adjust("5 minutes")
      yield* last.stop
      yield* drain(kept)
      const before = yield* rollupsOf(kept)
      const { days, messages, totals } = yield* rebuilt(kept)
      assert.deepStrictEqual([days, totals], [[], undefined])
      assert.strictEqual(messages, 7 * 7 + 2)
      assert.deepStrictEqual(yield* rollupsOf(kept), before)
    })
  )

  it.effect("leaves what was said since the last minute that was written to the next start", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(NOON)
      const kept = yield* site
      const first = yield* start(kept)
      yield* lives(first, 0)
      yield* first.kill
      yield* drain(kept)
      const before = yield* rollupsOf(kept)
      assert.deepStrictEqual((yield* rebuilt(kept)).days, [])
      assert.deepStrictEqual(yield* rollupsOf(kept), before)
      const second = yield* start(kept)
      yield* TestClock.adjust("1 hour")
      const of = { scope: "everything" } as const
      const quarters = yield* second.figures.tallies({ tier: "q", of, from: 0, to: Infinity, sketches: false })
      assert.strictEqual(
        quarters.reduce((sum, { tally }) => sum + tally.n.chat, 0),
        7
      )
    })
  )

  it.effect("restores what follows from messages, of every kind, and touches nothing else", () =>
    Effect.gen(function* () {
      const kept = yield* history()
      const store = Context.get(kept, RollupStore)
      const right = yield* compared(kept)
      const spoilt: Array<Rollup> = []
      for (const [i, rollup] of (yield* rollupsOf(kept)).entries()) {
        if (i % 7 !== 0 && rollup.scope !== "T") continue
        if (rollup.start < NOON + 30 * MINUTE - DAY && rollup.tier === "m") continue
        if (rollup.scope === "T") {
          spoilt.push({ ...rollup, counts: JSON.stringify({ ...JSON.parse(rollup.counts), chat: 3 }) })
        } else if (rollup.scope === "U") {
          const user = UserTally.of(rollup.counts)
          user.unsay()
          user.n.codePoints += i
          spoilt.push({ ...rollup, counts: user.counts() })
        } else {
          const tally = Tally.of(rollup.counts, rollup.sketches)
          if (i % 2 === 0) tally.unsay()
          tally.n.chat += i
          tally.set("senders").add(i)
          tally.histogram("response").record(i)
          spoilt.push({ ...rollup, counts: tally.counts(), sketches: tally.sketches() })
        }
      }
      yield* store.put(spoilt)
      const wrong = yield* compared(kept)
      const trial = yield* rebuilt(kept, { ...SHORT, dryRun: true })
      assert.deepStrictEqual(differing(yield* compared(kept), wrong), [])
      const { days, totals } = yield* rebuilt(kept, SHORT)
      assert.deepStrictEqual(trial.days, days)
      assert.deepStrictEqual(differing(yield* compared(kept), right), [])
      assert.strictEqual(totals?.before, 3 + totals!.after - JSON.parse((yield* rollupsOf(kept)).at(-1)!.counts).chat)
      const changed: Record<string, number> = { T: 1 }
      for (const day of days) {
        assert.notStrictEqual(day.before, day.after)
        for (const [kind, count] of Object.entries(day.changed)) changed[kind] = (changed[kind] ?? 0) + count
      }
      const expected: Record<string, number> = {}
      for (const { scope, tier } of spoilt) {
        const kind = scope === "T" ? "T" : scope + tier
        expected[kind] = (expected[kind] ?? 0) + 1
      }
      assert.deepStrictEqual(changed, expected)
      assert.strictEqual(Object.keys(changed).length, 6)
      const again = yield* rebuilt(kept, SHORT)
      assert.deepStrictEqual([again.days, again.totals], [[], undefined])
    })
  )

  it.effect("restores rollups that are gone or cannot be read, where nothing else was in them", () =>
    Effect.gen(function* () {
      const kept = yield* history({ seen: false })
      const store = Context.get(kept, RollupStore)
      const right = yield* compared(kept)
      for (const scope of ["R", "U"] as const) {
        yield* store.remove({ scope, tier: scope === "R" ? "q" : "d", before: NOON - DAY, limit: 100_000 })
      }
      const broken = (yield* rollupsOf(kept)).filter(
        ({ scope, start, tier }) => scope === "G" && tier === "q" && start > NOON - 2 * DAY
      )
      yield* store.put(broken.map((rollup, i) => ({ ...rollup, [i % 2 === 0 ? "counts" : "sketches"]: "{" })))
      const { days } = yield* rebuilt(kept, SHORT)
      assert.deepStrictEqual(differing(yield* compared(kept), right), [])
      assert.strictEqual(
        days.reduce((sum, { unreadable }) => sum + unreadable, 0),
        broken.length
      )
      assert.deepStrictEqual((yield* rebuilt(kept, SHORT)).days, [])
    })
  )

  it.effect("comes to the same when it was cut short and runs again", () =>
    Effect.gen(function* () {
      const kept = yield* history({ seen: false })
      const store = Context.get(kept, RollupStore)
      const right = yield* compared(kept)
      const spoilt = (yield* rollupsOf(kept)).flatMap((rollup) => {
        if (rollup.scope === "U" || rollup.scope === "T" || rollup.tier === "m") return []
        const tally = Tally.of(rollup.counts, rollup.sketches)
        tally.n.chat *= 2
        return [{ ...rollup, counts: tally.counts() }]
      })
      yield* store.put(spoilt)
      for (let puts = 0, done = false; !done; puts++) {
        let left = puts
        const failing = RollupStore.of({
          ...store,
          put: (rollups) =>
            Effect.suspend(() => {
              if (left-- > 0) return store.put(rollups)
              // of a batch that fails a part may be there
              const half = store.put(rollups.slice(0, rollups.length >> 1))
              return Effect.andThen(half, Effect.fail(new StoreUnavailable({ reason: "the end" })))
            })
        })
        const exit = yield* Effect.exit(rebuilt(Context.add(kept, RollupStore, failing), SHORT))
        done = Exit.isSuccess(exit)
        assert.isBelow(puts, 100)
      }
      assert.deepStrictEqual(differing(yield* compared(kept), right), [])
    })
  )

  it.effect("counts messages that no figures tell of, up to the present minute", () =>
    Effect.gen(function* () {
      const kept = yield* history({ seen: false })
      const store = Context.get(kept, RollupStore)
      const right = yield* compared(kept)
      for (const { scope, tier } of yield* rollupsOf(kept)) {
        yield* store.remove({ scope, tier, before: Infinity, limit: 100_000 })
      }
      assert.deepStrictEqual(yield* rollupsOf(kept), [])
      const { totals } = yield* rebuilt(kept, { minutesDays: 1.5 })
      const counted = yield* compared(kept)
      const epoch = Context.get(kept, RoomLog).tail(RoomId.make("global")).epoch
      const totalsName = "Tt 0  a"
      assert.deepStrictEqual(differing(counted, right), [totalsName])
      assert.deepInclude((counted[totalsName] as { readonly numbers: object }).numbers, { epoch })
      assert.strictEqual(totals?.before, 0)
    })
  )

  it.effect("counts each message once where several nodes have counted", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(NOON)
      const kept = yield* site
      const a = yield* start(kept, { node: "a" })
      const b = yield* start(kept, { node: "b" })
      yield* lives(a, 0)
      yield* lives(b, 1)
      yield* TestClock.adjust("2 minutes")
      yield* a.stop
      yield* b.stop
      yield* drain(kept)
      yield* rebuilt(kept, { node: "c" })
      yield* rebuilt(kept, { node: "b" })
      assert.deepStrictEqual((yield* rebuilt(kept, { node: "b" })).days, [])
      const reader = yield* start(kept, { node: "a" })
      yield* TestClock.adjust("2 minutes")
      for (const tier of ["m", "q"] as const) {
        const of = { scope: "everything" } as const
        const tallies = yield* reader.figures.tallies({ tier, of, from: 0, to: Infinity, sketches: true })
        const sum = (name: "chat" | "typing" | "opened") => tallies.reduce((all, { tally }) => all + tally.n[name], 0)
        assert.deepStrictEqual([sum("chat"), sum("typing"), sum("opened")], [14, 14, 6])
      }
      const totals = (yield* rollupsOf(kept)).filter(({ scope }) => scope === "T")
      assert.deepStrictEqual(
        totals.map(({ counts }) => (JSON.parse(counts) as { readonly chat: number }).chat),
        [0, 14, 0]
      )
    })
  )
})

describe("DailyMessages", () => {
  it.effect("tells every message once and in the order of its room, however much is left for later days", () =>
    Effect.gen(function* () {
      const kept = yield* site
      const store = Context.get(kept, MessageStore)
      const entries: Array<Entry> = []
      // more than may wait in memory at the end of the first day
      const rooms = 120
      const lengths = [450, 20]
      for (let room = 0; room < rooms; room++) {
        const roomId = RoomId.make(`room-${room}`)
        for (const [i, length] of lengths.entries()) {
          for (let seq = 1; seq <= length; seq++) {
            // an epoch begins a day after the one before, and both have a message of the third day
            const day = seq === length ? 2 : seq === 1 ? i : 1
            const ids = { userId: UserId.make("alice"), messageId: MessageId.make(randomUUID()) }
            entries.push({ roomId, epoch: i + 1, seq, at: DAY * day, json: "{}", ...ids })
          }
        }
      }
      yield* Effect.orDie(store.put(entries))
      const messages = yield* DailyMessages.open(store)
      assert.strictEqual(messages.first, 0)
      const told = new Set<string>()
      for (let day = 0; day < 4; day++) {
        const last = new Map<string, number>()
        yield* messages.tell((day + 1) * DAY, ({ at, epoch, roomId, seq }) => {
          assert.strictEqual(at, day * DAY)
          const place = epoch * 1000 + seq
          assert.isBelow(last.get(roomId) ?? 0, place)
          last.set(roomId, place)
          told.add(`${roomId}/${place}`)
        })
        const expected = entries.filter(({ at }) => at <= day * DAY).length
        assert.strictEqual(told.size, expected)
      }
      assert.strictEqual(messages.first, undefined)
    })
  )
})
