/** What every engine of the RoomLog port must do. Each engine's test file calls this with a layer that starts empty. */
import { assert, describe, it } from "@effect/vitest"
import { randomUUID } from "node:crypto"
import { Effect, type Layer } from "effect"
import { TestClock } from "effect/testing"
import { framePayload } from "../../src/actor/textFrame.ts"
import { Content } from "../../src/domain/Content.ts"
import type { Draft } from "../../src/domain/Message.ts"
import { MessageId } from "../../src/domain/MessageId.ts"
import { RoomId } from "../../src/domain/RoomId.ts"
import { UserId } from "../../src/domain/UserId.ts"
import { Username } from "../../src/domain/Username.ts"
import type { Demand } from "../../src/log/Amendment.ts"
import type { Entry } from "../../src/log/Entry.ts"
import { RoomLog } from "../../src/log/RoomLog.ts"
import type { StreamLimits } from "../../src/log/RoomStream.ts"

const user = (i: number) => UserId.make(`user${i}`)

export const draft = (content: string, more: Partial<Draft> = {}): Draft => ({
  messageId: MessageId.make(randomUUID()),
  roomId: RoomId.make("lobby"),
  type: "chat",
  userId: UserId.make("alice"),
  username: Username.make("Alice"),
  content: Content.make(content),
  ...more
})

const lobby = RoomId.make("lobby")
const edited = (content: string) => ({ kind: "edited", content: Content.make(content) }) as const

export const roomLogContract = (
  name: string,
  layer: (limits: StreamLimits) => Layer.Layer<RoomLog, unknown>,
  options: { readonly remembersForgotten: boolean }
) => {
  const roomy: StreamLimits = { messages: 10_000, bytes: 2 ** 30, burstMs: 0 }

  describe(`${name} as a room log`, () => {
    it.effect("numbers each room from 1, without gaps, in the order of the batch", () =>
      Effect.gen(function* () {
        const log = yield* RoomLog
        const elsewhere = RoomId.make("elsewhere")
        const first = yield* log.append([draft("a"), draft("b", { roomId: elsewhere }), draft("c")])
        const second = yield* log.append([draft("d"), draft("e", { roomId: elsewhere })])
        assert.deepStrictEqual(
          [...first, ...second].map((one) => one._tag === "accepted" && `${one.message.roomId} ${one.message.seq}`),
          ["lobby 1", "elsewhere 1", "lobby 2", "lobby 3", "elsewhere 2"]
        )
        assert.strictEqual(log.stream(lobby).head, 3)
      }).pipe(Effect.provide(layer(roomy)))
    )

    it.effect("answers a repeat with the first message, also within one batch", () =>
      Effect.gen(function* () {
        const log = yield* RoomLog
        const once = draft("once")
        const [first, second] = yield* log.append([once, once])
        yield* log.append([draft("between")])
        const [third] = yield* log.append([{ ...once, username: Username.make("Renamed") }])
        assert.strictEqual(first?._tag, "accepted")
        for (const repeat of [second, third]) {
          assert.strictEqual(repeat?._tag, "duplicate")
          assert.deepStrictEqual(
            repeat?._tag === "duplicate" && repeat.message,
            first?._tag === "accepted" && first.message
          )
        }
        assert.strictEqual(log.stream(lobby).head, 2)
      }).pipe(Effect.provide(layer(roomy)))
    )

    it.effect(
      "refuses other content, another type or another target under a known id, and compares ids without case",
      () =>
        Effect.gen(function* () {
          const log = yield* RoomLog
          const once = draft("once")
          yield* log.append([once])
          const outcomes = yield* log.append([
            { ...once, content: Content.make("other") },
            { ...once, type: "system" },
            { ...once, replyTo: MessageId.make(randomUUID()) },
            { ...once, messageId: MessageId.make(once.messageId.toUpperCase()) }
          ])
          assert.deepStrictEqual(
            outcomes.map(({ _tag }) => _tag),
            ["conflict", "conflict", "conflict", "duplicate"]
          )
        }).pipe(Effect.provide(layer(roomy)))
    )

    it.effect(
      "changes messages in their places, each change on top of the one before, and what is deleted for good",
      () =>
        Effect.gen(function* () {
          const log = yield* RoomLog
          const outcomes = yield* log.append(["one", "two", "three"].map((text) => draft(text)))
          const stream = log.stream(lobby)
          const slice = stream.slice(0, 3)
          const target = (seq: number): Entry => {
            const { messageId, roomId, timestamp, userId } = stream.message(seq)
            const { epoch } = stream
            return { roomId, epoch, seq, userId, messageId, at: Date.parse(timestamp), json: stream.text(seq) }
          }
          const by = UserId.make("bob")
          const [second, third] = [target(2), target(3)]
          yield* TestClock.adjust("1 second")
          const amended = yield* log.amend([
            { target: second, change: edited("zwei"), by },
            { target: second, change: edited("zwei"), by },
            { target: third, change: { kind: "deleted" }, by },
            // read before it was deleted
            { target: third, change: edited("drei"), by },
            { target: third, change: { kind: "deleted" }, by },
            { target: second, change: edited("deux"), by }
          ])
          assert.deepStrictEqual(
            amended.map(({ _tag }) => _tag),
            ["amended", "unchanged", "amended", "gone", "unchanged", "amended"]
          )
          const revisions = amended.flatMap((one) => (one._tag === "amended" ? [one.amendment.revision] : []))
          assert.deepStrictEqual(revisions, [1000, 1001, 1002])
          assert.strictEqual(stream.version, 1002)
          assert.strictEqual(stream.head, 3)
          assert.deepStrictEqual(
            [1, 2, 3].map((seq) => stream.message(seq).content as string),
            ["one", "deux", ""]
          )
          const first = outcomes[1]?._tag === "accepted" ? outcomes[1].message : undefined
          assert.deepStrictEqual<unknown>(stream.message(2), {
            ...first,
            content: "deux",
            editedAt: "1970-01-01T00:00:01.000Z"
          })
          assert.notStrictEqual(stream.slice(0, 3), slice)
          assert.deepStrictEqual(yield* log.read(lobby, 1, 2), [stream.text(2)])
        }).pipe(Effect.provide(layer(roomy)))
    )

    it.effect("has reactions on their message, beside what else changes it, up to as many as it takes", () =>
      Effect.gen(function* () {
        const log = yield* RoomLog
        const said = [draft("one"), draft("two")]
        yield* log.append(said)
        const stream = log.stream(lobby)
        const target = (seq: number): Entry => {
          const { messageId, roomId, timestamp, userId } = stream.message(seq)
          const { epoch } = stream
          return { roomId, epoch, seq, userId, messageId, at: Date.parse(timestamp), json: stream.text(seq) }
        }
        const thumb = { kind: "reacted", emoji: "👍", removed: false } as const
        const first = target(1)
        const demands: ReadonlyArray<Demand> = [
          { target: first, change: thumb, by: user(1) },
          { target: first, change: thumb, by: user(2) },
          { target: first, change: thumb, by: user(1) },
          { target: first, change: edited("eins"), by: first.userId },
          { target: first, change: { ...thumb, removed: true }, by: user(1) },
          { target: first, change: { ...thumb, emoji: "🎉", removed: true }, by: user(1) },
          { target: first, change: { ...thumb, emoji: "🎉" }, by: user(1) }
        ]
        assert.deepStrictEqual(
          (yield* log.amend(demands)).map(({ _tag }) => _tag),
          ["amended", "amended", "unchanged", "amended", "amended", "unchanged", "amended"]
        )
        assert.deepInclude(stream.message(1), {
          content: Content.make("eins"),
          reactions: { "👍": [user(2)], "🎉": [user(1)] }
        })
        const second = target(2)
        const many = Array.from({ length: 257 }, (_, i): Demand => ({ target: second, change: thumb, by: user(i) }))
        const outcomes = (yield* log.amend(many)).map(({ _tag }) => _tag)
        assert.deepStrictEqual(outcomes, [...Array.from({ length: 256 }, () => "amended" as const), "full"])
        assert.lengthOf(stream.message(2).reactions!["👍"]!, 256)
        yield* log.amend([{ target: second, change: { kind: "deleted" }, by: user(0) }])
        assert.notProperty(stream.message(2), "reactions")
        assert.deepStrictEqual(
          (yield* log.amend([many[0]!])).map(({ _tag }) => _tag),
          ["gone"]
        )
        // what a message first said is told by its text as long as that is what it says
        const [again, other] = yield* log.append([said[0]!, { ...said[0]!, content: Content.make("eins") }])
        assert.deepStrictEqual([again?._tag, other?._tag], ["duplicate", "conflict"])
      }).pipe(Effect.provide(layer(roomy)))
    )

    it.effect("takes a repeat for one whomever it mentions", () =>
      Effect.gen(function* () {
        const log = yield* RoomLog
        const once = draft("hi", { mentions: [UserId.make("bob")] })
        const [first] = yield* log.append([once])
        assert.deepStrictEqual(first?._tag === "accepted" && first.message.mentions, [UserId.make("bob")])
        const { mentions: _, ...none } = once
        const outcomes = yield* log.append([none, { ...once, mentions: [UserId.make("eve")] }])
        assert.deepStrictEqual(
          outcomes.map(({ _tag }) => _tag),
          ["duplicate", "duplicate"]
        )
        assert.deepStrictEqual(log.stream(lobby).message(1).mentions, [UserId.make("bob")])
      }).pipe(Effect.provide(layer(roomy)))
    )

    it.effect("takes the same id from another user or in another room for another message", () =>
      Effect.gen(function* () {
        const log = yield* RoomLog
        const once = draft("once")
        const outcomes = yield* log.append([
          once,
          { ...once, userId: UserId.make("bob") },
          { ...once, roomId: RoomId.make("elsewhere") }
        ])
        assert.deepStrictEqual(
          outcomes.map(({ _tag }) => _tag),
          ["accepted", "accepted", "accepted"]
        )
      }).pipe(Effect.provide(layer(roomy)))
    )

    it.effect("keeps each frame as it is sent: the JSON of the message, with nothing added or lost", () =>
      Effect.gen(function* () {
        const log = yield* RoomLog
        const texts = ["plain", "👩‍👩‍👧‍👦 family", 'quotes " and \\ slashes', "line\nbreak\ttab", "é è ê ﷽", "x".repeat(1000)]
        const outcomes = yield* log.append(texts.map((text) => draft(text)))
        const stream = log.stream(lobby)
        outcomes.forEach((one, i) => {
          const message = one._tag === "accepted" ? one.message : undefined
          assert.strictEqual(message?.content, texts[i])
          assert.deepStrictEqual(JSON.parse(framePayload(stream.slice(i, i + 1))), message)
          assert.deepStrictEqual(stream.message(i + 1), message)
        })
        assert.strictEqual(stream.body(0, 0).toString(), "")
        assert.deepStrictEqual(
          JSON.parse(`[${stream.body(0, texts.length).toString()}]`).map(({ content }: { content: string }) => content),
          texts
        )
      }).pipe(Effect.provide(layer(roomy)))
    )

    it.effect("stamps with its own clock, never decreasing within a room", () =>
      Effect.gen(function* () {
        const log = yield* RoomLog
        const times: Array<string> = []
        for (const millis of [10_000, 12_000, 3000, 12_001]) {
          yield* TestClock.setTime(millis)
          const [one] = yield* log.append([draft(`at ${millis}`)])
          if (one?._tag === "accepted") times.push(one.message.timestamp)
        }
        assert.deepStrictEqual(times, [
          "1970-01-01T00:00:10.000Z",
          "1970-01-01T00:00:12.000Z",
          "1970-01-01T00:00:12.000Z",
          "1970-01-01T00:00:12.001Z"
        ])
      }).pipe(Effect.provide(layer(roomy)))
    )

    it.effect("keeps the newest messages in memory and evicts nothing that was not yet served", () =>
      Effect.gen(function* () {
        const log = yield* RoomLog
        const stream = log.stream(lobby)
        for (let i = 1; i <= 300; i++) yield* log.append([draft(`message ${i}`)])
        assert.strictEqual(stream.oldest, 1)
        stream.served = 200
        yield* log.append([draft("message 301")])
        assert.strictEqual(stream.oldest, 201)
        stream.served = 301
        yield* log.append([draft("message 302")])
        assert.strictEqual(stream.oldest, 302 - 64 + 1)
        assert.strictEqual(stream.message(stream.oldest).content, `message ${stream.oldest}`)
        assert.deepStrictEqual(
          JSON.parse(`[${stream.body(stream.oldest - 1, 302).toString()}]`).map(({ seq }: { seq: number }) => seq),
          Array.from({ length: 64 }, (_, i) => 239 + i)
        )
      }).pipe(Effect.provide(layer({ messages: 64, bytes: 2 ** 30, burstMs: 0 })))
    )

    it.effect("spares a burst for a while, up to 8 times its bytes", () =>
      Effect.gen(function* () {
        const log = yield* RoomLog
        const stream = log.stream(lobby)
        const say = (count: number) =>
          Effect.suspend(() => {
            stream.served = stream.head
            return log.append(Array.from({ length: count }, () => draft("x".repeat(900))))
          })
        yield* say(1500)
        yield* say(1)
        assert.strictEqual(stream.oldest, 1)
        assert.isTrue(stream.overfull)
        yield* say(8000)
        yield* say(1)
        assert.isAtMost(stream.size, 8 * 1_000_000 + 2000)
        assert.isAbove(stream.size, 7 * 1_000_000)
        yield* TestClock.adjust("5 seconds")
        stream.served = stream.head
        stream.trim(5000)
        assert.strictEqual(stream.head - stream.oldest + 1, 1024)
        assert.isFalse(stream.overfull)
      }).pipe(Effect.provide(layer({ messages: 1024, bytes: 1_000_000, burstMs: 5000 })))
    )

    it.effect("evicts nothing while something older is being read, to be joined with it", () =>
      Effect.gen(function* () {
        const log = yield* RoomLog
        const stream = log.stream(lobby)
        for (let i = 0; i < 100; i++) {
          stream.pinned = i > 60
          yield* log.append([draft(`message ${i}`)])
          stream.served = stream.head
        }
        assert.strictEqual(stream.oldest, 61 - 16 + 1)
        stream.pinned = false
        yield* log.append([draft("last")])
        assert.strictEqual(stream.oldest, 101 - 16 + 1)
      }).pipe(Effect.provide(layer({ messages: 16, bytes: 2 ** 30, burstMs: 0 })))
    )

    it.effect("says where a room ends and reads its messages, without bringing a room into being", () =>
      Effect.gen(function* () {
        const log = yield* RoomLog
        yield* log.append(Array.from({ length: 40 }, (_, i) => draft(`message ${i + 1}`)))
        const { epoch, from, head } = log.tail(lobby)
        assert.strictEqual(epoch, log.stream(lobby).epoch)
        assert.strictEqual(head, 40)
        assert.isAtMost(from, 40)
        const texts = (yield* log.read(lobby, 20, 23))?.map((json): string => JSON.parse(json).content)
        assert.deepStrictEqual(texts, ["message 21", "message 22", "message 23"])
        assert.deepStrictEqual(yield* log.read(lobby, 40, 40), [])
        assert.isUndefined(yield* log.read(lobby, 39, 41))
        const nowhere = RoomId.make("nowhere")
        assert.deepStrictEqual({ ...log.tail(nowhere), epoch: 0 }, { epoch: 0, head: 0, from: 1, owesOlder: false })
        assert.isUndefined(yield* log.read(nowhere, 0, 1))
        assert.isUndefined(log.find(nowhere))
        assert.deepStrictEqual(
          [...log.rooms()].map((room) => [room.roomId, room.head]),
          [["lobby", 40]]
        )
      }).pipe(Effect.provide(layer(roomy)))
    )

    it.effect("tells what a user said lately in all rooms, by time, then room, then position", () =>
      Effect.gen(function* () {
        const log = yield* RoomLog
        const elsewhere = RoomId.make("elsewhere")
        const bob = UserId.make("bob")
        yield* log.append([draft("a", { userId: bob }), draft("b"), draft("c", { userId: bob })])
        yield* log.append([draft("d", { userId: bob, roomId: elsewhere }), draft("e", { userId: UserId.make("bo") })])
        yield* TestClock.adjust("1 second")
        yield* log.append([draft("f", { userId: bob })])
        const said = log.recentBy(bob)?.map(({ at, json, roomId, seq }) => [at, roomId, seq, JSON.parse(json).content])
        assert.deepStrictEqual(said, [
          [0, "elsewhere", 1, "d"],
          [0, "lobby", 1, "a"],
          [0, "lobby", 3, "c"],
          [1000, "lobby", 5, "f"]
        ])
        assert.deepStrictEqual(log.recentBy(UserId.make("nobody")), [])
      }).pipe(Effect.provide(layer(roomy)))
    )

    it.effect("cuts the same slice for everyone at the same position, and reaches as far as asked", () =>
      Effect.gen(function* () {
        const log = yield* RoomLog
        yield* log.append(Array.from({ length: 100 }, (_, i) => draft(`message ${i}`)))
        const stream = log.stream(lobby)
        assert.strictEqual(stream.slice(10, 90), stream.slice(10, 90))
        assert.strictEqual(stream.reach(0, 2 ** 30), 100)
        const to = stream.reach(0, 1000)
        assert.isAtMost(stream.slice(0, to).length, 1000)
        assert.isAbove(stream.slice(0, to + 1).length, 1000)
        assert.strictEqual(stream.reach(0, 1), 1)
      }).pipe(Effect.provide(layer(roomy)))
    )

    it.effect("never shows one position of an epoch with two messages after a room was forgotten", () =>
      Effect.gen(function* () {
        const log = yield* RoomLog
        yield* log.append([draft("before")])
        const { epoch } = log.stream(lobby)
        log.forget(lobby)
        const [after] = yield* log.append([draft("after")])
        const stream = log.stream(lobby)
        const same = stream.epoch === epoch
        assert.strictEqual(same, options.remembersForgotten)
        assert.strictEqual(after?._tag === "accepted" && after.message.seq, same ? 2 : 1)
      }).pipe(Effect.provide(layer(roomy)))
    )
  })
}
