/** What outlives a process that moderates: records, in a store that can be away; and processes that come and go over them. */
import { Context, Effect, Exit, Latch, Layer, Scope } from "effect"
import { Supervisor } from "../../src/actor/Supervisor.ts"
import { Analytics } from "../../src/analytics/Analytics.ts"
import type { Moderation as Order } from "../../src/domain/Moderation.ts"
import { RoomId } from "../../src/domain/RoomId.ts"
import { UserId } from "../../src/domain/UserId.ts"
import * as keptModeration from "../../src/moderation/keptModeration.ts"
import { Moderation, type Moderator } from "../../src/moderation/Moderation.ts"
import { Purger } from "../../src/moderation/Purger.ts"
import * as MemoryRecords from "../../src/store/MemoryRecords.ts"
import { StoreUnavailable } from "../../src/store/MessageStore.ts"
import { RecordStore } from "../../src/store/RecordStore.ts"

export const alice = UserId.make("alice")
export const bob = UserId.make("bob")
export const lobby = RoomId.make("lobby")
export const garden = RoomId.make("garden")

/** A moderator of some rooms, or of all. */
export const moderator = (name: string, rooms?: ReadonlyArray<RoomId>): Moderator => ({
  userId: UserId.make(name),
  name,
  via: "socket",
  moderates: (roomId) => rooms === undefined || (roomId !== undefined && rooms.includes(roomId))
})
export const mia = moderator("mia")

interface ModeratingProcess {
  readonly moderation: Moderation
  readonly supervisor: Supervisor["Service"]
  readonly analytics: Analytics["Service"]
  /** Has a moderator of all rooms order something. */
  readonly order: (what: Order) => ReturnType<Moderation["order"]>
  /** Ends it as a stop does. */
  readonly stop: Effect.Effect<void>
}

/** What a test has for a purger, if it has one, and beyond that one that is not to be asked. */
const purgerOf = (own: Partial<Purger> | undefined): Purger | undefined =>
  own && {
    purge: own.purge ?? (() => Effect.die(new Error("nothing is purged here"))),
    remove: own.remove ?? (() => Effect.die(new Error("nothing is deleted here")))
  }

export class Site {
  /** Whether calls of the store fail. */
  away = false
  /** Whether calls of the store are never answered. */
  silent = false
  /** Holds up lists that were read, while it is closed. */
  readonly reads = Latch.makeUnsafe(true)
  /** Calls of the store so far that were to change something. */
  writes = 0
  readonly records: RecordStore["Service"]

  private constructor(records: RecordStore["Service"]) {
    this.records = records
  }

  static readonly make = Effect.map(
    Layer.build(Layer.fresh(MemoryRecords.layer)),
    (built) => new Site(Context.get(built, RecordStore))
  )

  /** Starts a process over the records; ends when it is up. */
  readonly start = Effect.fnUntraced(
    { self: this },
    function* (
      this: Site,
      {
        auditDays = 400,
        mode = "word",
        purger,
        words = ""
      }: {
        readonly auditDays?: number
        readonly mode?: "word" | "substring"
        readonly purger?: Partial<Purger>
        readonly words?: string
      } = {}
    ) {
      const scope = yield* Scope.make()
      const built = yield* Layer.buildWithScope(
        Layer.fresh(keptModeration.layer({ auditDays, filter: { words, mode } })).pipe(
          Layer.provideMerge(Layer.fresh(Analytics.layer)),
          Layer.provideMerge(Layer.fresh(Supervisor.layer)),
          Layer.provide(Layer.succeed(Purger, purgerOf(purger))),
          Layer.provide(Layer.succeed(RecordStore, this.store))
        ),
        scope
      )
      yield* Effect.addFinalizer(() => Scope.close(scope, Exit.void))
      const moderation = Context.get(built, Moderation)
      if (moderation === undefined) return yield* Effect.die("nobody is moderated")
      return {
        moderation,
        supervisor: Context.get(built, Supervisor),
        analytics: Context.get(built, Analytics),
        order: (what) => moderation.order(what, mia),
        stop: Scope.close(scope, Exit.void)
      } satisfies ModeratingProcess
    }
  )

  private get store(): RecordStore["Service"] {
    const { records } = this
    const through = <A, E>(call: Effect.Effect<A, E>): Effect.Effect<A, E | StoreUnavailable> =>
      Effect.suspend((): Effect.Effect<A, E | StoreUnavailable> => {
        if (this.silent) return Effect.never
        return this.away ? Effect.fail(new StoreUnavailable({ reason: "a test wants it so" })) : call
      })
    const writing = <A, E>(call: Effect.Effect<A, E>) => {
      this.writes++
      return through(call)
    }
    return RecordStore.of({
      get: (pk, sk) => through(records.get(pk, sk)),
      list: (page) => through(Effect.tap(records.list(page), this.reads.await)),
      put: (draft, condition) => writing(records.put(draft, condition)),
      remove: (pk, sk) => writing(records.remove(pk, sk)),
      sweep: (before, limit) => through(records.sweep(before, limit))
    })
  }
}
