import { assert, describe, it } from "@effect/vitest"
import { Clock, ConfigProvider, Context, Deferred, Effect, Exit, Fiber, Layer, Scope } from "effect"
import { Supervisor } from "../../src/actor/Supervisor.ts"
import { Analytics } from "../../src/analytics/Analytics.ts"
import { Figures } from "../../src/analytics/Figures.ts"
import { minuteOf } from "../../src/analytics/Minute.ts"
import * as Rollups from "../../src/analytics/Rollups.ts"
import { RollupStore } from "../../src/store/RollupStore.ts"
import { loadConfig } from "../../src/AppConfig.ts"
import { demoHistory, summarise } from "../../src/demo/Demo.ts"
import type { DemoMessage } from "../../src/demo/DemoEvent.ts"
import { feed, keepIn } from "../../src/demo/feed.ts"
import { load, type LoadOptions } from "../../src/demo/load.ts"
import { standingClock } from "../../src/demo/StandingClock.ts"
import type { RoomId } from "../../src/domain/RoomId.ts"
import type { Entry } from "../../src/log/Entry.ts"
import { RoomLog } from "../../src/log/RoomLog.ts"
import { Vitals } from "../../src/observability/Vitals.ts"
import { persistence } from "../../src/Persistence.ts"
import * as MemoryRollups from "../../src/store/MemoryRollups.ts"
import * as MemoryStore from "../../src/store/MemoryStore.ts"
import { MessageStore } from "../../src/store/MessageStore.ts"
import { Storage } from "../../src/store/Storage.ts"
import { allRollups, comparable, differing } from "../support/Rollups.ts"
import { temporaryDirectory } from "../support/ServerProcess.ts"

const DAY = 86_400_000
const small = { users: 12, days: 4, seed: 5 }
const MINUTES_DAYS = 2

/** All messages of a store, by room. */
const everything = Effect.fnUntraced(function* (store: MessageStore["Service"]) {
  const found: Array<Entry> = []
  for (const roomId of yield* store.rooms({ limit: 1000 })) {
    for (const entry of yield* store.room(roomId, { order: "oldest", limit: 100_000 })) found.push(entry)
  }
  return found
})

/** A history that ends at `endAt`, kept and counted in memory. */
const fed = Effect.fnUntraced(function* (endAt: number, node = "a", epoch = 7) {
  const context = yield* Layer.build(Layer.merge(MemoryStore.layer, MemoryRollups.layer))
  const store = Context.get(context, MessageStore)
  const rollups = Context.get(context, RollupStore)
  const keepMinutesFrom = endAt - MINUTES_DAYS * DAY
  const keep = keepIn(store, epoch)
  const told = yield* feed(demoHistory({ ...small, endAt }), { keep, rollups, node, epoch, keepMinutesFrom, endAt })
  return { told, messages: yield* everything(store), rollups: yield* allRollups(rollups) }
})

type Persistent = RoomLog | MessageStore | RollupStore | Storage

/** Runs `use` with what a server keeps in a directory, by a clock that a history can set. */
const inDirectory = Effect.fnUntraced(function* (directory: string) {
  const scope = yield* Scope.make()
  const env = ConfigProvider.layer(ConfigProvider.fromEnvRecord({ DATA_DIR: directory }))
  const config = yield* Effect.provide(loadConfig, env)
  const clock = yield* standingClock
  const layers = persistence(config).pipe(Layer.provide(Vitals.layer), Layer.provideMerge(Supervisor.layer))
  const context = yield* Layer.buildWithScope(layers, scope).pipe(Effect.provideService(Clock.Clock, clock))
  const options: LoadOptions = { ...small, minutesDays: MINUTES_DAYS, clock }
  return { context, options, close: Scope.close(scope, Exit.void) }
})

const drained = Effect.fnUntraced(function* (context: Context.Context<Persistent>) {
  const storage = Context.get(context, Storage)
  while ((storage.status()?.backlogBytes ?? 0) > 0) yield* Effect.sleep(5)
})

describe("feed", () => {
  it.live("gives the same messages and the same rollups for the same seed", () =>
    Effect.gen(function* () {
      const endAt = Date.UTC(2026, 2, 30, 9, 41)
      const one = yield* fed(endAt)
      assert.deepStrictEqual(yield* fed(endAt), one)
      assert.isAbove(one.messages.length, 50)
    })
  )

  it.live("counts what the history holds, and leaves nobody connected", () =>
    Effect.gen(function* () {
      const endAt = Date.UTC(2026, 2, 30, 9, 41)
      const { messages, rollups, told } = yield* fed(endAt)
      const holds = summarise(demoHistory({ ...small, endAt }))
      const { events, rooms, users } = holds
      assert.deepStrictEqual(told, { events, messages: messages.length, rooms, users })
      const counted: Record<string, number> = {}
      for (const { counts, scope, tier } of rollups) {
        if (scope !== "G" || tier !== "q") continue
        const { n } = JSON.parse(counts) as { readonly n: Readonly<Record<string, number>> }
        for (const [name, count] of Object.entries(n)) counted[name] = (counted[name] ?? 0) + count
      }
      assert.deepInclude(counted, {
        chat: holds.messages,
        bot: holds.botMessages,
        system: holds.systemMessages,
        opened: holds.counts.connected,
        closed: holds.counts.connected,
        joined: holds.counts.joined,
        left: holds.counts.joined,
        typing: holds.counts.typing
      })
      assert.strictEqual(counted["expected"], counted["delivered"])
      const totals = rollups.find(({ scope }) => scope === "T")
      assert.strictEqual(totals?.through, endAt)
      assert.deepInclude(JSON.parse(totals?.counts ?? "{}"), { chat: holds.messages, bot: holds.botMessages })
    })
  )

  it.live("has minutes only as far back as they are kept", () =>
    Effect.gen(function* () {
      const endAt = Date.UTC(2026, 2, 30, 9, 41)
      const minutes = (yield* fed(endAt)).rollups.filter(({ tier }) => tier === "m")
      assert.isAbove(minutes.length, 0)
      for (const { start } of minutes) assert.isAtLeast(start, endAt - MINUTES_DAYS * DAY)
    })
  )
})

describe("load", () => {
  it.live("brings the history through the journal into the store, each message at its time", () =>
    Effect.gen(function* () {
      const { close, context, options } = yield* inDirectory(temporaryDirectory())
      const shares: Array<number> = []
      const loaded = yield* Effect.provideContext(
        load({ ...options, progress: (share) => shares.push(share) }),
        context
      )
      yield* drained(context)
      assert.isAtMost(Date.now() - loaded.to, 120_000 + 60_000)
      assert.strictEqual(loaded.to, minuteOf(loaded.to))
      assert.deepStrictEqual(
        shares,
        [...shares].sort((a, b) => a - b)
      )
      assert.strictEqual(shares.at(-1), 1)

      const rollups = yield* allRollups(Context.get(context, RollupStore))
      const [node = ""] = rollups.map((rollup) => rollup.node)
      const log = Context.get(context, RoomLog)
      const { epoch } = log.tail("global" as RoomId)
      const model = yield* fed(loaded.to, node, epoch)
      const messages = yield* everything(Context.get(context, MessageStore))
      assert.deepStrictEqual(messages, model.messages)
      const quarters = (all: typeof rollups) => comparable(all.filter(({ tier }) => tier !== "m"))
      assert.deepStrictEqual(differing(quarters(rollups), quarters(model.rollups)), [])

      const said = [...demoHistory({ ...small, endAt: loaded.to })].filter(
        (event): event is DemoMessage => event._tag === "message"
      )
      const kept = new Map(messages.map((entry) => [entry.messageId as string, entry]))
      assert.strictEqual(kept.size, said.length)
      for (const { at, bot, messageId } of said) {
        assert.strictEqual(kept.get(messageId)?.at, at)
        assert.strictEqual((JSON.parse(kept.get(messageId)!.json) as { readonly bot?: boolean }).bot ?? false, bot)
      }
      for (const { at, head, roomId } of log.rooms()) {
        const last = messages.filter((entry) => entry.roomId === roomId).at(-1)
        assert.deepStrictEqual([head, at], [last?.seq, last?.at])
      }
      yield* close
    })
  )

  it.live("refuses what has messages or figures already, and leaves it as it is", () =>
    Effect.gen(function* () {
      const { close, context, options } = yield* inDirectory(temporaryDirectory())
      const rollups = Context.get(context, RollupStore)
      const counts = JSON.stringify({ n: { opened: 1 } })
      yield* rollups.put([
        { scope: "G", tier: "q", id: "", start: 900_000, node: "b", through: 960_000, counts, sketches: "" }
      ])
      const first = yield* Effect.flip(Effect.provideContext(load(options), context))
      assert.deepInclude(first, { _tag: "NotEmpty", what: "figures" })
      yield* rollups.remove({ scope: "G", tier: "q", before: Infinity, limit: 10 })
      yield* Effect.provideContext(load(options), context)
      yield* drained(context)
      const before = yield* everything(Context.get(context, MessageStore))
      const again = yield* Effect.flip(Effect.provideContext(load({ ...options, seed: 6 }), context))
      assert.deepInclude(again, { _tag: "NotEmpty", what: "messages" })
      assert.deepStrictEqual(yield* everything(Context.get(context, MessageStore)), before)
      yield* close
    })
  )

  it.live("leaves what a server can go on from where it is stopped half-way", () =>
    Effect.gen(function* () {
      const directory = temporaryDirectory()
      const first = yield* inDirectory(directory)
      const reached = yield* Deferred.make<void>()
      const loading = yield* load({
        ...first.options,
        users: 40,
        progress: (share) => {
          if (share > 0.5) Deferred.doneUnsafe(reached, Effect.void)
        }
      }).pipe(Effect.provideContext(first.context), Effect.forkChild)
      yield* Deferred.await(reached)
      yield* Fiber.interrupt(loading)
      yield* first.close

      const second = yield* inDirectory(directory)
      yield* drained(second.context)
      const messages = yield* everything(Context.get(second.context, MessageStore))
      const chats = messages.map(({ json }) => JSON.parse(json) as { readonly type: string; readonly bot?: boolean })
      const people = chats.filter(({ bot, type }) => type === "chat" && bot !== true).length
      const whole = summarise(demoHistory({ ...small, users: 40, endAt: minuteOf(Date.now()) })).messages
      assert.isAbove(people, 0)
      assert.isBelow(people, whole)
      const figures = yield* Layer.build(
        Rollups.layer({ minutesDays: MINUTES_DAYS, quartersDays: 90, usersDays: 400 }).pipe(
          Layer.provideMerge(Analytics.layer),
          Layer.provide(Layer.succeedContext(second.context))
        )
      )
      const { kept, tallies } = Context.get(figures, Figures)
      const since = Date.now()
      while ((yield* kept).computedAt < since) yield* Effect.sleep(10)
      const of = { scope: "everything" } as const
      const counted = yield* tallies({ tier: "q", of, from: 0, to: Infinity, sketches: false })
      assert.strictEqual(
        counted.reduce((sum, { tally }) => sum + tally.n.chat, 0),
        people
      )
      const { totalMessages } = yield* Context.get(figures, Analytics).snapshot
      assert.strictEqual(totalMessages, people)
      yield* second.close
    })
  )
})
