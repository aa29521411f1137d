import { assert, describe, it } from "@effect/vitest"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { FaultPoint } from "../../src/actor/FaultPoint.ts"
import { Supervisor } from "../../src/actor/Supervisor.ts"
import { RoomId } from "../../src/domain/RoomId.ts"
import type { Entry } from "../../src/log/Entry.ts"
import * as JournalLog from "../../src/log/JournalLog.ts"
import { OpenJournal } from "../../src/log/OpenJournal.ts"
import { RoomLog } from "../../src/log/RoomLog.ts"
import { Drain } from "../../src/store/Drain.ts"
import * as MemoryStore from "../../src/store/MemoryStore.ts"
import { EntriesRefused, MessageStore, StoreUnavailable } from "../../src/store/MessageStore.ts"
import { Vigil } from "../../src/store/Vigil.ts"
import { draft } from "../contract/roomLog.ts"

const lobby = RoomId.make("lobby")

/** A store in memory that can be away, and refuses some texts; it notes what it was asked. */
class Moody {
  away = false
  readonly refused = new Set<string>()
  readonly puts: Array<ReadonlyArray<number>> = []

  readonly layer = Layer.effect(
    MessageStore,
    Effect.map(MessageStore, (store) => {
      const unless = <A, E>(call: Effect.Effect<A, E>): Effect.Effect<A, E | StoreUnavailable> =>
        Effect.suspend((): Effect.Effect<A, E | StoreUnavailable> =>
          this.away ? Effect.fail(new StoreUnavailable({ reason: "away" })) : call
        )
      return MessageStore.of({
        ...store,
        batch: 50,
        put: (entries) =>
          Effect.suspend((): Effect.Effect<void, EntriesRefused | StoreUnavailable> => {
            this.puts.push(entries.map(({ seq }) => seq))
            const bad = entries.some(({ json }) => this.refused.has(JSON.parse(json).content))
            return bad ? Effect.fail(new EntriesRefused({ reason: "too odd" })) : unless(store.put(entries))
          }),
        room: (roomId, stretch) => unless(store.room(roomId, stretch)),
        check: unless(store.check)
      })
    })
  ).pipe(Layer.provide(MemoryStore.layer))
}

const directory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "hubbub-test-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

const on = (path: string, moody: Moody) =>
  Drain.layer({ lingerMs: 100, lingerCount: 25, stopMs: 1000, deadLetters: join(path, "dead.ndjson") }).pipe(
    Layer.provideMerge(Vigil.layer),
    Layer.provideMerge(moody.layer),
    Layer.provideMerge(
      JournalLog.layer(
        { directory: path, durability: "journal", segmentBytes: 65_536, maxBacklogBytes: 100_000, idleMs: 600_000 },
        { messages: 10_000, bytes: 2 ** 30, burstMs: 0 }
      )
    ),
    Layer.provideMerge(Supervisor.layer),
    Layer.orDie
  )

/** Lets time pass, and what waits for the disk meanwhile happen, until something is so. */
const passUntil = Effect.fnUntraced(function* (holds: () => boolean, step = 20) {
  for (let i = 0; i < 2000; i++) {
    if (holds()) return
    yield* TestClock.adjust(step)
    yield* Effect.promise(() => new Promise((next) => setImmediate(next)))
  }
  assert.fail("it never was so")
})

const say = (from: number, to: number) =>
  Effect.flatMap(RoomLog, (log) => log.append(Array.from({ length: to - from + 1 }, (_, i) => draft(String(from + i)))))

const stored = (store: MessageStore["Service"]) =>
  Effect.map(store.room(lobby, { limit: 10_000, order: "oldest" }), (entries: ReadonlyArray<Entry>) =>
    entries.map(({ json }) => Number(JSON.parse(json).content))
  )

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

const withDrain = <A, E>(
  test: (
    moody: Moody,
    path: string
  ) => Effect.Effect<A, E, RoomLog | OpenJournal | Drain | Vigil | MessageStore | Supervisor>
) =>
  Effect.gen(function* () {
    const path = yield* directory
    const moody = new Moody()
    return yield* test(moody, path).pipe(Effect.provide(on(path, moody), { local: true }))
  })

describe("drain", () => {
  it.effect("waits for company before it bothers the store, but not for long", () =>
    withDrain((moody) =>
      Effect.gen(function* () {
        const { journal } = yield* OpenJournal
        yield* say(1, 3)
        yield* TestClock.adjust(50)
        yield* say(4, 5)
        assert.deepStrictEqual(moody.puts, [])
        yield* passUntil(() => journal.drained === journal.lsn)
        assert.deepStrictEqual(moody.puts, [numbers(1, 5)])
        // enough company does not wait
        yield* say(6, 35)
        yield* passUntil(() => journal.drained === journal.lsn, 1)
        assert.deepStrictEqual(moody.puts[1], numbers(6, 35))
        assert.deepStrictEqual(yield* stored(yield* MessageStore), numbers(1, 35))
        assert.deepInclude((yield* Drain).status(), { store: "ok", healthy: true, drained: 35, backlogBytes: 0 })
      })
    )
  )

  it.effect("keeps on trying a store that is away, in order, and has everything there once when it is back", () =>
    withDrain((moody) =>
      Effect.gen(function* () {
        const { journal } = yield* OpenJournal
        const { status } = yield* Drain
        moody.away = true
        yield* say(1, 120)
        yield* passUntil(() => status().store === "degraded", 10)
        yield* passUntil(() => status().store === "unavailable")
        assert.isFalse(status().healthy)
        assert.strictEqual(status().why, "away")
        yield* say(121, 200)
        assert.isAbove(status().backlogBytes, 0)
        const before = moody.puts.length
        yield* TestClock.adjust("30 seconds")
        assert.isBelow(moody.puts.length - before, 60)
        yield* passUntil(() => status().oldestMs > 30_000)
        moody.away = false
        yield* passUntil(() => journal.drained === journal.lsn)
        assert.deepStrictEqual(yield* stored(yield* MessageStore), numbers(1, 200))
        yield* passUntil(() => status().store === "ok")
        assert.deepInclude(status(), { store: "ok", healthy: true, backlogBytes: 0, deadLetters: 0 })
      })
    )
  )

  it.effect("finds the message that the store will never take, sets it aside, and moves the rest", () =>
    withDrain((moody, path) =>
      Effect.gen(function* () {
        const { journal } = yield* OpenJournal
        for (const bad of ["7", "40"]) moody.refused.add(bad)
        yield* say(1, 45)
        yield* passUntil(() => journal.drained === journal.lsn)
        assert.deepStrictEqual(
          yield* stored(yield* MessageStore),
          numbers(1, 45).filter((n) => n !== 7 && n !== 40)
        )
        assert.strictEqual((yield* Drain).status().deadLetters, 2)
        const letters = readFileSync(join(path, "dead.ndjson"), "utf8").trim().split("\n")
        assert.deepStrictEqual(
          letters.map((line) => {
            const { json, reason, roomId, seq } = JSON.parse(line)
            return [reason, roomId, seq, JSON.parse(json).content]
          }),
          [
            ["too odd", "lobby", 7, "7"],
            ["too odd", "lobby", 40, "40"]
          ]
        )
      })
    )
  )

  // F49
  it.effect("starts again after a crash, and loses and repeats nothing", () => {
    let crashes = 3
    return withDrain((_moody, path) =>
      Effect.gen(function* () {
        const { journal } = yield* OpenJournal
        yield* say(1, 30)
        yield* passUntil(() => journal.drained === journal.lsn)
        yield* say(31, 60)
        yield* passUntil(() => journal.drained === journal.lsn)
        assert.deepStrictEqual(yield* stored(yield* MessageStore), numbers(1, 60))
        assert.strictEqual((yield* Supervisor).crashes(), 3)
        assert.isFalse(existsSync(join(path, "dead.ndjson")))
      })
    ).pipe(
      Effect.provideService(FaultPoint, (point) =>
        point === "drain/stored" && crashes-- > 0 ? Effect.die(new Error("crash")) : Effect.void
      )
    )
  })

  it.effect("says that it is behind when messages have waited for over a minute", () =>
    withDrain((moody) =>
      Effect.gen(function* () {
        const { status } = yield* Drain
        moody.away = true
        yield* say(1, 1)
        yield* passUntil(() => status().oldestMs > 60_000, 1000)
        assert.isFalse(status().healthy)
      })
    )
  )

  it.effect("hands over what is left on a stop", () =>
    Effect.gen(function* () {
      const path = yield* directory
      const moody = new Moody()
      const puts = yield* Effect.gen(function* () {
        yield* say(1, 120)
        return moody.puts
      }).pipe(Effect.provide(on(path, moody), { local: true }))
      assert.deepStrictEqual(puts.flat(), numbers(1, 120))
    })
  )
})
