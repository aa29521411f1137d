/** What is read of a room's past may be older than a change that is made meanwhile. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect } from "effect"
import { Content } from "../../src/domain/Content.ts"
import { RoomId } from "../../src/domain/RoomId.ts"
import { UserId } from "../../src/domain/UserId.ts"
import type { Amend } from "../../src/hub/Command.ts"
import { Hub } from "../../src/hub/Hub.ts"
import type { RecallFailed } from "../../src/log/Recall.ts"
import { connect, settle, subscribe } from "../support/Engine.ts"
import { Archive, chat, config, talk } from "./Archive.ts"

const lobby = RoomId.make("lobby")
const alice = UserId.make("alice")

/** Edits a message that is no longer in memory, or deletes it, and waits until that is kept. */
const amend = Effect.fnUntraced(function* (archive: Archive, seq: number, content?: string) {
  const json = archive.of("lobby")[seq - 1]!
  const { messageId } = JSON.parse(json)
  const target = { roomId: lobby, epoch: 7, seq, userId: alice, messageId, at: 0, json }
  const hub = yield* Hub
  yield* Effect.callback<void>((resume) => {
    const change: Amend["change"] =
      content === undefined ? { kind: "deleted" } : { kind: "edited", content: Content.make(content) }
    const settled: Amend["settled"] = (denied) => resume(denied === undefined ? Effect.void : Effect.die(denied))
    hub.submit({ _tag: "Amend", client: undefined, ref: undefined, roomId: lobby, target, change, by: alice, settled })
  })
})

const texts = (frame: Record<string, unknown>) =>
  (frame["messages"] as ReadonlyArray<{ readonly content: string }>).map(({ content }) => content)

/** What the changes of the first test leave of a message. */
const now = (seq: number) =>
  [12, 60].includes(seq) ? "" : [1, 3, 10, 11, 44].includes(seq) ? `edited ${seq}` : String(seq)

describe("a past that was read before a change", () => {
  it.effect("is given out as it is after it, to everyone who waited", () => {
    const archive = new Archive()
    return Effect.gen(function* () {
      yield* talk(60)
      const gate = (archive.gate = yield* Deferred.make<void, RecallFailed>())
      const bob = yield* connect(config, "bob")
      const carol = yield* connect(config, "carol")
      bob.say({ type: "subscribe", roomId: "lobby", after: { epoch: 7, seq: 2, version: 0 } })
      carol.say({ type: "subscribe", roomId: "lobby", after: { epoch: 7, seq: 9 } })
      yield* settle
      for (const seq of [1, 3, 10, 11, 44]) yield* amend(archive, seq, `edited ${seq}`)
      yield* amend(archive, 12)
      yield* amend(archive, 60)
      // nobody is told of a change in a room that they are not in yet
      assert.deepStrictEqual([...bob.of("edited"), ...bob.of("deleted")], [])
      yield* Deferred.succeed(gate, undefined)
      const given = yield* bob.until("subscribed")
      assert.deepStrictEqual(
        texts(given),
        Array.from({ length: 58 }, (_, i) => now(i + 3))
      )
      assert.deepStrictEqual(
        (given["changes"] as ReadonlyArray<{ readonly content: string }>).map(({ content }) => content),
        ["edited 1"]
      )
      assert.deepStrictEqual(
        texts(yield* carol.until("subscribed")),
        Array.from({ length: 51 }, (_, i) => now(i + 10))
      )
    }).pipe(Effect.provide(archive.engine()))
  })

  it.effect("does not bring the old text back into a cold room's memory", () => {
    const archive = new Archive()
    archive.fill("lobby", 30)
    return Effect.gen(function* () {
      const gate = (archive.gate = yield* Deferred.make<void, RecallFailed>())
      const bob = yield* connect(config, "bob")
      bob.say({ type: "subscribe", roomId: "lobby", history: 3 })
      yield* settle
      yield* amend(archive, 29, "edited")
      yield* amend(archive, 30)
      yield* Deferred.succeed(gate, undefined)
      assert.deepStrictEqual(texts(yield* bob.until("subscribed")), ["28", "edited", ""])
      const carol = yield* connect(config, "carol")
      assert.deepStrictEqual(texts(yield* subscribe(carol, "lobby", { history: 3 })), ["28", "edited", ""])
      // and what was changed is still known by what it first said
      const { messageId } = JSON.parse(archive.of("lobby")[28]!) as { messageId: string }
      const alice = yield* connect(config, "alice", { room: "lobby" })
      alice.say({ ...chat("29", messageId), ref: "same" })
      assert.deepInclude(yield* alice.until("ack", ({ ref }) => ref === "same"), { duplicate: true, seq: 29 })
      alice.say({ ...chat("other", messageId), ref: "other" })
      yield* alice.until("error", ({ ref }) => ref === "other")
    }).pipe(Effect.provide(archive.engine()))
  })

  it.effect("does not keep a change from who follows the room and only asked again", () => {
    const archive = new Archive()
    return Effect.gen(function* () {
      yield* talk(60)
      const bob = yield* connect(config, "bob", { room: "lobby" })
      const gate = (archive.gate = yield* Deferred.make<void, RecallFailed>())
      bob.say({ type: "subscribe", roomId: "lobby", after: { epoch: 7, seq: 40 } })
      yield* settle
      yield* amend(archive, 5, "edited")
      assert.deepInclude(yield* bob.until("edited"), { content: "edited" })
      yield* Deferred.succeed(gate, undefined)
      yield* bob.when(() => bob.of("subscribed").length === 2)
    }).pipe(Effect.provide(archive.engine()))
  })
})
