import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { Mailbox } from "../../src/actor/Mailbox.ts"
import { framePayload } from "../../src/actor/textFrame.ts"
import type { Dialect } from "../../src/domain/ClientFrame.ts"
import { UserId } from "../../src/domain/UserId.ts"
import { Username } from "../../src/domain/Username.ts"
import { Client } from "../../src/hub/Client.ts"
import { drain, type Handle } from "../../src/ws/drain.ts"

const crowd = Effect.fnUntraced(function* (count: number, dialect: Dialect) {
  const clock = yield* Clock.Clock
  const told: Array<number> = []
  const closed: Array<{ readonly code: number; readonly at: number }> = []
  const handles = Array.from({ length: count }, (_, i): Handle => {
    const sink = {
      write: (frame: Buffer) => {
        told.push(JSON.parse(framePayload(frame)).reconnectAfterMs)
        return 0
      }
    }
    const mailbox = new Mailbox(sink, { ownBytes: 1024, unsentBytes: 1024 }, { end: () => {} })
    const identity = { connectionId: `c${i}`, userId: UserId.make("u"), username: Username.make("U"), dialect }
    return {
      client: new Client(identity, mailbox),
      end: ({ code }) => void closed.push({ code, at: clock.currentTimeMillisUnsafe() })
    }
  })
  return { told, closed, handles }
})

describe("drain", () => {
  // E4, F7
  it.effect("tells everyone at once and closes them evenly over the window", () =>
    Effect.gen(function* () {
      const { closed, handles, told } = yield* crowd(1000, "hubbub.v1")
      const fiber = yield* Effect.forkChild(drain(() => handles, Effect.void, { windowMs: 5000, graceMs: 8000 }))
      yield* TestClock.adjust(0)
      assert.strictEqual(told.length, 1000)
      assert.isEmpty(closed)
      yield* TestClock.adjust("6 seconds")
      yield* Fiber.join(fiber)
      assert.strictEqual(closed.length, 1000)
      assert.isTrue(closed.every(({ code }) => code === 1012))
      for (let second = 0; second < 5; second++) {
        const during = closed.filter(({ at }) => at > second * 1000 && at <= (second + 1) * 1000).length
        assert.strictEqual(during, 200, `in second ${second}`)
      }
      // each is told to come back after its own close, not all at once
      assert.isAtLeast(new Set(told).size, 900)
      told.forEach((ms, i) => assert.isAtLeast(ms, closed[i]!.at))
    })
  )

  it.effect("gives up on those that do not go, when the grace is over", () =>
    Effect.gen(function* () {
      const { handles } = yield* crowd(3, "plain")
      const fiber = yield* Effect.forkChild(drain(() => handles, Effect.never, { windowMs: 1000, graceMs: 3000 }))
      yield* TestClock.adjust(2999)
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust(1)
      yield* Fiber.join(fiber)
    })
  )

  it.effect("is over at once with nobody there", () => drain(() => [], Effect.never, { windowMs: 5000, graceMs: 8000 }))
})
