/** What every engine of the MessageStore port must do. An engine's test file calls this with a layer that is empty whenever it is built. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, type Layer } from "effect"
import { MessageId } from "../../src/domain/MessageId.ts"
import type { Position } from "../../src/domain/Position.ts"
import { RoomId } from "../../src/domain/RoomId.ts"
import { UserId } from "../../src/domain/UserId.ts"
import type { Entry } from "../../src/log/Entry.ts"
import { MessageStore, type UserPosition } from "../../src/store/MessageStore.ts"
import { entry, NOON, run } from "./messageEntry.ts"
import { messageSearchContract } from "./messageSearch.ts"
import {
  answer,
  assertEntries,
  byPosition,
  byUserPosition,
  walkRoom,
  walkUser,
  wholeRoom,
  wholeUser
} from "./messageWalk.ts"

export { entry }

const MONTH_MS = 31 * 24 * 3_600_000

const ORDERS = ["newest", "oldest"] as const

const place = (at: number, roomId: string, epoch: number, seq: number): UserPosition => ({
  at,
  roomId: RoomId.make(roomId),
  epoch,
  seq
})

/** An order that is not the natural one, the same on every run: steps through the array by a prime. */
const shuffled = <A>(from: ReadonlyArray<A>) => from.map((_, i) => from[(i * 7919 + 13) % from.length]!)

export const messageStoreContract = (engine: string, layer: Layer.Layer<MessageStore>) => {
  const can = (title: string, test: () => Effect.Effect<void, unknown, MessageStore>) => {
    it.live(title, () => test().pipe(Effect.provide(layer)))
  }

  describe(`${engine} as a message store`, () => {
    can("is ready when it is up, says what it is, and takes at least one entry at a time", () =>
      Effect.gen(function* () {
        const store = yield* MessageStore
        yield* store.check
        assert.strictEqual(store.engine, engine)
        assert.isAtLeast(store.batch, 1)
      })
    )

    can("answers nothing for a room and a user of whom it knows nothing", () =>
      Effect.gen(function* () {
        const store = yield* MessageStore
        yield* store.put([])
        assert.deepStrictEqual(yield* wholeRoom("lobby"), [])
        assert.deepStrictEqual(yield* wholeUser("alice"), [])
        yield* store.put(run(1, 3))
        assert.deepStrictEqual(yield* wholeRoom("elsewhere"), [])
        assert.deepStrictEqual(yield* wholeUser("bob"), [])
      })
    )

    can("gives back every entry exactly as it was given, whatever is written in it", () =>
      Effect.gen(function* () {
        const store = yield* MessageStore
        const contents = [
          "",
          "plain",
          "quotes \" ' ` and \\ slashes / \\u0041",
          "line\nbreak\r\n\ttab",
          "a NUL \u0000 inside, and controls \u0001\u001f\u007f\u009f",
          "é and e\u0301 are not the same, nor are Å and \u212b",
          "👨‍👩‍👧‍👦 \u202e\u200b\ufeff\u2028\u2029 ﷽ \u{10ffff}\ufffd",
          "a lone \ud800 and \udc00",
          "'; DROP TABLE messages; -- %s $1 ? :at",
          "{}",
          "null",
          "  spaces  around  "
        ]
        const plain = contents.map((content, i) => entry(i + 1, { content }))
        const rich = entry(100)
        const odd: ReadonlyArray<Entry> = [
          {
            ...rich,
            json: JSON.stringify({
              ...JSON.parse(rich.json),
              username: 'Ålice \\ "A" 🦊',
              replyTo: rich.messageId,
              mentions: ["bob", "__proto__"],
              editedAt: "2025-12-30T12:00:00.000Z",
              deleted: false,
              reactions: { "👍": ["bob"], "": [] }
            })
          },
          { ...entry(101), messageId: MessageId.make("ABCDEF00-0000-4000-8000-00000000000a") },
          entry(102, { at: Date.UTC(2026, 0, 1) - 1 }),
          entry(103, { roomId: "0._:-" })
        ]
        yield* store.put([...plain, ...odd])
        assertEntries(yield* wholeRoom("lobby"), [...plain, ...odd.slice(0, 3)])
        assertEntries(yield* wholeRoom("0._:-"), odd.slice(3))
        assertEntries(yield* wholeUser("alice"), [...plain, ...odd].sort(byUserPosition))
      })
    )

    can("cuts any stretch of a room: exclusive ends, held or not, over several epochs with gaps", () =>
      Effect.gen(function* () {
        const store = yield* MessageStore
        const all = [
          ...run(1, 4),
          ...run(3, 5, { epoch: 2 }),
          entry(9, { epoch: 2 }),
          ...run(1, 2, { epoch: 7 }),
          entry(1, { epoch: 12 })
        ]
        yield* store.put(shuffled(all))
        const ends: ReadonlyArray<Position | undefined> = [
          undefined,
          { epoch: 0, seq: 0 },
          { epoch: 1, seq: 2 },
          { epoch: 2, seq: 4 },
          { epoch: 2, seq: 7 },
          { epoch: 5, seq: 3 },
          { epoch: 12, seq: 1 },
          { epoch: 40, seq: 1 }
        ]
        for (const after of ends) {
          for (const before of ends) {
            for (const order of ORDERS) {
              for (const limit of [1, 4, 200]) {
                const stretch = { after, before, limit, order }
                assertEntries(
                  yield* store.room(RoomId.make("lobby"), stretch),
                  answer<Position>(all, byPosition, stretch),
                  JSON.stringify(stretch)
                )
              }
            }
          }
        }
      })
    )

    can("cuts any stretch of a user's messages: by time, then room, then position", () =>
      Effect.gen(function* () {
        const store = yield* MessageStore
        const all = [
          entry(1, { at: NOON - 2 * MONTH_MS }),
          entry(5, { at: NOON, roomId: "lobby" }),
          entry(6, { at: NOON, roomId: "lobby" }),
          entry(2, { at: NOON, roomId: "lobby", epoch: 2 }),
          entry(3, { at: NOON, roomId: "den" }),
          entry(9, { at: NOON, roomId: "lobby-2" }),
          entry(4, { at: NOON + 1, roomId: "den" }),
          entry(7, { at: NOON + 5 })
        ]
        yield* store.put(shuffled([...all, ...run(20, 30, { userId: "bob", at: NOON })]))
        const ends: ReadonlyArray<UserPosition | undefined> = [
          undefined,
          place(NOON - 3 * MONTH_MS, "a", 1, 1),
          place(NOON, "den", 1, 3),
          place(NOON, "lobby", 1, 5),
          place(NOON, "lobby", 1, 7),
          place(NOON, "lobby", 9, 1),
          place(NOON + 1, "a", 1, 1),
          place(NOON + MONTH_MS, "a", 1, 1)
        ]
        for (const after of ends) {
          for (const before of ends) {
            for (const order of ORDERS) {
              for (const limit of [1, 3, 200]) {
                const stretch = { after, before, limit, order }
                assertEntries(
                  yield* store.user(UserId.make("alice"), stretch),
                  answer<UserPosition>(all, byUserPosition, stretch),
                  JSON.stringify(stretch)
                )
              }
            }
          }
        }
      })
    )

    can("gives as many as asked for while there are so many, from 1 to 200", () =>
      Effect.gen(function* () {
        const store = yield* MessageStore
        const all = run(1, 205)
        yield* store.put(all)
        for (const limit of [1, 2, 25, 100, 199, 200]) {
          for (const order of ORDERS) {
            const expected = order === "oldest" ? all.slice(0, limit) : all.toReversed().slice(0, limit)
            assertEntries(yield* store.room(RoomId.make("lobby"), { limit, order }), expected)
            assertEntries(yield* store.user(UserId.make("alice"), { limit, order }), expected)
          }
        }
      })
    )

    can("orders epochs, seqs and times by number, however many digits they have", () =>
      Effect.gen(function* () {
        const store = yield* MessageStore
        const all = [1, 2, 9, 10, 99, 100, 9999, 10_000, 2 ** 47].flatMap((epoch) =>
          [1, 9, 10, 99, 100, 8192, 99_999, 1_000_000, 999_999_999_999].map((seq) => entry(seq, { epoch, at: NOON }))
        )
        yield* store.put(shuffled(all))
        assertEntries(yield* wholeRoom("lobby", 10), all)
        assertEntries(yield* wholeUser("alice", 10), all)
      })
    )

    can("pages through a hundred messages of one millisecond, each exactly once, by room and by user", () =>
      Effect.gen(function* () {
        const store = yield* MessageStore
        const lobby = run(1, 60, { at: NOON })
        const den = run(1, 40, { at: NOON, roomId: "den" })
        yield* store.put(shuffled([...lobby, ...den]))
        assertEntries(yield* wholeRoom("lobby", 7), lobby)
        assertEntries(yield* wholeRoom("den", 7), den)
        assertEntries(yield* wholeUser("alice", 7), [...den, ...lobby])
      })
    )

    can("neither repeats nor skips when messages arrive between two pages", () =>
      Effect.gen(function* () {
        const store = yield* MessageStore
        const lobby = RoomId.make("lobby")
        const alice = UserId.make("alice")
        const first = run(1, 20, { at: NOON })
        const second = run(21, 30, { at: NOON })
        yield* store.put(first)
        const newest = { limit: 8, order: "newest" } as const
        const oldest = { limit: 8, order: "oldest" } as const
        const back = yield* store.room(lobby, newest)
        const ahead = yield* store.room(lobby, oldest)
        const userBack = yield* store.user(alice, newest)
        const userAhead = yield* store.user(alice, oldest)
        // in the middle of what the user has at that millisecond, too: `den` comes before `lobby`
        yield* store.put([...second, ...run(1, 3, { at: NOON, roomId: "den" })])
        const rest = { limit: 200 }
        assertEntries(
          [...back, ...(yield* store.room(lobby, { ...rest, order: "newest", before: back.at(-1) }))],
          first.toReversed()
        )
        assertEntries(
          [...ahead, ...(yield* store.room(lobby, { ...rest, order: "oldest", after: ahead.at(-1) }))],
          [...first, ...second]
        )
        assertEntries(
          [...userBack, ...(yield* store.user(alice, { ...rest, order: "newest", before: userBack.at(-1) }))],
          [...first.toReversed(), ...run(1, 3, { at: NOON, roomId: "den" }).toReversed()]
        )
        assertEntries(
          [...userAhead, ...(yield* store.user(alice, { ...rest, order: "oldest", after: userAhead.at(-1) }))],
          [...first, ...second]
        )
      })
    )

    can("changes nothing when a batch comes again, wholly, in part, in another order or twice in one", () =>
      Effect.gen(function* () {
        const store = yield* MessageStore
        const all = run(1, 60)
        yield* store.put(all.slice(0, 30))
        yield* store.put(all.slice(0, 30))
        yield* store.put(all.slice(20, 50))
        yield* store.put(shuffled(all))
        yield* store.put([...all.slice(40), ...all.slice(40)])
        assertEntries(yield* wholeRoom("lobby"), all)
        assertEntries(yield* wholeUser("alice"), all)
      })
    )

    can("has of each message what the highest revision says, in whatever order and however often they come", () =>
      Effect.gen(function* () {
        const store = yield* MessageStore
        const said = run(1, 40)
        const edited = run(11, 30, { content: "edited", revision: 5 })
        const deleted = run(21, 40, { content: "", revision: 1_790_000_000_123 })
        const right = [...said.slice(0, 10), ...edited.slice(0, 10), ...deleted]
        yield* store.put(said)
        yield* store.put(edited)
        yield* store.put(deleted)
        assertEntries(yield* wholeRoom("lobby"), right)
        for (const again of [edited, deleted, shuffled([...edited, ...deleted])]) {
          yield* store.put(again)
          assertEntries(yield* wholeRoom("lobby", 7), right)
          assertEntries(yield* wholeUser("alice", 7), right)
        }
        // what a journal that is drained again brings: all of it, in order
        yield* store.put(said)
        yield* store.put(edited)
        yield* store.put(deleted)
        assertEntries(yield* wholeRoom("lobby"), right)
        assertEntries(yield* wholeUser("alice"), right)
      })
    )

    can("takes a message and its changes in one batch, and a change before its message", () =>
      Effect.gen(function* () {
        const store = yield* MessageStore
        const said = run(1, 30)
        const edited = run(1, 30, { content: "edited", revision: 7 })
        const again = run(1, 30, { content: "again", revision: 8 })
        yield* store.put([...said.slice(0, 10), ...edited.slice(0, 10), ...again.slice(0, 10)])
        yield* store.put(shuffled([...said.slice(10, 20), ...edited.slice(10, 20), ...again.slice(10, 20)]))
        yield* store.put(again.slice(20))
        yield* store.put(edited.slice(20))
        assertEntries(yield* wholeRoom("lobby"), again)
        assertEntries(yield* wholeUser("alice"), again)
        assert.deepStrictEqual(yield* store.rooms({ limit: 10 }), [RoomId.make("lobby")])
      })
    )

    can("keeps what has one message id at two positions, in whichever case", () =>
      Effect.gen(function* () {
        const store = yield* MessageStore
        const messageId = MessageId.make("abcdef00-0000-4000-8000-00000000000a")
        const all = [
          entry(1, { messageId }),
          entry(2, { messageId }),
          entry(3, { messageId: MessageId.make(messageId.toUpperCase()) }),
          entry(1, { messageId, epoch: 2 })
        ]
        yield* store.put(all.slice(0, 2))
        yield* store.put(all.slice(2))
        assertEntries(yield* wholeRoom("lobby"), all)
      })
    )

    can("keeps rooms apart whose names begin alike", () =>
      Effect.gen(function* () {
        const store = yield* MessageStore
        const rooms = ["a", "a-b", "a.b", "a:b", "a_b", "a0", "aa", "ab", "a".repeat(64), "0", "00"]
        const all = rooms.flatMap((roomId) => run(1, 5, { roomId, at: NOON }))
        yield* store.put(shuffled(all))
        for (const roomId of rooms) {
          const own = all.filter((one) => one.roomId === roomId)
          assertEntries(yield* wholeRoom(roomId, 2), own)
        }
        assertEntries(yield* wholeUser("alice", 7), all.sort(byUserPosition))
      })
    )

    can("keeps users apart whose ids begin alike, look alike or mean something elsewhere", () =>
      Effect.gen(function* () {
        const store = yield* MessageStore
        const users = [
          "a",
          "A",
          "a#",
          "a#2025-12",
          "a|b",
          "a/b",
          "a:b",
          "#",
          "%",
          "_",
          "*",
          "';--",
          '"',
          "\\",
          "${a}",
          "é",
          "ﬁ",
          "fi",
          "😀",
          "💩".repeat(64),
          "__proto__",
          "constructor",
          "null",
          "0",
          "00"
        ]
        const all = users.flatMap((userId, i) => run(10 * i + 1, 10 * i + 5, { userId, at: NOON }))
        yield* store.put(shuffled(all))
        for (const userId of users) {
          assertEntries(
            yield* wholeUser(userId, 2),
            all.filter((one) => one.userId === userId)
          )
        }
        assertEntries(yield* wholeRoom("lobby", 50), all)
      })
    )

    can("names the rooms that it has messages of, each once, by code unit and page by page", () =>
      Effect.gen(function* () {
        const store = yield* MessageStore
        assert.deepStrictEqual(yield* store.rooms({ limit: 10 }), [])
        const rooms = ["0", "00", "a", "a-b", "a.b", "a:b", "a_b", "aa", "lobby", "lobby-2", "z".repeat(64)]
        const all = rooms.flatMap((roomId) => [...run(1, 3, { roomId }), entry(8193, { roomId, epoch: 2 })])
        yield* store.put(shuffled(all))
        const sorted = rooms.toSorted().map((roomId) => RoomId.make(roomId))
        for (const limit of [1, 3, 11, 200]) {
          const found: Array<RoomId> = []
          for (;;) {
            const page = yield* store.rooms({ after: found.at(-1), limit })
            found.push(...page)
            if (page.length < limit) break
          }
          assert.deepStrictEqual(found, sorted)
        }
        // a place between two rooms, and one beyond them all
        assert.deepStrictEqual(yield* store.rooms({ after: RoomId.make("b"), limit: 1 }), [RoomId.make("lobby")])
        assert.deepStrictEqual(yield* store.rooms({ after: sorted.at(-1), limit: 1 }), [])
      })
    )

    can("walks through a long room without a hole", () =>
      Effect.gen(function* () {
        const store = yield* MessageStore
        const all = [...run(1, 2), ...run(8187, 8197), ...run(16_380, 16_390), ...run(81_919, 81_921)]
        yield* store.put(shuffled(all))
        for (const limit of [1, 3, 7, 200]) assertEntries(yield* wholeRoom("lobby", limit), all)
        assertEntries(
          yield* store.room(RoomId.make("lobby"), {
            order: "newest",
            before: { epoch: 1, seq: 16_384 },
            after: { epoch: 1, seq: 8191 },
            limit: 10
          }),
          [...run(16_380, 16_383).toReversed(), ...run(8192, 8197).toReversed()]
        )
      })
    )

    can("walks through a user's months and rooms, with months of silence between", () =>
      Effect.gen(function* () {
        const store = yield* MessageStore
        const times = [
          Date.UTC(2024, 1, 29, 23, 59, 59, 999),
          Date.UTC(2024, 2, 1),
          Date.UTC(2025, 5, 15),
          Date.UTC(2025, 11, 31, 23, 59, 59, 999),
          Date.UTC(2026, 0, 1),
          Date.UTC(2026, 0, 1, 0, 0, 0, 1),
          Date.UTC(2026, 3, 1)
        ]
        const all = times.flatMap((at, i) => [
          entry(i + 1, { at, roomId: "den" }),
          entry(2 * i + 1, { at }),
          entry(2 * i + 2, { at })
        ])
        yield* store.put(shuffled([...all, ...run(100, 110, { userId: "bob", at: times[2]! })]))
        for (const limit of [1, 4, 200]) assertEntries(yield* wholeUser("alice", limit), all)
      })
    )

    can("fills a page with 16 KB messages, too", () =>
      Effect.gen(function* () {
        const store = yield* MessageStore
        // three bytes a character, so that bytes and characters differ
        const all = Array.from({ length: 200 }, (_, i) => entry(i + 1, { content: `${i} ${"語".repeat(5300)}` }))
        yield* store.put(all)
        assertEntries(yield* store.room(RoomId.make("lobby"), { order: "oldest", limit: 200 }), all)
        assertEntries(yield* store.user(UserId.make("alice"), { order: "newest", limit: 200 }), all.toReversed())
      })
    )

    can("takes more at a time than it likes best", () =>
      Effect.gen(function* () {
        const store = yield* MessageStore
        const all = run(1, 2 * store.batch + 1)
        yield* store.put(all)
        assertEntries(yield* wholeRoom("lobby"), all)
      })
    )

    can("answers while it is written to, and with all that was acknowledged before", () =>
      Effect.gen(function* () {
        const store = yield* MessageStore
        const all = run(1, 500)
        const acknowledged = { entries: 0 }
        const writing = Effect.gen(function* () {
          for (let i = 0; i < all.length; i += 25) {
            yield* store.put(all.slice(i, i + 25))
            acknowledged.entries = i + 25
          }
        })
        const reading = Effect.gen(function* () {
          while (acknowledged.entries < all.length) {
            const sure = acknowledged.entries
            const seen = yield* walkRoom("lobby", "newest", 100)
            const mine = yield* walkUser("alice", "newest", 100)
            for (const some of [seen, mine]) {
              assertEntries(
                some,
                some.toSorted((a, b) => b.seq - a.seq)
              )
              assertEntries(some.filter(({ seq }) => seq <= sure).toReversed(), all.slice(0, sure))
            }
          }
        })
        yield* Effect.all([writing, reading, reading, reading], { concurrency: "unbounded" })
        assertEntries(yield* wholeRoom("lobby"), all)
        assertEntries(yield* wholeUser("alice"), all)
      })
    )

    can("keeps what several callers put at once", () =>
      Effect.gen(function* () {
        const store = yield* MessageStore
        const rooms = ["red", "green", "blue", "lobby"]
        yield* Effect.forEach(rooms, (roomId) => store.put(run(1, 40, { roomId })), { concurrency: "unbounded" })
        yield* Effect.forEach(rooms, () => store.put(run(30, 60)), { concurrency: "unbounded" })
        for (const roomId of rooms)
          assertEntries(yield* wholeRoom(roomId), run(1, roomId === "lobby" ? 60 : 40, { roomId }))
      })
    )
  })

  messageSearchContract(engine, layer)
}
