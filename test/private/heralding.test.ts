/** Who is told of private rooms, and how those are seen out who left one: on the real engine, with the clock in the test's hand. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { Connections } from "../../src/connection/Connections.ts"
import * as heralding from "../../src/connection/heralding.ts"
import { Hub } from "../../src/hub/Hub.ts"
import { Herald } from "../../src/private/Herald.ts"
import { configuration, connect, engineLayer, said, settle, subscribe } from "../support/Engine.ts"
import { room, user } from "./House.ts"

const config = configuration()
const den = room("group:den")

const served = <A, E, R>(test: Effect.Effect<A, E, R>) =>
  Effect.provide(test, heralding.layer.pipe(Layer.provideMerge(engineLayer(config))))

/** Puts a user's connections into a room as one would be that was let in. */
const seat = Effect.fnUntraced(function* (name: string) {
  const hub = yield* Hub
  // the hub has to know them first
  yield* settle
  for (const { client } of (yield* Connections).of(user(name))) {
    hub.submit({ _tag: "Subscribe", client, ref: undefined, roomId: den, after: undefined, history: 0 })
  }
})

const seated = Effect.fnUntraced(function* (name: string) {
  yield* settle
  return Array.from((yield* Connections).of(user(name)), ({ client }) => client.rooms.has(den))
})

describe("a herald", () => {
  it.effect("tells all of a user's connections, but for plain ones, and nobody else's", () =>
    served(
      Effect.gen(function* () {
        const sockets = [yield* connect(config, "ann"), yield* connect(config, "ann")]
        const plain = yield* connect(config, "ann", { dialect: "plain" })
        const bob = yield* connect(config, "bob")
        const herald = yield* Herald
        herald.tell(user("ann"), { type: "invited", roomId: den, by: user("bob") })
        yield* settle
        for (const socket of sockets) {
          const told: ReadonlyArray<unknown> = socket.of("invited")
          assert.deepEqual(told, [{ type: "invited", roomId: "group:den", by: "bob" }])
        }
        assert.isEmpty(plain.of("invited"))
        assert.isEmpty(bob.of("invited"))
        herald.tell(user("nobody"), { type: "invited", roomId: den, by: user("bob") })
      })
    )
  )

  it.effect("sees out every connection at once, and tells those that were not in", () =>
    served(
      Effect.gen(function* () {
        const inside = yield* connect(config, "ann")
        yield* seat("ann")
        yield* settle
        const outside = yield* connect(config, "ann")
        assert.deepEqual(yield* seated("ann"), [true, false])
        const herald = yield* Herald
        herald.expel(user("ann"), den)
        assert.deepEqual(yield* seated("ann"), [false, false])
        for (const socket of [inside, outside]) {
          assert.deepEqual(socket.of("unsubscribed"), [{ type: "unsubscribed", roomId: den }])
        }
      })
    )
  )

  it.effect("sees out who was let in before and comes in after", () =>
    served(
      Effect.gen(function* () {
        yield* connect(config, "ann")
        const herald = yield* Herald
        herald.expel(user("ann"), den)
        for (const wait of ["0 millis", "10 seconds", "15 seconds"] as const) {
          yield* TestClock.adjust(wait)
          yield* seat("ann")
          assert.deepEqual(yield* seated("ann"), [true])
          yield* TestClock.adjust("250 millis")
          assert.deepEqual(yield* seated("ann"), [false])
        }
      })
    )
  )

  it.effect("lets those be who are taken in again", () =>
    served(
      Effect.gen(function* () {
        yield* connect(config, "ann")
        const herald = yield* Herald
        herald.expel(user("ann"), den)
        herald.admit(user("ann"), den)
        yield* seat("ann")
        yield* TestClock.adjust("60 seconds")
        assert.deepEqual(yield* seated("ann"), [true])
      })
    )
  )

  it.effect("leaves others and other rooms alone", () =>
    served(
      Effect.gen(function* () {
        yield* connect(config, "bob")
        const ann = yield* connect(config, "ann")
        yield* subscribe(ann, "lobby")
        yield* seat("bob")
        const herald = yield* Herald
        herald.expel(user("ann"), den)
        yield* TestClock.adjust("1 second")
        assert.deepEqual(yield* seated("bob"), [true])
        ann.say({ type: "chat", roomId: "lobby", content: "still here" })
        yield* ann.when(() => said(ann).length > 0)
        assert.deepEqual(said(ann), ["still here"])
      })
    )
  )
})
