/** Private rooms as a server keeps them: in every engine, and beyond its end. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Logger, Schedule } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Supervisor } from "../../src/actor/Supervisor.ts"
import type { Configuration } from "../../src/AppConfig.ts"
import { Vitals } from "../../src/observability/Vitals.ts"
import { persistence } from "../../src/Persistence.ts"
import * as keptRooms from "../../src/private/keptRooms.ts"
import { PrivateRooms } from "../../src/private/PrivateRooms.ts"
import { Dynalite } from "../support/Dynalite.ts"
import { configuration } from "../support/Engine.ts"
import { conversationsOf, user } from "./House.ts"

const [ann, bob, cid] = [user("ann"), user("böb\u{1F600}"), user("cid:with#odd/signs")]

const directory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "hubbub-private-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)
const emulator = Effect.acquireRelease(
  Effect.promise(() => Dynalite.start()),
  (dynalite) => Effect.promise(() => dynalite.stop())
)

/** Does something with the private rooms of a server that starts, and stops after. */
const serving = <A, E>(config: Configuration, use: (rooms: PrivateRooms) => Effect.Effect<A, E>) =>
  Effect.gen(function* () {
    const rooms = yield* PrivateRooms
    if (rooms === undefined) return yield* Effect.die("there are no private rooms")
    // a table that was just made takes a moment
    yield* Effect.retry(rooms.blocks(ann), { schedule: Schedule.spaced("20 millis"), times: 250 })
    return yield* use(rooms)
  }).pipe(
    Effect.provide(
      keptRooms
        .layer({ groupMembersMax: 200 })
        .pipe(
          Layer.provide(persistence(config)),
          Layer.provide(Layer.mergeAll(Supervisor.layer, Vitals.layer, Logger.layer([])))
        ),
      { local: true }
    )
  )

describe("private rooms of a server", () => {
  it.live.each([
    { durability: "journal", store: "sqlite" },
    { durability: "store", store: "dynamodb" }
  ] as const)("in $store are there when it starts again", (mode) =>
    Effect.gen(function* () {
      const config = configuration({
        ...mode,
        dataDir: yield* directory,
        dynamoDbEndpoint: mode.store === "dynamodb" ? (yield* emulator).url : ""
      })
      const { roomId, two } = yield* serving(config, (rooms) =>
        Effect.gen(function* () {
          const two = yield* rooms.between(ann, bob)
          yield* rooms.block(bob, cid)
          const { roomId } = yield* rooms.group(ann, "Trip", [])
          const invited = [bob, cid, user("dan"), user("eve")]
          yield* Effect.forEach(invited, (userId) => rooms.invite(ann, roomId, userId), { concurrency: "unbounded" })
          yield* Effect.all([rooms.remove(ann, roomId, user("dan")), rooms.remove(ann, roomId, ann)], {
            concurrency: "unbounded"
          })
          return { roomId, two }
        }).pipe(Effect.orDie)
      )
      yield* serving(config, (rooms) =>
        Effect.gen(function* () {
          assert.strictEqual(yield* rooms.between(bob, ann), two)
          assert.deepEqual(yield* conversationsOf(rooms, ann), [{ roomId: two, with: bob }])
          const [group, ...others] = yield* conversationsOf(rooms, bob)
          assert.deepInclude(group, { roomId, title: "Trip" })
          assert.deepEqual(others, [{ roomId: two, with: ann }])
          const members = yield* Effect.filter([ann, bob, cid, user("dan"), user("eve")], (userId) =>
            rooms.admits(userId, roomId)
          )
          assert.includeMembers(members, [bob, cid, user("eve")])
          assert.notInclude(members, ann)
          assert.deepEqual(yield* rooms.blocks(bob), [cid])
          assert.deepInclude(yield* Effect.flip(rooms.between(cid, bob)), { code: "forbidden", field: "to" })
          assert.isFalse(yield* rooms.admits(cid, two))
        })
      )
    })
  )
})
