/** Changes in the journal of one process: what of them survives, and what they leave alone. */
import { assert, describe, it } from "@effect/vitest"
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { Content } from "../../src/domain/Content.ts"
import type { Draft } from "../../src/domain/Message.ts"
import { RoomId } from "../../src/domain/RoomId.ts"
import { UserId } from "../../src/domain/UserId.ts"
import type { Change, Demand } from "../../src/log/Amendment.ts"
import { OpenJournal } from "../../src/log/OpenJournal.ts"
import { RoomLog } from "../../src/log/RoomLog.ts"
import { History } from "../../src/store/History.ts"
import { MessageStore } from "../../src/store/MessageStore.ts"
import { draft } from "../contract/roomLog.ts"
import { drainEverything, drainSome, emptyStore, journalSite, type SiteOptions } from "../support/JournalSite.ts"
import { crashCopy, segmentsIn, temporaryDirectory } from "./journal/fixture.ts"

const lobby = RoomId.make("lobby")
const alice = UserId.make("alice")

const edited = (content: string): Change => ({ kind: "edited", content: Content.make(content) })
const deleted: Change = { kind: "deleted" }
/** Each tenth is one that is taken back. */
const reacted = (i: number): Change => ({ kind: "reacted", emoji: "👍", removed: i % 10 === 9 })

/** Asks for a change of a message that was sent as `draft`. */
const demand = Effect.fnUntraced(function* ({ messageId, roomId }: Draft, change: Change) {
  const target = yield* (yield* History).find(roomId, messageId)
  if (target === undefined) return assert.fail("there is no such message")
  return { target, change, by: alice } satisfies Demand
})

const amend = Effect.fnUntraced(function* (message: Draft, change: Change) {
  const [outcome] = yield* (yield* RoomLog).amend([yield* demand(message, change)])
  return outcome
})

const revisionOf = (outcome: Effect.Success<ReturnType<typeof amend>>) =>
  outcome?._tag === "amended" ? outcome.amendment.revision : assert.fail("it was not amended")

/** What a room's history says. */
const texts = Effect.map(
  Effect.flatMap(History, (history) => history.room(lobby, { limit: 200 })),
  ({ messages }) => messages.map((json): string => JSON.parse(json).content)
)

const site = Effect.fnUntraced(function* (more: Partial<SiteOptions> = {}) {
  const options = { directory: yield* temporaryDirectory, store: yield* emptyStore, ...more }
  const open = (now: Partial<SiteOptions> = {}) => Effect.provide(journalSite({ ...options, ...now }), { local: true })
  return { ...options, open }
})

const drafts = (count: number) => Array.from({ length: count }, (_, i) => draft(`message ${i + 1}`))

describe("a change in the journal", () => {
  it.effect("takes no position, and is there after the process is killed, from memory, file and store", () =>
    Effect.gen(function* () {
      const { directory, open } = yield* site()
      const said = drafts(5)
      yield* Effect.gen(function* () {
        const log = yield* RoomLog
        yield* log.append(said)
        yield* drainEverything
        yield* amend(said[1]!, edited("two"))
        yield* amend(said[1]!, edited("zwei"))
        yield* amend(said[3]!, deleted)
        assert.strictEqual(log.tail(lobby).head, 5)
        const [next] = yield* log.append([draft("message 6")])
        assert.strictEqual(next?._tag === "accepted" && next.message.seq, 6)
      }).pipe(open())
      // the store still has what was said
      const right = ["message 1", "zwei", "message 3", "", "message 5", "message 6"]
      for (const limits of [{}, { messages: 1 }]) {
        yield* Effect.gen(function* () {
          assert.deepStrictEqual(yield* texts, right)
          const log = yield* RoomLog
          log.forget(lobby)
          assert.deepStrictEqual(yield* texts, right)
          const stored = yield* (yield* MessageStore).room(lobby, { limit: 10, order: "oldest" })
          assert.include(JSON.stringify(stored), "message 4")
        }).pipe(open({ directory: yield* crashCopy(directory), limits }))
      }
      yield* Effect.gen(function* () {
        yield* drainEverything
        yield* TestClock.adjust("2 minutes")
        assert.deepStrictEqual(yield* texts, right)
        const stored = yield* (yield* MessageStore).room(lobby, { limit: 10, order: "oldest" })
        assert.deepStrictEqual(
          stored.map(({ json }) => JSON.parse(json).content),
          right
        )
      }).pipe(open())
    })
  )

  it.effect("is written once for a message that many change at the same time, as the last one left it", () =>
    Effect.gen(function* () {
      const { directory, open } = yield* site()
      const [said, other] = drafts(2)
      yield* Effect.gen(function* () {
        const log = yield* RoomLog
        yield* log.append([said!, other!])
        const { appended } = yield* OpenJournal
        const before = appended()
        const demands: Array<Demand> = []
        for (let i = 0; i < 100; i++) {
          const by = UserId.make(`user${i - (i % 10 === 9 ? 1 : 0)}`)
          demands.push({ ...(yield* demand(said!, reacted(i))), by })
        }
        demands.push(yield* demand(other!, edited("changed")))
        const outcomes = yield* log.amend(demands)
        assert.isTrue(outcomes.every(({ _tag }) => _tag === "amended"))
        const revisions = outcomes.map(revisionOf)
        assert.deepStrictEqual(
          revisions,
          revisions.toSorted((a, b) => a - b)
        )
        assert.strictEqual(new Set(revisions).size, 101)
        assert.strictEqual(appended() - before, 2)
        assert.strictEqual(log.stream(lobby).version, revisions.at(-1))
      }).pipe(open())
      yield* Effect.gen(function* () {
        const { reactions } = (yield* RoomLog).stream(lobby).message(1)
        assert.lengthOf(reactions!["👍"]!, 80)
        assert.deepStrictEqual(yield* texts, ["message 1", "changed"])
      }).pipe(open({ directory: yield* crashCopy(directory) }))
    })
  )

  it.effect("is in what a start reads back, long after the store has had it", () =>
    Effect.gen(function* () {
      const { open } = yield* site()
      const said = drafts(5)
      yield* Effect.gen(function* () {
        yield* (yield* RoomLog).append(said)
        yield* amend(said[1]!, edited("two"))
        yield* amend(said[4]!, deleted)
        yield* drainEverything
      }).pipe(open())
      yield* Effect.gen(function* () {
        const log = yield* RoomLog
        yield* TestClock.adjust("5 minutes")
        yield* log.append([draft("elsewhere", { roomId: RoomId.make("den") })])
        yield* drainEverything
        const right = ["message 1", "two", "message 3", "message 4", ""]
        assert.deepStrictEqual(yield* texts, right)
        const stream = log.stream(lobby)
        assert.strictEqual(stream.oldest, 1)
        assert.deepStrictEqual(
          [1, 2, 3, 4, 5].map((seq) => stream.message(seq).content as string),
          right
        )
        const [again, other] = yield* log.append([said[1]!, { ...said[1]!, content: Content.make("two") }])
        assert.deepStrictEqual([again?._tag, other?._tag], ["duplicate", "conflict"])
      }).pipe(open())
    })
  )

  it.effect(
    "is not undone by a read that began when the message was in memory and comes when only the file has it",
    () =>
      Effect.gen(function* () {
        const { open } = yield* site()
        const said = drafts(5)
        yield* Effect.gen(function* () {
          const log = yield* RoomLog
          yield* log.append(said)
          yield* amend(said[1]!, deleted)
          yield* drainEverything
          yield* TestClock.adjust("5 minutes")
          // what another room changes has the overlay let go of what is old
          const elsewhere = draft("elsewhere", { roomId: RoomId.make("den") })
          yield* log.append([elsewhere])
          yield* amend(elsewhere, edited("changed"))
          yield* drainEverything
          log.forget(lobby)
          const read = yield* log.read(lobby, 0, 5)
          // whoever asked looks again, and finds it in the store
          assert.notInclude(JSON.stringify(read ?? []), "message 2")
          assert.deepStrictEqual(yield* texts, ["message 1", "", "message 3", "message 4", "message 5"])
        }).pipe(open())
      })
  )

  it.effect("is gone as a whole where it was being written when the process died, and the message is as it was", () =>
    Effect.gen(function* () {
      const { directory, open } = yield* site()
      const said = drafts(2)
      const { after, before, died } = yield* Effect.gen(function* () {
        yield* (yield* RoomLog).append(said)
        const { journal } = yield* OpenJournal
        const { lsn } = journal
        yield* amend(said[0]!, edited("never seen"))
        return { before: lsn, after: journal.lsn, died: yield* crashCopy(directory) }
      }).pipe(open())
      const segment = join(died, "journal", segmentsIn(died)[0]!)
      const bytes = readFileSync(segment)
      for (let end = before; end < after; end += 7) {
        writeFileSync(segment, bytes.subarray(0, end))
        yield* Effect.gen(function* () {
          assert.deepStrictEqual(yield* texts, ["message 1", "message 2"])
          yield* amend(said[0]!, edited("now"))
          assert.deepStrictEqual(yield* texts, ["now", "message 2"])
        }).pipe(open({ directory: yield* crashCopy(died) }))
      }
    })
  )

  // P4
  it.effect("leaves what was first said known after a restart, so that a repeat is told from another message", () =>
    Effect.gen(function* () {
      const { open } = yield* site()
      const [first, second] = drafts(2)
      yield* Effect.gen(function* () {
        yield* (yield* RoomLog).append([first!, second!])
        yield* amend(first!, edited("once"))
        yield* amend(first!, edited("twice"))
        yield* amend(second!, deleted)
      }).pipe(open())
      yield* Effect.gen(function* () {
        const outcomes = yield* (yield* RoomLog).append([
          first!,
          { ...first!, content: Content.make("twice") },
          { ...first!, type: "system" },
          second!,
          { ...second!, content: Content.make("whatever") }
        ])
        assert.deepStrictEqual(
          outcomes.map(({ _tag }) => _tag),
          ["duplicate", "conflict", "conflict", "duplicate", "duplicate"]
        )
      }).pipe(open())
    })
  )

  it.effect(
    "has a higher revision than every change before, also after a clock that was set back and files that are gone",
    () =>
      Effect.gen(function* () {
        const { directory, open, store } = yield* site({ segmentBytes: 400 })
        const [one, two] = drafts(2)
        yield* TestClock.setTime(1_900_000_000_000)
        const first = yield* Effect.gen(function* () {
          yield* (yield* RoomLog).append([one!, two!])
          const revision = revisionOf(yield* amend(one!, edited("x".repeat(400))))
          yield* (yield* RoomLog).append(drafts(10))
          yield* drainEverything
          yield* (yield* RoomLog).append(drafts(10))
          return revision
        }).pipe(open())
        assert.notInclude(
          segmentsIn(directory)
            .map((name) => readFileSync(join(directory, "journal", name)))
            .join(),
          "xxxx"
        )
        yield* TestClock.setTime(1_800_000_000_000)
        yield* Effect.gen(function* () {
          assert.isAbove(revisionOf(yield* amend(two!, edited("later"))), first)
          assert.isAbove(revisionOf(yield* amend(one!, edited("later"))), first)
          yield* drainEverything
        }).pipe(open())
        const stored = yield* store.room(lobby, { limit: 2, order: "oldest" })
        assert.deepStrictEqual(
          stored.map(({ json }) => JSON.parse(json).content),
          ["later", "later"]
        )
      })
  )

  it.effect("may be of a message from before the machine fell", () =>
    Effect.gen(function* () {
      const { directory, open } = yield* site()
      const said = drafts(3)
      yield* TestClock.setTime(1_800_000_000_000)
      yield* Effect.gen(function* () {
        yield* (yield* RoomLog).append(said)
        yield* drainEverything
        yield* amend(said[0]!, edited("before"))
      }).pipe(open())
      const fallen = yield* crashCopy(directory)
      // what was not flushed is lost with the machine; the word that it had been closed in order, too
      rmSync(join(fallen, "journal", "checkpoint"))
      yield* Effect.gen(function* () {
        const log = yield* RoomLog
        assert.strictEqual(log.tail(lobby).head, 0)
        yield* drainEverything
        yield* amend(said[1]!, edited("after"))
        yield* amend(said[2]!, deleted)
        yield* log.append([draft("message 4")])
        assert.deepStrictEqual(yield* texts, ["before", "after", "", "message 4"])
      }).pipe(open({ directory: fallen, bootId: "boot-2" }))
      yield* Effect.gen(function* () {
        assert.strictEqual((yield* RoomLog).tail(lobby).head, 1)
        assert.isFalse((yield* RoomLog).tail(lobby).owesOlder)
        assert.deepStrictEqual(yield* texts, ["before", "after", "", "message 4"])
        yield* drainEverything
        yield* TestClock.adjust("2 minutes")
        yield* drainSome(1)
        assert.deepStrictEqual(yield* texts, ["before", "after", "", "message 4"])
      }).pipe(open({ directory: yield* crashCopy(fallen), bootId: "boot-2" }))
    })
  )

  it.effect(
    "is refused as a whole batch when the store is too far behind, and nothing is as it should have become",
    () =>
      Effect.gen(function* () {
        const { open } = yield* site({ maxBacklogBytes: 65_536 })
        yield* Effect.gen(function* () {
          const log = yield* RoomLog
          const said = Array.from({ length: 80 }, (_, i) => draft(`${i} ${"x".repeat(900)}`))
          yield* log.append(said)
          const { journal } = yield* OpenJournal
          const before = journal.lsn
          const demands = [yield* demand(said[0]!, edited("one")), yield* demand(said[1]!, deleted)]
          const failure = yield* Effect.flip(log.amend(demands))
          assert.strictEqual(failure.reason, "overloaded")
          assert.strictEqual(journal.lsn, before)
          assert.include((yield* texts)[0], "0 x")
          yield* drainEverything
          assert.deepStrictEqual(
            (yield* log.amend(demands)).map(({ _tag }) => _tag),
            ["amended", "amended"]
          )
          assert.deepStrictEqual((yield* texts).slice(0, 2), ["one", ""])
          // what changes nothing needs no place in the journal
          const { lsn } = journal
          assert.deepStrictEqual(
            (yield* log.amend(demands)).map(({ _tag }) => _tag),
            ["unchanged", "unchanged"]
          )
          assert.strictEqual(journal.lsn, lsn)
        }).pipe(open())
      })
  )

  it.effect("counts as waiting for the store since it was made, not since its message was", () =>
    Effect.gen(function* () {
      const { open } = yield* site()
      const [said] = drafts(1)
      yield* TestClock.setTime(1_800_000_000_000)
      yield* Effect.gen(function* () {
        yield* (yield* RoomLog).append([said!])
        yield* drainEverything
        yield* TestClock.setTime(1_900_000_000_000)
        yield* amend(said!, edited("much later"))
        assert.strictEqual((yield* OpenJournal).journal.oldestUndrained, 1_900_000_000_000)
      }).pipe(open())
    })
  )
})
