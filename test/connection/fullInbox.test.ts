/** How a connection ends while the hub cannot be told: it waits for one that is busy, and for no other. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Scope } from "effect"
import { TestClock } from "effect/testing"
import { FaultPoint, type FaultPointName } from "../../src/actor/FaultPoint.ts"
import { Supervisor } from "../../src/actor/Supervisor.ts"
import { Hub } from "../../src/hub/Hub.ts"
import { configuration, connect, engineLayer, settle } from "../support/Engine.ts"
import type { FakeSocket } from "../support/FakeSocket.ts"

const codeOf = (socket: FakeSocket) => socket.closed?.code

describe("a connection whose hub has a full inbox", () => {
  /** Fills the inbox of a hub that takes nothing more. */
  const fill = Effect.map(Hub, (hub) => {
    while (hub.submit({ _tag: "Tick" }));
  })

  it.effect("ends when the hub was given up", () => {
    const config = configuration({ hubInbox: 8 })
    let permanent = false
    const fault = () => Effect.suspend(() => (permanent ? Effect.die(new Error("always")) : Effect.void))
    return Effect.gen(function* () {
      const supervisor = yield* Supervisor
      const [early, late] = [yield* connect(config, "early"), yield* connect(config, "late")]
      permanent = true
      // leaves while there is hope
      yield* fill
      early.leave()
      for (let i = 0; i < 20 && supervisor.healthy(); i++) {
        assert.isUndefined(early.closed)
        yield* TestClock.adjust(1000)
        yield* settle
        if (supervisor.healthy()) yield* fill
      }
      assert.isFalse(supervisor.healthy())
      yield* fill
      late.leave()
      yield* settle
      yield* TestClock.adjust(1000)
      for (const socket of [early, late]) yield* socket.when(() => socket.closed !== undefined)
    }).pipe(Effect.provide(engineLayer(config)), Effect.provideService(FaultPoint, fault))
  })

  it.effect("waits for a hub that is only busy, and is not forgotten", () => {
    const config = configuration({ hubInbox: 8 })
    const gate = Deferred.makeUnsafe<void>()
    let busy = false
    const fault = (point: FaultPointName) =>
      Effect.suspend(() => (busy && point === "hub/taken" ? Deferred.await(gate) : Effect.void))
    return Effect.gen(function* () {
      const hub = yield* Hub
      const client = yield* connect(config, "client", { room: "lobby" })
      busy = true
      yield* settle
      yield* fill
      yield* TestClock.adjust(1000)
      yield* fill
      client.leave()
      yield* settle
      yield* TestClock.adjust("1 minute")
      assert.isUndefined(client.closed)
      yield* Deferred.succeed(gate, undefined)
      yield* client.when(() => client.closed !== undefined)
      yield* settle
      assert.strictEqual((yield* hub.size).clients, 0)
    }).pipe(Effect.provide(engineLayer(config)), Effect.provideService(FaultPoint, fault))
  })

  it.effect("ends when it is cut off, whatever the hub does", () => {
    const config = configuration({ hubInbox: 8 })
    let hung = false
    const fault = (point: FaultPointName) => (hung && point === "hub/taken" ? Effect.never : Effect.void)
    return Effect.gen(function* () {
      const scope = yield* Scope.make()
      const [leaving, there] = [
        yield* Scope.provide(connect(config, "leaving"), scope),
        yield* Scope.provide(connect(config, "there"), scope)
      ]
      hung = true
      yield* TestClock.adjust(1000)
      yield* settle
      yield* fill
      leaving.leave()
      yield* settle
      assert.isUndefined(leaving.closed)
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual(codeOf(there), 1012)
      assert.strictEqual(codeOf(leaving), 1001)
    }).pipe(Effect.provide(engineLayer(config)), Effect.provideService(FaultPoint, fault))
  })
})
