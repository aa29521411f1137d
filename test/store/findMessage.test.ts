/** How far messages are looked for whose place nobody says, and how many at a time. */
import { assert, describe, it } from "@effect/vitest"
import { randomUUID } from "node:crypto"
import { Effect, Exit, Fiber, Latch } from "effect"
import { MessageId } from "../../src/domain/MessageId.ts"
import { RoomId } from "../../src/domain/RoomId.ts"
import { UserId } from "../../src/domain/UserId.ts"
import type { Search } from "../../src/store/findMessage.ts"
import { History } from "../../src/store/History.ts"
import { entry } from "../contract/messageStore.ts"
import { settle } from "../support/Engine.ts"
import { Past } from "../support/Past.ts"

const lobby = RoomId.make("lobby")
const alice = UserId.make("alice")

const run = (from: number, to: number, more: Parameters<typeof entry>[1] = {}) =>
  Array.from({ length: to - from + 1 }, (_, i) => entry(from + i, more))

const find = (messageId: MessageId, search: Search) =>
  History.use((history) => history.find(lobby, messageId, undefined, search))
const everyone = Effect.fnUntraced(function* (messageId: MessageId) {
  const { beyond, remembered } = yield* (yield* History).findAll(lobby, messageId)
  return [...remembered, ...(yield* beyond)]
})
const nowhere = () => MessageId.make(randomUUID())

describe("a message whose place nobody says", () => {
  it.effect("is found among the newest 2,000 of the store, or 20,000 where it is looked for far", () => {
    const past = new Past()
    return Effect.gen(function* () {
      const all = run(1, 20_001)
      past.add(all)
      yield* past.cut(lobby, 20_002)
      const seqOf = (seq: number, far: boolean) =>
        Effect.map(find(all[seq - 1]!.messageId, { author: alice, far }), (found) => found?.seq)
      assert.strictEqual(yield* seqOf(18_002, false), 18_002)
      assert.isUndefined(yield* seqOf(18_001, false))
      assert.strictEqual(yield* seqOf(2, true), 2)
      assert.isUndefined(yield* seqOf(1, true))
      past.asked = 0
      yield* find(nowhere(), { author: alice, far: false })
      assert.strictEqual(past.asked, 4)
    }).pipe(Effect.provide(past.layer))
  })

  it.effect("is its author's, though others said something under its id since, unless anyone's will do", () => {
    const past = new Past()
    return Effect.gen(function* () {
      const [own] = run(1, 1)
      const messageId = MessageId.make(own!.messageId.toUpperCase())
      past.add([own!, ...run(2, 900), entry(901, { userId: "mallory", messageId }), ...run(902, 1000)])
      yield* past.cut(lobby, 950)
      const seqOf = (search: Search) => Effect.map(find(messageId, search), (found) => found?.seq)
      assert.strictEqual(yield* seqOf({ author: alice, far: false }), 1)
      assert.strictEqual(yield* seqOf({ author: alice, far: true, anyones: true }), 901)
      assert.strictEqual(yield* seqOf({ far: false }), 901)
      assert.strictEqual(yield* seqOf({ author: UserId.make("bob"), far: false }), 901)
      assert.deepStrictEqual(
        (yield* everyone(messageId)).map(({ seq }) => seq),
        [901, 1]
      )
      assert.isEmpty(yield* everyone(nowhere()))
    }).pipe(Effect.provide(past.layer))
  })

  it.effect("is looked for alone; eight may wait, and no more are taken until one is done", () => {
    const past = new Past()
    return Effect.gen(function* () {
      const all = run(1, 10)
      past.add(all)
      yield* past.cut(lobby, 11)
      const gate = yield* Latch.make(false)
      past.beforeStore = gate.await
      const search = find(all[0]!.messageId, { author: alice, far: false })
      const searches = yield* Effect.forEach(Array.from({ length: 9 }), () => Effect.forkChild(search))
      yield* settle
      assert.strictEqual(past.asked, 1)
      const refused = yield* Effect.flip(search)
      assert.deepInclude(refused, { _tag: "TooManySearches", retryAfterMs: 1000 })
      assert.strictEqual((yield* Effect.flip(everyone(nowhere())))._tag, "TooManySearches")
      // one with a place is no search
      const placed = yield* Effect.forkChild(
        History.use((history) => history.find(lobby, all[0]!.messageId, { epoch: 1, seq: 1 }))
      )
      // who no longer waits makes room, whether it was under way or not
      yield* Fiber.interrupt(searches[0]!)
      yield* Fiber.interrupt(searches[5]!)
      const others = [yield* Effect.forkChild(search), yield* Effect.forkChild(search)]
      yield* settle
      assert.strictEqual((yield* Effect.flip(search))._tag, "TooManySearches")
      yield* gate.open
      for (const fiber of [...searches.filter((_, i) => i !== 0 && i !== 5), ...others, placed]) {
        const exit = yield* Fiber.await(fiber)
        assert.isTrue(Exit.isSuccess(exit) && exit.value?.seq === 1)
      }
      assert.strictEqual((yield* search)?.seq, 1)
    }).pipe(Effect.provide(past.layer))
  })
})
