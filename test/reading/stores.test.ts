/** Read markers as a server keeps them: in every engine, and beyond its end. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Logger, Schedule } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Supervisor } from "../../src/actor/Supervisor.ts"
import { Analytics } from "../../src/analytics/Analytics.ts"
import type { Configuration } from "../../src/AppConfig.ts"
import { RoomId } from "../../src/domain/RoomId.ts"
import { UserId } from "../../src/domain/UserId.ts"
import { RoomLog } from "../../src/log/RoomLog.ts"
import { Vitals } from "../../src/observability/Vitals.ts"
import { persistence } from "../../src/Persistence.ts"
import * as keptMarkers from "../../src/reading/keptMarkers.ts"
import { ReadMarkers } from "../../src/reading/ReadMarkers.ts"
import { draft } from "../contract/roomLog.ts"
import { Dynalite } from "../support/Dynalite.ts"
import { configuration } from "../support/Engine.ts"
import { by, lobby } from "./Site.ts"

const reader = UserId.make("böb\u{1F600}#odd/signs")
const dm = RoomId.make("dm:of-two")

const directory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "hubbub-reading-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)
const emulator = Effect.acquireRelease(
  Effect.promise(() => Dynalite.start()),
  (dynalite) => Effect.promise(() => dynalite.stop())
)
const soon = { schedule: Schedule.spaced("20 millis"), times: 250 }

/** Does something with the markers and the log of a server that starts, and stops after. */
const serving = <A, E>(
  config: Configuration,
  use: (markers: ReadMarkers, log: RoomLog["Service"]) => Effect.Effect<A, E>
) =>
  Effect.gen(function* () {
    const markers = yield* ReadMarkers
    if (markers === undefined) return yield* Effect.die("there are no markers")
    // a table that was just made takes a moment
    yield* Effect.retry(
      markers.list(reader, [], () => true, 1),
      soon
    )
    return yield* use(markers, yield* RoomLog)
  }).pipe(
    Effect.provide(
      keptMarkers.layer.pipe(
        Layer.provide(Analytics.layer),
        Layer.provideMerge(persistence(config)),
        Layer.provide(Layer.mergeAll(Supervisor.layer, Vitals.layer, Logger.layer([])))
      ),
      { local: true }
    )
  )

describe("read markers of a server", () => {
  it.live.each([
    { durability: "journal", store: "sqlite" },
    { durability: "store", store: "dynamodb" }
  ] as const)("in $store are there when it starts again, with what was said meanwhile", (mode) =>
    Effect.gen(function* () {
      const config = configuration({
        ...mode,
        dataDir: yield* directory,
        dynamoDbEndpoint: mode.store === "dynamodb" ? (yield* emulator).url : ""
      })
      const texts = Array.from({ length: 300 }, (_, i) => draft(String(i)))
      const { epoch } = yield* serving(config, (markers, log) =>
        Effect.gen(function* () {
          const { epoch } = log.tail(lobby)
          yield* markers.enter(reader, lobby, { epoch, seq: 0 })
          yield* log.append([...texts, draft("psst", { roomId: dm })])
          assert.deepInclude(yield* markers.read(by(reader), lobby, { seq: 250 }), { unread: 50 })
          assert.deepInclude(yield* markers.enter(reader, dm, { epoch, seq: 1 }), { seq: 0, unread: 1 })
          return { epoch }
        })
      )
      yield* serving(config, (markers, log) =>
        Effect.gen(function* () {
          // nobody has come into the rooms yet
          const list = Effect.retry(
            markers.list(reader, [], () => true, 100),
            soon
          )
          const before = yield* list
          assert.deepStrictEqual(
            before.rooms.map(({ roomId, seq, unread }) => [roomId, seq, unread]),
            [
              [dm, 0, 1],
              [lobby, 250, 50]
            ]
          )
          yield* log.append([draft("more")])
          assert.deepInclude((yield* list).rooms[0], { roomId: lobby, upTo: { epoch, seq: 301 }, unread: 51 })
        })
      )
    })
  )

  it.live("are in the memory of one that keeps nothing", () =>
    serving(configuration({ durability: "memory" }), (markers, log) =>
      Effect.gen(function* () {
        yield* log.append([draft("psst", { roomId: dm })])
        const end = { epoch: log.tail(dm).epoch, seq: 1 }
        assert.deepInclude(yield* markers.enter(reader, dm, end), { unread: 1 })
        yield* markers.read(by(reader), dm, { seq: 1 })
        assert.deepInclude(yield* markers.enter(reader, dm, end), { ...end, unread: 0 })
      })
    )
  )
})
