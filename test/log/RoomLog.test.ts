import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { RoomId } from "../../src/domain/RoomId.ts"
import { RoomLog } from "../../src/log/RoomLog.ts"
import { idempotencyKey } from "../../src/log/RoomStream.ts"
import { draft, roomLogContract } from "../contract/roomLog.ts"

roomLogContract("memory", RoomLog.layerMemory, { remembersForgotten: false })

describe("memory log", () => {
  it.effect("has an epoch of its own in every process, so that nobody resumes into another one's stream", () =>
    Effect.gen(function* () {
      const epochs = new Set<number>()
      for (let i = 0; i < 50; i++) {
        const log = yield* RoomLog.pipe(
          Effect.provide(RoomLog.layerMemory({ messages: 16, bytes: 1024, burstMs: 0 }), { local: true })
        )
        yield* log.append([draft("hello")])
        epochs.add(log.stream(RoomId.make("lobby")).epoch)
      }
      assert.strictEqual(epochs.size, 50)
    })
  )

  it.effect("forgets the ids of what it has evicted, and only those", () =>
    Effect.gen(function* () {
      const log = yield* RoomLog
      const stream = log.stream(RoomId.make("lobby"))
      const drafts = Array.from({ length: 100 }, (_, i) => draft(`message ${i}`))
      for (const one of drafts) {
        yield* log.append([one])
        stream.served = stream.head
      }
      drafts.forEach(({ messageId, userId }, i) => {
        assert.strictEqual(stream.find(idempotencyKey(userId, messageId)), i + 1 >= stream.oldest ? i + 1 : undefined)
      })
      assert.strictEqual(stream.oldest, 85)
    }).pipe(Effect.provide(RoomLog.layerMemory({ messages: 16, bytes: 2 ** 30, burstMs: 0 })))
  )
})
