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

  it.effect("gives those who come back from everywhere parts of few buffers, each what it missed", () =>
    Effect.gen(function* () {
      const log = yield* RoomLog
      const stream = log.stream(RoomId.make("lobby"))
      for (let i = 1; i <= 400; i++) yield* log.append([draft(`message ${i}`)])
      const buffers = new Set<ArrayBufferLike>()
      for (let i = 0; i < 399; i++) {
        const from = (i * 157) % 399
        const body = stream.body(from, 400)
        buffers.add(body.buffer)
        const said: ReadonlyArray<{ readonly content: string }> = JSON.parse(`[${body.toString()}]`)
        assert.deepStrictEqual(
          said.map(({ content }) => content),
          Array.from({ length: 400 - from }, (_, n) => `message ${from + n + 1}`)
        )
      }
      assert.isBelow(buffers.size, 12)
    }).pipe(Effect.provide(RoomLog.layerMemory({ messages: 1000, bytes: 2 ** 30, burstMs: 0 })))
  )
})
