/**
 * Any history of messages, edits, deletes and reactions, of drains, crashes, stops and falls of the machine: whoever reads anything, from memory, the
 * journal or the store, is given each message as the last change left it, and never as it was before.
 */
import { assert, describe, it } from "@effect/vitest"
import { randomUUID } from "node:crypto"
import { truncateSync } from "node:fs"
import { join } from "node:path"
import { Effect, Schema } from "effect"
import { TestClock } from "effect/testing"
import { Content } from "../../src/domain/Content.ts"
import { Emoji } from "../../src/domain/Emoji.ts"
import { Message } from "../../src/domain/Message.ts"
import { MessageId } from "../../src/domain/MessageId.ts"
import type { Position } from "../../src/domain/Position.ts"
import { RoomId } from "../../src/domain/RoomId.ts"
import { UserId } from "../../src/domain/UserId.ts"
import type { Change, Demand } from "../../src/log/Amendment.ts"
import type { Entry } from "../../src/log/Entry.ts"
import { OpenJournal } from "../../src/log/OpenJournal.ts"
import { RoomLog } from "../../src/log/RoomLog.ts"
import { History } from "../../src/store/History.ts"
import { MessageStore } from "../../src/store/MessageStore.ts"
import { draft } from "../contract/roomLog.ts"
import { Dice } from "../support/Dice.ts"
import { drainEverything, drainSome, emptyStore, journalSite } from "../support/JournalSite.ts"
import { crashCopy, segmentsIn, temporaryDirectory } from "./journal/fixture.ts"

const ROOMS = ["red", "green", "blue"]
const USERS = ["ann", "bob"]
const EMOJI = ["👍", "❤️"].map((emoji) => Emoji.make(emoji))

/** A message, kept as simply as possible. */
interface Known {
  readonly roomId: RoomId
  readonly userId: UserId
  readonly messageId: MessageId
  readonly place: Position
  readonly first: string
  content: string
  edited: boolean
  deleted: boolean
  /** Emoji and user, in order. */
  reactions: ReadonlyArray<string>
  revision: number
}

class Model {
  readonly all: Array<Known> = []

  of(roomId: RoomId) {
    return this.all
      .filter((one) => one.roomId === roomId)
      .sort((a, b) => a.place.epoch - b.place.epoch || a.place.seq - b.place.seq)
  }
}

const shown = ({ content, deleted, edited, messageId, place, reactions }: Known) =>
  deleted
    ? `${place.seq} ${messageId} deleted`
    : `${place.seq} ${messageId} ${content}${edited ? " (edited)" : ""}${reactions.toSorted().join()}`

const decode = Schema.decodeUnknownSync(Schema.fromJsonString(Message))

const read = (json: string) => {
  const { content, deleted, editedAt, messageId, reactions = {}, seq } = decode(json)
  if (deleted === true) return `${seq} ${messageId} deleted${content}`
  const reacted = Object.entries(reactions).flatMap(([emoji, users]) => users.map((userId) => `${emoji} ${userId}`))
  return `${seq} ${messageId} ${content}${editedAt === undefined ? "" : " (edited)"}${reacted.sort().join()}`
}

const isIn = (epoch: number) => (one: Known) => one.place.epoch === epoch

/** Reads everything in every way there is. */
const check = Effect.fnUntraced(function* (model: Model, dice: Dice) {
  const history = yield* History
  const log = yield* RoomLog
  for (const room of ROOMS) {
    const roomId = RoomId.make(room)
    const known = model.of(roomId)
    const { epoch, from, head, owesOlder } = log.tail(roomId)
    if (!owesOlder) {
      const right = known.map(shown)
      const { messages } = yield* history.room(roomId, { limit: 1000 })
      assert.deepStrictEqual(messages.map(read), right)
      if (known.length > 0) {
        const one = dice.pick(known)
        const page = yield* history.room(roomId, { around: one.place, limit: 9 })
        assert.include(page.messages.map(read), shown(one))
        const found = yield* history.find(roomId, one.messageId, dice.below(2) === 0 ? one.place : undefined)
        assert.strictEqual(found && read(found.json), shown(one))
        assert.deepInclude(found, { ...one.place, userId: one.userId })
      }
    }
    const present = known.filter(isIn(epoch)).map(shown)
    assert.strictEqual(head, present.length)
    const range = yield* history.range(roomId, 0, head, 2 ** 30)
    assert.deepStrictEqual(range.messages.map(read), present)
    const logged = yield* log.read(roomId, from - 1, head)
    assert.deepStrictEqual(logged?.map(read), present.slice(from - 1))
    if (dice.below(4) === 0) {
      const stream = log.stream(roomId)
      for (let seq = stream.oldest; seq <= head; seq++) assert.strictEqual(read(stream.text(seq)), present[seq - 1])
      if (stream.oldest <= head) {
        const body = JSON.parse(`[${stream.body(stream.oldest - 1, head).toString()}]`) as ReadonlyArray<unknown>
        assert.deepStrictEqual(
          body.map((one) => read(JSON.stringify(one))),
          present.slice(stream.oldest - 1)
        )
      }
    }
  }
  // of users the log can tell only while what the store has yet to take is in memory, which is small here
  const { journal } = yield* OpenJournal
  const remembered = [...journal.rooms].every(
    ([roomId, { drained, head }]) => head === drained || (log.find(roomId)?.oldest ?? head + 1) <= drained + 1
  )
  for (const user of USERS) {
    const userId = UserId.make(user)
    if (!remembered || log.recentBy(userId) === undefined) continue
    const { messages } = yield* history.user(userId, { limit: 2000 })
    assert.deepStrictEqual(
      messages.map(read).sort(),
      model.all
        .filter((one) => one.userId === userId)
        .map(shown)
        .sort()
    )
  }
})

/** What a change of this message reads: as it is, or as it once was, since others are about it at the same time. */
const targetOf = ({ deleted, edited, first, messageId, place, roomId, userId }: Known, content: string): Entry => {
  const json = JSON.stringify({
    messageId,
    roomId,
    seq: place.seq,
    type: "chat",
    userId,
    username: "Alice",
    content: edited || deleted ? content : first,
    timestamp: "2025-12-30T12:00:00.000Z"
  })
  return { roomId, ...place, userId, messageId, at: Date.UTC(2025, 11, 30, 12), json }
}

/** Whether a message that is not deleted is as it is to become. */
const isSo = (known: Known, change: Change, by: UserId) => {
  if (change.kind === "reacted") return known.reactions.includes(`${change.emoji} ${by}`) !== change.removed
  return change.kind === "edited" && change.content === known.content
}

const amendSome = Effect.fnUntraced(function* (model: Model, dice: Dice) {
  const history = yield* History
  const log = yield* RoomLog
  const demands: Array<{ readonly known: Known; readonly demand: Demand }> = []
  for (let i = dice.below(4); i >= 0; i--) {
    const known = dice.pick(model.all)
    const read = yield* Effect.orElseSucceed(history.find(known.roomId, known.messageId, known.place), () => undefined)
    // messages of before the last fall that the store has yet to take cannot be found
    if (read === undefined) continue
    const what = dice.below(6)
    const change: Change =
      what === 0
        ? { kind: "deleted" }
        : what < 4
          ? { kind: "reacted", emoji: dice.pick(EMOJI), removed: dice.below(3) === 0 }
          : { kind: "edited", content: Content.make(`text ${dice.below(3)} ${"é".repeat(dice.below(60))}`) }
    demands.push({ known, demand: { target: read, change, by: UserId.make(dice.pick(USERS)) } })
  }
  const outcomes = yield* log.amend(demands.map(({ demand }) => demand))
  for (const [i, { known, demand }] of demands.entries()) {
    const { by, change } = demand
    const outcome = outcomes[i]!
    const expected = known.deleted
      ? change.kind === "deleted"
        ? "unchanged"
        : "gone"
      : isSo(known, change, by)
        ? "unchanged"
        : "amended"
    assert.strictEqual(outcome._tag, expected)
    if (outcome._tag !== "amended") continue
    assert.isAbove(outcome.amendment.revision, known.revision)
    known.revision = outcome.amendment.revision
    if (change.kind === "deleted") known.deleted = true
    else if (change.kind === "edited") {
      known.content = change.content
      known.edited = true
    } else {
      const others = known.reactions.filter((one) => one !== `${change.emoji} ${by}`)
      known.reactions = change.removed ? others : [...others, `${change.emoji} ${by}`]
    }
  }
})

/** What is sent again is known by what it first said, whatever has become of it. */
const repeatSome = Effect.fnUntraced(function* (model: Model, dice: Dice) {
  const log = yield* RoomLog
  const known = dice.pick(model.all)
  const stream = log.stream(known.roomId)
  if (known.place.epoch !== stream.epoch || !stream.holds(known.place.seq)) return
  const { messageId, roomId, userId } = known
  const [same] = yield* log.append([draft(known.first, { roomId, userId, messageId })])
  assert.strictEqual(same?._tag, "duplicate")
})

const scenario = Effect.fnUntraced(function* (dice: Dice) {
  const model = new Model()
  const store = yield* emptyStore
  let directory = yield* temporaryDirectory
  let boots = 0
  let crashes = 0
  const limits = { messages: 4 + dice.below(30) }

  for (let life = 0; life < 6; life++) {
    const options = { directory, store, segmentBytes: 1000 + dice.below(6000), limits, bootId: `boot-${boots}` }
    const left = yield* Effect.gen(function* () {
      const log = yield* RoomLog
      yield* check(model, dice)
      for (let step = 0; step < 40; step++) {
        const act = dice.below(100)
        if (act < 30) {
          const drafts = Array.from({ length: 1 + dice.below(6) }, () => {
            const roomId = RoomId.make(dice.pick(ROOMS))
            return draft(`first ${model.all.length} ${"x".repeat(dice.below(80))}`, {
              roomId,
              userId: UserId.make(dice.pick(USERS)),
              messageId: MessageId.make(randomUUID())
            })
          })
          for (const outcome of yield* log.append(drafts)) {
            assert.strictEqual(outcome._tag, "accepted")
            if (outcome._tag !== "accepted") continue
            const { content, messageId, roomId, seq, userId } = outcome.message
            const place = { epoch: outcome.stream.epoch, seq }
            const is = { edited: false, deleted: false, reactions: [], revision: 0 }
            model.all.push({ roomId, userId, messageId, place, first: content, content, ...is })
            outcome.stream.served = seq
          }
        } else if (model.all.length === 0) continue
        else if (act < 65) yield* amendSome(model, dice)
        else if (act < 80) yield* drainSome(1 + dice.below(12))
        else if (act < 86) yield* TestClock.adjust(dice.below(2) === 0 ? 500 : 70_000)
        else if (act < 90) yield* repeatSome(model, dice)
        else if (act < 93) log.forget(RoomId.make(dice.pick(ROOMS)))
        else yield* check(model, dice)
      }
      yield* check(model, dice)
      if (dice.below(4) === 0) return undefined
      crashes++
      const died = yield* crashCopy(directory)
      const fell = dice.below(3) === 0
      if (fell) boots++
      if (fell || model.all.length === 0) return died
      // in the middle of writing a change that nobody was told of
      const { journal } = yield* OpenJournal
      const before = journal.lsn
      const known = dice.pick(model.all)
      const target = targetOf(known, known.content)
      yield* log.amend([{ target, change: { kind: "edited", content: Content.make("never seen") }, by: known.userId }])
      const torn = yield* crashCopy(directory)
      const last = segmentsIn(torn).at(-1)!
      const start = Number.parseInt(last.slice(0, 16), 16)
      const written = journal.lsn - before
      if (written === 0 || start >= before) return died
      truncateSync(join(torn, "journal", last), journal.lsn - start - 1 - dice.below(written - 1))
      return torn
    }).pipe(Effect.provide(journalSite(options), { local: true }))
    if (left !== undefined) directory = left
  }

  const options = { directory, store, limits, bootId: `boot-${boots}` }
  yield* Effect.gen(function* () {
    yield* drainEverything
    yield* check(model, dice)
    // long after, what the store has is all there is
    yield* TestClock.adjust("10 minutes")
    yield* drainEverything
    for (const room of ROOMS) {
      const entries = yield* (yield* MessageStore).room(RoomId.make(room), { limit: 10_000, order: "oldest" })
      assert.deepStrictEqual(
        entries.map(({ json }) => read(json)),
        model.of(RoomId.make(room)).map(shown)
      )
    }
    yield* check(model, dice)
  }).pipe(Effect.provide(journalSite(options), { local: true }))
  return { crashes, changed: model.all.filter(({ deleted, edited }) => edited || deleted).length }
})

describe("messages that change", () => {
  for (let seed = 1; seed <= 12; seed++) {
    it.effect(`are read as they are now, whatever happens (seed ${seed})`, () =>
      Effect.gen(function* () {
        yield* TestClock.setTime(1_800_000_000_000)
        const { changed, crashes } = yield* scenario(new Dice(seed))
        assert.isAbove(changed, 10)
        assert.isAtLeast(crashes, 1)
      })
    )
  }
})
