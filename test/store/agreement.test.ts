/** Any history, put in any order and with repeats, reads the same from every engine, however it is cut. */
import { assert, layer } from "@effect/vitest"
import { Arbitrary, Context, Effect, Layer, Schedule, Schema } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Supervisor } from "../../src/actor/Supervisor.ts"
import { RoomId } from "../../src/domain/RoomId.ts"
import { UserId } from "../../src/domain/UserId.ts"
import type { Entry } from "../../src/log/Entry.ts"
import * as MemoryStore from "../../src/store/MemoryStore.ts"
import { MessageStore, type Stretch } from "../../src/store/MessageStore.ts"
import * as DynamoDbStore from "../../src/store/dynamodb/DynamoDbStore.ts"
import * as SqliteStore from "../../src/store/sqlite/SqliteStore.ts"
import { entry, NOON } from "../contract/messageEntry.ts"
import { Dynalite } from "../support/Dynalite.ts"
import "../domain/seed.ts"

const RUNS = 100

const ROOMS = ["a", "a-b", "a.b", "a:b"] as const
const USERS = ["u", "U", "u#"] as const

const upTo = (maximum: number) => Schema.Int.check(Schema.isBetween({ minimum: 0, maximum }))

/** A small world, so that histories meet: places repeat, share a millisecond and lie on each other's ends. */
const Place = Schema.Struct({ room: Schema.Literals(ROOMS), epoch: upTo(3), seq: upTo(12), at: upTo(5) })
const Written = Schema.Struct({ ...Place.fields, user: Schema.Literals(USERS), text: Schema.String })
const Question = Schema.Struct({
  room: Schema.Literals(ROOMS),
  user: Schema.Literals(USERS),
  after: Schema.optionalKey(Place),
  before: Schema.optionalKey(Place),
  limit: Schema.Literals([1, 2, 5, 50, 200]),
  order: Schema.Literals(["newest", "oldest"])
})

const steps = Arbitrary.array(
  Arbitrary.all({
    batch: Arbitrary.array(Arbitrary.schema(Written), { maxLength: 20 }),
    repeat: Arbitrary.schema(Schema.Boolean),
    questions: Arbitrary.array(Arbitrary.schema(Question), { minLength: 1, maxLength: 10 })
  }),
  { minLength: 1, maxLength: 5 }
)

type Store = MessageStore["Service"]

const start = <E, R>(layer: Layer.Layer<MessageStore, E, R>) =>
  Effect.map(Layer.build(layer), (context) => Context.get(context, MessageStore))

/** The engines under comparison: what the model answers is right. */
class Engines extends Context.Service<Engines, { readonly model: Store; readonly others: ReadonlyArray<Store> }>()(
  "hubbub/test/Engines"
) {
  static readonly layer = Layer.effect(
    Engines,
    Effect.gen(function* () {
      const path = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "hubbub-agreement-"))),
        (path) => Effect.sync(() => rmSync(path, { recursive: true }))
      )
      const dynalite = yield* Effect.acquireRelease(
        Effect.promise(() => Dynalite.start()),
        (dynalite) => Effect.promise(() => dynalite.stop())
      )
      const sqlite = yield* start(SqliteStore.layer({ file: join(path, "hubbub.db") }))
      const dynamoDb = yield* start(
        DynamoDbStore.layer({
          endpoint: dynalite.url,
          region: "local",
          table: "agreement",
          // the emulator shares this process
          requestTimeoutMs: 10_000
        })
      )
      yield* Effect.retry(dynamoDb.check, { schedule: Schedule.spaced("20 millis"), times: 250 })
      return { model: yield* start(MemoryStore.layer), others: [sqlite, dynamoDb] }
    })
  ).pipe(Layer.provide(Supervisor.layer))
}

layer(Engines.layer, { excludeTestServices: true })("engines", (it) => {
  let runs = 0
  let answered = 0

  it.effect.prop(
    "agree about every stretch of every history",
    { steps },
    ({ steps }) =>
      Effect.gen(function* () {
        const { model, others } = yield* Engines
        // rooms and users of its own for each history, in stores that stay
        const own = `${++runs}`
        const room = (name: string) => RoomId.make(`${own}.${name}`)
        const user = (name: string) => UserId.make(`${own}.${name}`)
        const place = ({ at, epoch, room: name, seq }: typeof Place.Type) => ({
          at: NOON + at,
          roomId: room(name),
          epoch,
          seq
        })
        const written = new Map<string, Entry>()
        /** A position has one message for ever, so the first one drawn for it is the one. */
        const entryOf = ({ text, user: name, ...rest }: typeof Written.Type) => {
          const { seq, ...more } = place(rest)
          const key = `${more.roomId} ${more.epoch} ${seq}`
          const made = written.get(key) ?? entry(seq, { ...more, userId: user(name), content: text })
          written.set(key, made)
          return made
        }
        const compare = Effect.fnUntraced(function* (ask: (store: Store) => Effect.Effect<unknown, unknown>) {
          const expected = yield* ask(model)
          for (const other of others) assert.deepStrictEqual(yield* ask(other), expected, other.engine)
          if (Array.isArray(expected) && expected.length > 0) answered++
        })
        for (const { batch, questions, repeat } of steps) {
          const entries = batch.map(entryOf)
          for (const store of [model, ...others]) {
            yield* store.put(entries)
            if (repeat) yield* store.put(entries.toReversed())
          }
          for (const { after, before, limit, order, room: roomName, user: userName } of questions) {
            const stretch: Stretch<ReturnType<typeof place>> = {
              after: after && place(after),
              before: before && place(before),
              limit,
              order
            }
            yield* compare((store) => store.room(room(roomName), stretch))
            yield* compare((store) => store.user(user(userName), stretch))
          }
        }
        for (const order of ["newest", "oldest"] as const) {
          for (const name of ROOMS) yield* compare((store) => store.room(room(name), { limit: 200, order }))
          for (const name of USERS) yield* compare((store) => store.user(user(name), { limit: 200, order }))
        }
      }),
    { arbitrary: { runs: RUNS } }
  )

  it.effect("were asked about histories that are there", () =>
    Effect.sync(() => {
      assert.strictEqual(runs, RUNS)
      assert.isAbove(answered, 10 * RUNS)
    })
  )
})
