import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Supervisor } from "../../src/actor/Supervisor.ts"
import { RoomId } from "../../src/domain/RoomId.ts"
import { Recall } from "../../src/log/Recall.ts"
import { RoomLog } from "../../src/log/RoomLog.ts"
import { Vitals } from "../../src/observability/Vitals.ts"
import { history, persistence } from "../../src/Persistence.ts"
import * as MemoryStore from "../../src/store/MemoryStore.ts"
import { draft } from "../contract/roomLog.ts"
import { keepLogs } from "../log/journal/fixture.ts"
import { configuration } from "../support/Engine.ts"

const lobby = RoomId.make("lobby")
const drafts = Array.from({ length: 100 }, (_, i) => draft(String(i + 1)))
const range = (after: number, to: number) => Recall.use((recall) => recall.range(lobby, after, to, 1_000_000))

describe("a room's past for the hub", () => {
  it.effect("is nothing, and nothing to log, where nothing outlives memory", () => {
    const lines: Array<string> = []
    const config = configuration({ durability: "memory", roomLogMessages: 16, roomLogBurstMs: 0 })
    return Effect.gen(function* () {
      const log = yield* RoomLog
      const stream = log.stream(lobby)
      for (const one of drafts) {
        yield* log.append([one])
        stream.served = stream.head
      }
      assert.isAbove(stream.oldest, 50)
      const to = stream.oldest - 1
      assert.deepStrictEqual(yield* range(10, to), { from: to, messages: [] })
      assert.deepStrictEqual(lines, [])
    }).pipe(
      Effect.provide(
        Layer.provideMerge(persistence(config), Layer.mergeAll(Supervisor.layer, Vitals.layer, keepLogs(lines)))
      )
    )
  })

  it.effect("is nothing, and nothing to log, once the room has begun anew", () => {
    const lines: Array<string> = []
    const log = RoomLog.layerMemory({ messages: 1000, bytes: 1_000_000, burstMs: 0 })
    return Effect.gen(function* () {
      const { append, forget } = yield* RoomLog
      yield* append(drafts)
      assert.lengthOf((yield* range(10, 100)).messages, 90)
      forget(lobby)
      yield* append([draft("1")])
      assert.deepStrictEqual(yield* range(10, 100), { from: 100, messages: [] })
      assert.deepStrictEqual(lines, [])
    }).pipe(
      Effect.provide(
        history.pipe(Layer.provide(MemoryStore.layer), Layer.provideMerge(Layer.merge(log, keepLogs(lines))))
      )
    )
  })
})
