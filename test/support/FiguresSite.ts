/**
 * What outlives a process that counts: a log, an archive and a store of rollups; and processes that come and go over them. The log is in
 * memory and shared, so that a message is kept the moment it is appended, whatever becomes of the process that counts it.
 */
import { randomUUID } from "node:crypto"
import { Context, Effect, Exit, Layer, Scope } from "effect"
import { Supervisor } from "../../src/actor/Supervisor.ts"
import { Analytics } from "../../src/analytics/Analytics.ts"
import type { AnalyticsEvent } from "../../src/analytics/Event.ts"
import { Figures } from "../../src/analytics/Figures.ts"
import { NodeName } from "../../src/analytics/NodeName.ts"
import * as Rollups from "../../src/analytics/Rollups.ts"
import { RollupStore } from "../../src/analytics/RollupStore.ts"
import { Content } from "../../src/domain/Content.ts"
import type { Draft } from "../../src/domain/Message.ts"
import { MessageId } from "../../src/domain/MessageId.ts"
import { RoomId } from "../../src/domain/RoomId.ts"
import { UserId } from "../../src/domain/UserId.ts"
import { Username } from "../../src/domain/Username.ts"
import { RoomLog } from "../../src/log/RoomLog.ts"
import { History } from "../../src/store/History.ts"
import * as MemoryRollups from "../../src/store/MemoryRollups.ts"
import * as MemoryStore from "../../src/store/MemoryStore.ts"
import { MessageStore } from "../../src/store/MessageStore.ts"

type Kept = RoomLog | MessageStore | History | RollupStore

/** Everything that is kept. */
export const site: Effect.Effect<Context.Context<Kept>, never, Scope.Scope> = Layer.build(
  History.layer.pipe(
    Layer.provideMerge(
      Layer.merge(RoomLog.layerMemory({ messages: 10_000, bytes: 2 ** 26, burstMs: 0 }), MemoryStore.layer)
    ),
    Layer.merge(MemoryRollups.layer)
  )
)

export interface CountingProcess {
  readonly record: (event: AnalyticsEvent) => Effect.Effect<void>
  /** Sends a message and has it counted; with `unseen` the process ends before it could count. */
  readonly say: (roomId: string, userId: string, content?: string, unseen?: boolean) => Effect.Effect<void>
  readonly analytics: Analytics["Service"]
  readonly figures: Figures["Service"]
  /** Ends it as a stop does. */
  readonly stop: Effect.Effect<void>
  /** Ends it as `kill -9` does: it writes nothing any more. */
  readonly kill: Effect.Effect<void>
}

/** Starts a process over what is kept. */
export const start = Effect.fnUntraced(function* (
  kept: Context.Context<Kept>,
  { node = "a", ...retention }: Partial<Rollups.RollupsOptions & { readonly node: string }> = {}
): Effect.fn.Return<CountingProcess, never, Scope.Scope> {
  const scope = yield* Scope.make()
  const store = Context.get(kept, RollupStore)
  let alive = true
  /** Nothing comes back from a store to a process that is gone. */
  const whileAlive = <A, E>(call: Effect.Effect<A, E>) => Effect.suspend(() => (alive ? call : Effect.never))
  const own = RollupStore.of({
    put: (rollups) => whileAlive(store.put(rollups)),
    range: (range) => whileAlive(store.range(range)),
    find: (keys) => whileAlive(store.find(keys)),
    remove: (old) => whileAlive(store.remove(old))
  })
  const options = { minutesDays: 7, quartersDays: 90, usersDays: 400, ...retention }
  const built = yield* Layer.buildWithScope(
    Rollups.layer(options).pipe(
      Layer.provideMerge(Analytics.layer),
      Layer.provideMerge(Supervisor.layer),
      Layer.provide(Layer.succeed(NodeName, node)),
      Layer.provide(Layer.succeedContext(Context.add(kept, RollupStore, own)))
    ),
    scope
  )
  const analytics = Context.get(built, Analytics)
  const log = Context.get(kept, RoomLog)
  return {
    analytics,
    figures: Context.get(built, Figures),
    record: (event) => Effect.sync(() => analytics.record(event)),
    say: (roomId, userId, content = "hello", unseen = false) =>
      Effect.gen(function* () {
        const draft: Draft = {
          messageId: MessageId.make(randomUUID()),
          roomId: RoomId.make(roomId),
          type: "chat",
          userId: UserId.make(userId),
          username: Username.make(userId),
          content: Content.make(content)
        }
        const [outcome] = yield* Effect.orDie(log.append([draft]))
        if (unseen || outcome?._tag !== "accepted") return
        const { timestamp } = outcome.message
        analytics.said(
          {
            _tag: "message",
            roomId,
            userId,
            username: userId,
            type: "chat",
            bot: false,
            content,
            reply: false,
            expected: 1
          },
          Date.parse(timestamp)
        )
      }),
    stop: Scope.close(scope, Exit.void),
    kill: Effect.sync(() => {
      alive = false
    })
  }
})
