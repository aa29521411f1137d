import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Layer } from "effect"
import { Judge } from "../../src/connection/Gate.ts"
import { Content } from "../../src/domain/Content.ts"
import { RoomId } from "../../src/domain/RoomId.ts"
import { UserId } from "../../src/domain/UserId.ts"
import { Moderation } from "../../src/moderation/Moderation.ts"
import { configuration, connect, engineLayer, said, settle, subscribe } from "../support/Engine.ts"

const config = configuration()

const judged = (ask: Judge["ask"]) => engineLayer(config).pipe(Layer.provideMerge(Layer.succeed(Judge, { ask })))

const say = (content: string, ref?: number) => ({
  type: "chat",
  roomId: "lobby",
  content,
  ...(ref === undefined ? {} : { ref })
})

describe("a message that is judged before it is published", () => {
  const byWord = judged(({ content }) =>
    Effect.sync(() => {
      if (content.includes("bad")) return { _tag: "reject", reason: "mind your words" } as const
      if (content.includes("rude")) return { _tag: "rewrite", content: Content.make("kind") } as const
      return { _tag: "allow" } as const
    })
  )

  it.effect("is published, refused with the reason, or published as something else", () =>
    Effect.gen(function* () {
      const alice = yield* connect(config, "alice")
      const bob = yield* connect(config, "bob")
      yield* subscribe(alice, "lobby")
      yield* subscribe(bob, "lobby")
      alice.say(say("good", 1))
      alice.say(say("bad", 2))
      alice.say(say("rude", 3))
      yield* alice.until("ack", ({ ref }) => ref === 3)
      assert.deepInclude(alice.of("error")[0], {
        ref: 2,
        code: "rejected",
        message: "mind your words",
        field: "content"
      })
      yield* bob.when(() => said(bob).length === 2)
      assert.deepStrictEqual(said(bob), ["good", "kind"])
    }).pipe(Effect.provide(byWord))
  )

  it.effect.each(["mute", "ban"] as const)(
    "is not published or changed after a %s that came while it was judged",
    (action) =>
      Effect.gen(function* () {
        const slow = yield* Deferred.make<void>()
        const layer = judged(({ content }) =>
          Effect.as(content === "first" ? Effect.void : Deferred.await(slow), { _tag: "allow" } as const)
        )
        yield* Effect.gen(function* () {
          const eve = yield* connect(config, "eve")
          const bob = yield* connect(config, "bob")
          yield* subscribe(eve, "lobby")
          yield* subscribe(bob, "lobby")
          eve.say(say("first", 1))
          const { messageId } = yield* eve.until("ack", ({ ref }) => ref === 1)
          eve.say({ type: "edit", roomId: "lobby", messageId, content: "changed", ref: 2 })
          eve.say(say("second", 3))
          yield* settle
          const by = { userId: undefined, name: "a test", via: "http", moderates: () => true } as const
          const moderation = yield* Moderation
          yield* moderation!.order({ action, userId: UserId.make("eve"), roomId: RoomId.make("lobby") }, by)
          yield* Deferred.succeed(slow, undefined)
          for (const ref of [2, 3]) yield* eve.until("error", (frame) => frame["ref"] === ref)
          assert.deepStrictEqual(said(bob), ["first"])
          assert.isEmpty(bob.of("edited"))
        }).pipe(Effect.provide(layer))
      })
  )

  it.effect("waits for its turn, while its sender is heard and others go on", () =>
    Effect.gen(function* () {
      const slow = yield* Deferred.make<void>()
      const layer = judged(({ content }) =>
        Effect.as(content === "slow" ? Deferred.await(slow) : Effect.void, { _tag: "allow" } as const)
      )
      yield* Effect.gen(function* () {
        const alice = yield* connect(config, "alice")
        const bob = yield* connect(config, "bob")
        yield* subscribe(alice, "lobby")
        yield* subscribe(bob, "lobby")
        alice.say(say("slow"))
        alice.say(say("quick"))
        alice.say({ type: "ping" })
        yield* alice.until("pong")
        bob.say(say("other", 1))
        yield* bob.until("ack")
        yield* settle
        assert.deepStrictEqual(said(bob), ["other"])
        yield* Deferred.succeed(slow, undefined)
        yield* bob.when(() => said(bob).length === 3)
        assert.deepStrictEqual(said(bob), ["other", "slow", "quick"])
      }).pipe(Effect.provide(layer))
    })
  )

  it.effect("is refused as overloaded where too many wait, and forgotten where its sender leaves", () =>
    Effect.gen(function* () {
      const alice = yield* connect(config, "alice")
      const bob = yield* connect(config, "bob")
      yield* subscribe(alice, "lobby")
      yield* subscribe(bob, "lobby")
      for (let n = 1; n <= 40; n++) alice.say(say(String(n), n))
      yield* alice.when(() => alice.of("error").length === 8)
      assert.deepInclude(alice.of("error")[0], { ref: 33, code: "overloaded", retryAfterMs: 250 })
      alice.leave()
      yield* settle
      assert.deepStrictEqual(said(bob), [])
    }).pipe(Effect.provide(judged(() => Effect.never)))
  )

  it.effect("is refused where the judge fails, and the next one is judged", () =>
    Effect.gen(function* () {
      const alice = yield* connect(config, "alice")
      yield* subscribe(alice, "lobby")
      alice.say(say("boom", 1))
      alice.say(say("fine", 2))
      yield* alice.until("ack", ({ ref }) => ref === 2)
      assert.deepInclude(alice.of("error")[0], { ref: 1, code: "internal" })
    }).pipe(
      Effect.provide(
        judged(({ content }) =>
          content === "boom" ? Effect.die("broken") : Effect.succeed({ _tag: "allow" } as const)
        )
      )
    )
  )
})
