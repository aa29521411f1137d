/** What outlives a process that keeps read markers: records in a store that can be away, and a log; and processes that come and go over them. */
import { randomUUID } from "node:crypto"
import { Context, Effect, Exit, Layer, Logger, Scope } from "effect"
import { Supervisor } from "../../src/actor/Supervisor.ts"
import { Analytics } from "../../src/analytics/Analytics.ts"
import type { AnalyticsEvent } from "../../src/analytics/Event.ts"
import { MessageId } from "../../src/domain/MessageId.ts"
import type { Draft } from "../../src/domain/Message.ts"
import { RoomId } from "../../src/domain/RoomId.ts"
import type { ServerFrame } from "../../src/domain/ServerFrame.ts"
import { UserId } from "../../src/domain/UserId.ts"
import { RoomLog } from "../../src/log/RoomLog.ts"
import { Audience } from "../../src/reading/Audience.ts"
import * as keptMarkers from "../../src/reading/keptMarkers.ts"
import { ReadMarkers } from "../../src/reading/ReadMarkers.ts"
import { History } from "../../src/store/History.ts"
import type { HistoryUnavailable } from "../../src/store/HistoryUnavailable.ts"
import * as MemoryRecords from "../../src/store/MemoryRecords.ts"
import * as MemoryStore from "../../src/store/MemoryStore.ts"
import { StoreUnavailable } from "../../src/store/MessageStore.ts"
import { type RecordDraft, RecordStore } from "../../src/store/RecordStore.ts"
import { draft } from "../contract/roomLog.ts"

export const ann = UserId.make("ann")
export const bob = UserId.make("bob")
export const lobby = RoomId.make("lobby")

export const by = (userId: UserId, connectionId = "phone") => ({ userId, connectionId, present: true })

/** What a user was told, and which of their connections was not. */
interface Told {
  readonly to: string
  readonly but: string
  readonly frame: ServerFrame
}

export class Site {
  away = false
  silent = false
  /** Whether what is put is taken. */
  writable = true
  /** Lists that the store was asked for. */
  lists = 0
  /** What the store was given, in order. */
  readonly puts: Array<RecordDraft> = []
  readonly removed: Array<string> = []
  /** Pages of history that were read. */
  pages = 0
  /** What a page of history waits for, and fails with. */
  beforePage: Effect.Effect<void, HistoryUnavailable> = Effect.void
  /** What analytics were told. */
  readonly events: Array<AnalyticsEvent> = []
  /** Users who have connections. */
  readonly here = new Set<UserId>()
  private told: Array<Told> = []
  readonly log: RoomLog["Service"]
  readonly records: RecordStore["Service"]
  private readonly history: History["Service"]

  private constructor(context: Context.Context<RecordStore | RoomLog | History>) {
    this.records = Context.get(context, RecordStore)
    this.log = Context.get(context, RoomLog)
    this.history = Context.get(context, History)
  }

  static readonly make = Effect.map(
    Layer.build(
      Layer.fresh(
        History.layer.pipe(
          Layer.provide(MemoryStore.layer),
          Layer.provideMerge(RoomLog.layerMemory({ messages: 8192, bytes: 2 ** 22, burstMs: 0 })),
          Layer.merge(MemoryRecords.layer)
        )
      )
    ),
    (context) => new Site(context)
  )

  /** Starts a process; ends when it is up. */
  readonly start = Effect.fnUntraced({ self: this }, function* (this: Site) {
    const scope = yield* Scope.make()
    const context = yield* Layer.buildWithScope(
      Layer.fresh(keptMarkers.layer).pipe(
        Layer.provide(this.counted.pipe(Layer.provide(Layer.fresh(Analytics.layer)))),
        Layer.provide(Layer.fresh(Supervisor.layer)),
        Layer.provide(
          Layer.mergeAll(
            Layer.succeed(RecordStore, this.store),
            Layer.succeed(RoomLog, this.log),
            Layer.succeed(History, this.read),
            Layer.succeed(Audience, {
              has: (userId) => this.here.has(userId),
              tell: (to, _, frame, but) => this.told.push({ to, but, frame })
            }),
            Logger.layer([])
          )
        )
      ),
      scope
    )
    yield* Effect.addFinalizer(() => Scope.close(scope, Exit.void))
    const markers = Context.get(context, ReadMarkers)
    if (markers === undefined) return yield* Effect.die("there are no markers")
    return { markers, stop: Scope.close(scope, Exit.void) }
  })

  /** What users were told since this was last asked. */
  take(): ReadonlyArray<Told> {
    const { told } = this
    this.told = []
    return told
  }

  /** Has users say something, each in their turn. */
  say(userId: UserId, texts: ReadonlyArray<string>, more: Partial<Draft> = {}) {
    return this.log.append(
      texts.map((text) => draft(text, { userId, messageId: MessageId.make(randomUUID()), ...more }))
    )
  }

  private readonly counted = Layer.effect(
    Analytics,
    Effect.map(Analytics, (analytics) =>
      Analytics.of({
        ...analytics,
        record: (event) => {
          this.events.push(event)
          analytics.record(event)
        }
      })
    )
  )

  private get read(): History["Service"] {
    return History.of({
      ...this.history,
      room: (roomId, query) => {
        this.pages++
        return Effect.andThen(this.beforePage, this.history.room(roomId, query))
      }
    })
  }

  private get store(): RecordStore["Service"] {
    const { records } = this
    const through = <A, E>(call: Effect.Effect<A, E>): Effect.Effect<A, E | StoreUnavailable> =>
      Effect.suspend((): Effect.Effect<A, E | StoreUnavailable> => {
        if (this.silent) return Effect.never
        return this.away ? Effect.fail(new StoreUnavailable({ reason: "a test wants it so" })) : call
      })
    return RecordStore.of({
      get: (pk, sk) => through(records.get(pk, sk)),
      list: (page) => {
        this.lists++
        return through(records.list(page))
      },
      put: (given, condition) =>
        through(
          Effect.suspend((): ReturnType<typeof records.put> => {
            if (!this.writable) return Effect.fail(new StoreUnavailable({ reason: "a test wants it full" }))
            this.puts.push(given)
            return records.put(given, condition)
          })
        ),
      remove: (pk, sk) =>
        through(
          Effect.andThen(
            Effect.sync(() => this.removed.push(sk)),
            records.remove(pk, sk)
          )
        ),
      sweep: (before, limit) => through(records.sweep(before, limit))
    })
  }
}
