import { assert, describe, it } from "@effect/vitest"
import { randomUUID } from "node:crypto"
import { Effect, Layer } from "effect"
import { Judge } from "../../src/connection/Gate.ts"
import { Content } from "../../src/domain/Content.ts"
import { lobby, say } from "../support/Amending.ts"
import { configuration, connect, engineLayer, settle } from "../support/Engine.ts"
import type { FakeSocket } from "../support/FakeSocket.ts"

const config = configuration()
const layer = engineLayer(config)

/** Sends a frame and waits for what its `ref` is answered with. */
const ask = Effect.fnUntraced(function* (socket: FakeSocket, frame: Readonly<Record<string, unknown>>) {
  const ref = randomUUID()
  socket.say({ ...frame, ref })
  yield* socket.when(() => socket.frames.some((answer) => answer["ref"] === ref))
  return socket.frames.find((answer) => answer["ref"] === ref)!
})

const mentionsIn = (socket: FakeSocket, content: string) =>
  Effect.map(
    Effect.suspend(() => {
      const has = () => socket.frames.find((frame) => frame["content"] === content && "seq" in frame)
      return Effect.map(
        socket.when(() => has() !== undefined),
        () => has()!
      )
    }),
    (frame) => frame["mentions"]
  )

const inLobby = (user: string) => connect(config, user, { room: "lobby" })

describe("whom a message speaks to", () => {
  it.effect("is on the message of every kind, whoever they are, and on none that speaks to nobody", () =>
    Effect.gen(function* () {
      const [ann, bob] = [yield* inLobby("ann"), yield* inLobby("bob")]
      const plain = yield* connect(config, "carol", { room: "lobby", dialect: "plain" })
      ann.say({ type: "chat", roomId: "lobby", content: "hi @bob, and @nobody-here", mentions: ["dora", "bob"] })
      assert.deepStrictEqual(yield* mentionsIn(bob, "hi @bob, and @nobody-here"), ["dora", "bob", "nobody-here"])
      assert.deepStrictEqual(yield* mentionsIn(plain, "hi @bob, and @nobody-here"), ["dora", "bob", "nobody-here"])
      ann.say({ type: "system", roomId: "lobby", content: "ask @ann", mentions: [] })
      assert.deepStrictEqual(yield* mentionsIn(bob, "ask @ann"), ["ann"])
      plain.say({ type: "chat", content: "@ann: no", mentions: ["eve"] })
      assert.deepStrictEqual(yield* mentionsIn(ann, "@ann: no"), ["eve", "ann"])
      ann.say({ type: "direct", to: "bob", content: "what of @carol?" })
      assert.deepStrictEqual(yield* mentionsIn(bob, "what of @carol?"), ["carol"])
      yield* say(ann, "nobody@example.org")
      yield* settle
      assert.isEmpty(plain.frames.filter(({ content }) => content === "what of @carol?"))
      assert.notProperty(bob.of("chat").at(-1), "mentions")
    }).pipe(Effect.provide(layer))
  )

  it.effect("does not tell a repeat from the message", () =>
    Effect.gen(function* () {
      const ann = yield* inLobby("ann")
      const messageId = randomUUID()
      const message = { type: "chat", roomId: "lobby", content: "hi @bob", messageId }
      yield* ask(ann, { ...message, mentions: ["carol"] })
      const repeat = yield* ask(ann, message)
      assert.deepInclude(repeat, { type: "ack", duplicate: true })
      yield* settle
      assert.deepStrictEqual(
        ann.of("chat").map(({ mentions }) => mentions),
        [["carol", "bob"]]
      )
    }).pipe(Effect.provide(layer))
  )

  it.effect("is found out anew by an edit, which tells of it, also where nothing else is different", () =>
    Effect.gen(function* () {
      const [ann, bob] = [yield* inLobby("ann"), yield* inLobby("bob")]
      const { messageId } = yield* ask(ann, { type: "chat", roomId: "lobby", content: "hi @bob", mentions: ["carol"] })
      const edit = { type: "edit", roomId: "lobby", messageId }
      yield* ask(ann, { ...edit, content: "hi @dora" })
      yield* ask(ann, { ...edit, content: "hi @dora", mentions: ["eve"] })
      assert.deepInclude(yield* ask(ann, { ...edit, content: "hi @dora", mentions: ["eve", "dora"] }), {
        duplicate: true
      })
      yield* ask(ann, { ...edit, content: "hi all" })
      yield* bob.when(() => bob.of("edited").length === 3)
      assert.deepStrictEqual(
        bob.of("edited").map(({ content, mentions }) => [content, mentions]),
        [
          ["hi @dora", ["dora"]],
          ["hi @dora", ["eve", "dora"]],
          ["hi all", undefined]
        ]
      )
      const { messages } = yield* ask(bob, { type: "history", roomId: lobby })
      assert.notProperty((messages as ReadonlyArray<object>)[0], "mentions")
    }).pipe(Effect.provide(layer))
  )

  it.effect("goes with a message that is deleted", () =>
    Effect.gen(function* () {
      const ann = yield* inLobby("ann")
      const { messageId } = yield* say(ann, "hi @bob")
      yield* ask(ann, { type: "delete", roomId: "lobby", messageId })
      const { messages } = yield* ask(ann, { type: "history", roomId: lobby })
      assert.notInclude(JSON.stringify(messages), "bob")
    }).pipe(Effect.provide(layer))
  )

  it.effect("is who the text speaks to once a judge has rewritten it", () =>
    Effect.gen(function* () {
      const ann = yield* inLobby("ann")
      ann.say({ type: "chat", roomId: "lobby", content: "hi @bob", mentions: ["carol"] })
      assert.deepStrictEqual(yield* mentionsIn(ann, "hi @dora"), ["carol", "dora"])
    }).pipe(
      Effect.provide(
        engineLayer(config).pipe(
          Layer.provideMerge(
            Layer.succeed(Judge, {
              ask: () => Effect.succeed({ _tag: "rewrite", content: Content.make("hi @dora") } as const)
            })
          )
        )
      )
    )
  )

  it.effect("is refused where it is no list of ids, or of more than twenty", () =>
    Effect.gen(function* () {
      const ann = yield* inLobby("ann")
      const chat = { type: "chat", roomId: "lobby", content: "hi" }
      for (const mentions of ["bob", [1], [""], ["a b"], Array.from({ length: 21 }, (_, i) => `u${i}`)]) {
        assert.deepInclude(yield* ask(ann, { ...chat, mentions }), { type: "error", code: "invalid_frame" })
      }
      assert.strictEqual((yield* ask(ann, { ...chat, mentions: Array.from({ length: 20 }, () => "bob") })).type, "ack")
      assert.deepStrictEqual(yield* mentionsIn(ann, "hi"), ["bob"])
    }).pipe(Effect.provide(layer))
  )
})

describe("a reply", () => {
  it.effect("may be to a message that nobody knows here, and says so as it was sent", () =>
    Effect.gen(function* () {
      const [ann, bob] = [yield* inLobby("ann"), yield* inLobby("bob")]
      const replyTo = randomUUID()
      assert.strictEqual(
        (yield* ask(ann, { type: "chat", roomId: "lobby", content: "as you said", replyTo })).type,
        "ack"
      )
      assert.deepInclude(yield* bob.until("chat"), { content: "as you said", replyTo })
      const { messages } = yield* ask(bob, { type: "history", roomId: lobby })
      assert.deepInclude((messages as ReadonlyArray<object>)[0], { replyTo })
    }).pipe(Effect.provide(layer))
  )
})
