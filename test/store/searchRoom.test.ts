/** Searches over log and store together. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Latch } from "effect"
import { Content } from "../../src/domain/Content.ts"
import type { Position } from "../../src/domain/Position.ts"
import { RoomId } from "../../src/domain/RoomId.ts"
import { isFound, soughtIn } from "../../src/domain/searching.ts"
import { UserId } from "../../src/domain/UserId.ts"
import type { Entry } from "../../src/log/Entry.ts"
import { RoomLog } from "../../src/log/RoomLog.ts"
import { History } from "../../src/store/History.ts"
import { StoreUnavailable } from "../../src/store/MessageStore.ts"
import { entry, run } from "../contract/messageEntry.ts"
import { draft } from "../contract/roomLog.ts"
import { temporaryDirectory } from "../log/journal/fixture.ts"
import { Dice } from "../support/Dice.ts"
import { settle } from "../support/Engine.ts"
import { drainEverything, drainSome, emptyStore, journalSite } from "../support/JournalSite.ts"
import { Past } from "../support/Past.ts"

const lobby = RoomId.make("lobby")
const alice = UserId.make("alice")

const search = (
  text: string,
  { before, limit = 50, seeker = "alice" }: { before?: Position | undefined; limit?: number; seeker?: string } = {}
) => History.use((history) => history.search(lobby, { sought: soughtIn(text), before, limit }, seeker))

/** Page after page, to the end. */
const searchAll = Effect.fnUntraced(function* (text: string, limit = 7) {
  const found: Array<string> = []
  const sizes: Array<number> = []
  for (let before: Position | undefined; ;) {
    const page = yield* search(text, { before, limit })
    found.push(...page.found.map(({ json }) => json))
    sizes.push(page.found.length)
    if (page.before === undefined) return { found, sizes }
    before = page.before
  }
})

const jsons = (entries: ReadonlyArray<Entry>) => entries.map(({ json }) => json)
const herons = (all: ReadonlyArray<Entry>) => jsons(all.filter(({ json }) => isFound(["heron"], json)).toReversed())
const some = (from: number, to: number, epoch = 1) =>
  run(from, to, { epoch }).map((one) =>
    one.seq % 3 === 0 ? entry(one.seq, { epoch, content: `heron ${one.seq}` }) : one
  )

describe("a search of a room", () => {
  it.effect("goes through log, store and epochs, newest first, and leads on from page to page", () => {
    const past = new Past()
    return Effect.gen(function* () {
      assert.deepStrictEqual(yield* search("heron"), { found: [], before: undefined })
      const all = [...some(1, 700), ...some(1, 40, 2), ...some(1, 600, 5)]
      past.add(all)
      for (const from of [1, 2, 300, 600, 601]) {
        yield* past.cut(lobby, from, 3)
        for (const limit of [1, 7, 200]) {
          const { found, sizes } = yield* searchAll("heron", limit)
          assert.deepStrictEqual(found, herons(all))
          // so much is read at once, and every page but the last is full
          assert.isTrue(sizes.slice(0, -1).every((size) => size === limit))
        }
      }
      const { found } = yield* search("heron", { limit: 2 })
      assert.deepStrictEqual(
        found.map(({ place }) => place),
        [
          { epoch: 5, seq: 600 },
          { epoch: 5, seq: 597 }
        ]
      )
    }).pipe(Effect.provide(past.layer))
  })

  it.effect("says that there is more only where it looked no further, or found it", () => {
    const past = new Past()
    return Effect.gen(function* () {
      past.add(some(1, 9))
      yield* past.cut(lobby, 10)
      assert.isDefined((yield* search("heron", { limit: 2 })).before)
      assert.isUndefined((yield* search("heron", { limit: 3 })).before)
      assert.deepStrictEqual((yield* search("heron", { limit: 3, before: { epoch: 1, seq: 3 } })).found, [])
    }).pipe(Effect.provide(past.layer))
  })

  it.effect("reads 20,000 messages at the most, and leads on from there", () => {
    const past = new Past()
    return Effect.gen(function* () {
      past.add([entry(1, { content: "a heron" }), ...run(2, 41_000)])
      yield* past.cut(lobby, 40_500)
      const { found, sizes } = yield* searchAll("heron")
      assert.lengthOf(found, 1)
      assert.deepStrictEqual(sizes, [0, 0, 1])
      const first = yield* search("heron")
      assert.isAtMost(first.before?.seq ?? 0, 21_000)
      assert.isAtLeast(first.before?.seq ?? 0, 20_000)
    }).pipe(Effect.provide(past.layer))
  })

  it.effect("is refused while the store does not answer, unless the log has enough", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const away = Effect.fail(new StoreUnavailable({ reason: "away" }))
      const store = { ...(yield* emptyStore), search: () => away, room: () => away }
      yield* Effect.gen(function* () {
        yield* RoomLog.use((log) => log.append([draft("a heron"), draft("a stork"), draft("another heron")]))
        assert.lengthOf((yield* search("heron", { limit: 1 })).found, 1)
        const refused = yield* Effect.flip(search("heron"))
        assert.strictEqual(refused._tag, "HistoryUnavailable")
      }).pipe(Effect.provide(journalSite({ directory, store }), { local: true }))
    })
  )

  it.effect("is one of two of a user's, and one of nine of everybody's; no more are taken until one is done", () => {
    const past = new Past()
    return Effect.gen(function* () {
      past.add(some(1, 30))
      yield* past.cut(lobby, 10)
      const gate = yield* Latch.make()
      past.beforeLog = gate.await
      const begun = yield* Effect.forEach(
        Array.from({ length: 12 }, (_, i) => `user ${i >> 1}`),
        (seeker) => Effect.forkChild(search("heron", { seeker }))
      )
      yield* settle
      const third = yield* Effect.flip(search("heron", { seeker: "user 0" }))
      assert.strictEqual(third._tag, "TooManySearches")
      yield* gate.open
      const ends = yield* Effect.forEach(begun, Fiber.await)
      assert.strictEqual(ends.filter(Exit.isSuccess).length, 9)
      assert.lengthOf((yield* search("heron", { seeker: "user 0" })).found, 10)
    }).pipe(Effect.provide(past.layer))
  })

  it.effect("that is broken off leaves its place to others", () => {
    const past = new Past()
    return Effect.gen(function* () {
      past.add(some(1, 30))
      yield* past.cut(lobby, 10)
      past.beforeLog = Effect.never
      const begun = yield* Effect.forEach([1, 2], () => Effect.forkChild(search("heron")))
      yield* settle
      yield* Effect.forEach(begun, Fiber.interrupt)
      past.beforeLog = Effect.void
      assert.lengthOf((yield* search("heron")).found, 10)
    }).pipe(Effect.provide(past.layer))
  })

  it.effect(
    "finds at once what is acknowledged, by what it says then, wherever that is: in log, store or on its way",
    () =>
      Effect.gen(function* () {
        const directory = yield* temporaryDirectory
        const store = yield* emptyStore
        const words = ["heron", "stork", "canal", "手机"]
        for (let seed = 0; seed < 4; seed++) {
          const dice = new Dice(seed)
          const now = new Map<string, Entry>()
          const room = {
            directory: `${directory}/${seed}`,
            store: seed === 0 ? store : yield* emptyStore,
            limits: { messages: 16 }
          }
          for (let life = 0; life < 3; life++) {
            yield* Effect.gen(function* () {
              const log = yield* RoomLog
              for (let step = 0; step < 30; step++) {
                const content = Array.from({ length: 1 + dice.below(2) }, () => dice.pick(words)).join(" ")
                const kind = dice.below(4)
                const target = dice.pick([...now.values()])
                if (kind < 2 || now.size === 0) {
                  const [said] = yield* log.append([draft(content)])
                  assert(said?._tag === "accepted")
                  const { messageId, seq, timestamp } = said.message
                  const place = { roomId: lobby, epoch: said.stream.epoch, seq }
                  const one = {
                    ...place,
                    userId: alice,
                    messageId,
                    at: Date.parse(timestamp),
                    json: said.stream.text(seq)
                  }
                  now.set(`${place.epoch} ${seq}`, one)
                  said.stream.served = said.stream.head
                } else {
                  const change =
                    kind === 2
                      ? ({ kind: "edited", content: Content.make(content), mentions: [] } as const)
                      : ({ kind: "deleted" } as const)
                  const [made] = yield* log.amend([{ target, change, by: alice }])
                  if (made?._tag === "amended")
                    now.set(`${target.epoch} ${target.seq}`, { ...target, json: made.amendment.json })
                }
                if (dice.below(3) === 0) yield* drainSome(1 + dice.below(8))
                const text = dice.pick(["her", "stork", "heron canal", "机"])
                const right = [...now.values()]
                  .toSorted((a, b) => b.epoch - a.epoch || b.seq - a.seq)
                  .filter(({ json }) => isFound(soughtIn(text), json))
                const { found } = yield* searchAll(text, 1 + dice.below(20))
                assert.deepStrictEqual(found, jsons(right), `seed ${seed} life ${life} step ${step}: ${text}`)
              }
              if (dice.below(2) === 0) yield* drainEverything
            }).pipe(Effect.provide(journalSite(room), { local: true }))
          }
        }
      })
  )
})
