/**
 * What outlives a process that counts: a log, an archive and a store of rollups; and processes that come and go over them. The log is in
 * memory and shared, so that a message is kept the moment it is appended, whatever becomes of the process that counts it.
 */
import { randomUUID } from "node:crypto"
import { type Clock, Context, Effect, Exit, Latch, Layer, References, Scope } from "effect"
import { Supervisor } from "../../src/actor/Supervisor.ts"
import { Analytics } from "../../src/analytics/Analytics.ts"
import type { AnalyticsEvent } from "../../src/analytics/Event.ts"
import { Figures } from "../../src/analytics/Figures.ts"
import { NodeName } from "../../src/analytics/NodeName.ts"
import * as Rollups from "../../src/analytics/Rollups.ts"
import { RollupStore } from "../../src/store/RollupStore.ts"
import { Content } from "../../src/domain/Content.ts"
import { type Draft, encodeMessage, type Message } from "../../src/domain/Message.ts"
import { MessageId } from "../../src/domain/MessageId.ts"
import { RoomId } from "../../src/domain/RoomId.ts"
import { UserId } from "../../src/domain/UserId.ts"
import { Username } from "../../src/domain/Username.ts"
import { RoomLog } from "../../src/log/RoomLog.ts"
import { History } from "../../src/store/History.ts"
import * as MemoryRollups from "../../src/store/MemoryRollups.ts"
import * as MemoryStore from "../../src/store/MemoryStore.ts"
import { HistoryUnavailable } from "../../src/store/HistoryUnavailable.ts"
import { MessageStore, StoreUnavailable } from "../../src/store/MessageStore.ts"

type Kept = RoomLog | MessageStore | History | RollupStore

const log = RoomLog.layerMemory({ messages: 10_000, bytes: 2 ** 26, burstMs: 0 })

/** Everything that is kept. */
export const site: Effect.Effect<Context.Context<Kept>, never, Scope.Scope> = Layer.build(
  History.layer.pipe(
    Layer.provideMerge(Layer.merge(Layer.fresh(log), MemoryStore.layer)),
    Layer.merge(MemoryRollups.layer)
  )
)

const epochIn = (kept: Context.Context<RoomLog>, roomId = RoomId.make("lobby")) =>
  Context.get(kept, RoomLog).tail(roomId).epoch

/** The same with a log that begins a new epoch: of what was said, the store has what was archived. */
export const renewed = Effect.fnUntraced(function* (kept: Context.Context<Kept>) {
  const store = Layer.succeed(MessageStore, Context.get(kept, MessageStore))
  const build = Layer.build(History.layer.pipe(Layer.provideMerge(Layer.fresh(log)), Layer.provide(store)))
  // as those of a journal do, epochs grow
  const next = yield* Effect.repeat(build, { until: (built) => epochIn(built) > epochIn(kept) })
  return Context.merge(kept, next)
})

/** Puts a message into the store, as a log does by and by; with another `json` what became of it there. */
export const archive = (kept: Context.Context<Kept>, message: Message, json = encodeMessage(message)) => {
  const { messageId, roomId, seq, timestamp, userId } = message
  const epoch = epochIn(kept, roomId)
  const entry = { roomId, epoch, seq, userId, messageId, at: Date.parse(timestamp), json }
  return Effect.orDie(Context.get(kept, MessageStore).put([entry]))
}

/** A clock that goes as another one does, but shows `shift.ms` milliseconds more. */
export const shiftedBy = (clock: Clock.Clock, shift: { readonly ms: number }): Clock.Clock => {
  const now = () => clock.currentTimeMillisUnsafe() + shift.ms
  return {
    currentTimeMillisUnsafe: now,
    currentTimeMillis: Effect.sync(now),
    currentTimeNanosUnsafe: () => clock.currentTimeNanosUnsafe(),
    currentTimeNanos: clock.currentTimeNanos,
    monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe(),
    monotonicTimeNanos: clock.monotonicTimeNanos,
    sleep: (duration) => clock.sleep(duration)
  }
}

/**
 * What becomes of a call: it fails with nothing kept, with all of it or with the first half, it waits until `mend`, or the process is gone
 * before it, after it or halfway.
 */
export type Fault =
  | "fails"
  | "is kept but fails"
  | "is kept by half and fails"
  | "waits"
  | "dies before"
  | "dies after"
  | "dies halfway"

/** Troubles of a store of rollups and of history, as its processes meet them. */
export class Troubles {
  /** What happens to the next calls of the store, and whether calls of history fail. */
  next: Array<Fault> = []
  historyAway = false
  /** Whether the store's calls are broken in a way that nobody thought of. */
  defect = false
  private readonly open = Latch.makeUnsafe(false)

  /** No more troubles; what waits goes on. */
  readonly mend = Effect.suspend(() => {
    this.next = []
    this.historyAway = false
    return this.open.release
  })

  /** A call of a process; `half`, where there is one, is the first half of it. */
  call<A, E>(
    call: Effect.Effect<A, E>,
    die: () => void,
    half: Effect.Effect<unknown, E> = Effect.void
  ): Effect.Effect<A, E | StoreUnavailable> {
    if (this.defect) return Effect.die(new Error("a test wants it so"))
    const fault = this.next.shift()
    const failure = Effect.fail(new StoreUnavailable({ reason: "a test wants it so" }))
    const death = Effect.andThen(Effect.sync(die), Effect.never)
    switch (fault) {
      case "fails":
        return failure
      case "is kept but fails":
        return Effect.andThen(call, failure)
      case "is kept by half and fails":
        return Effect.andThen(half, failure)
      case "waits":
        return Effect.andThen(this.open.await, call)
      case "dies before":
        return death
      case "dies after":
        return Effect.andThen(call, death)
      case "dies halfway":
        return Effect.andThen(half, death)
      default:
        return call
    }
  }
}

export interface CountingProcess {
  readonly record: (event: AnalyticsEvent) => Effect.Effect<void>
  /** Sends a message and has it counted; with `unseen` the process ends before it could count. */
  readonly say: (roomId: string, userId: string, content?: string, unseen?: boolean) => Effect.Effect<Message>
  readonly analytics: Analytics["Service"]
  readonly figures: Figures["Service"]
  /** Ends it as a stop does. */
  readonly stop: Effect.Effect<void>
  /** Ends it as `kill -9` does: it writes nothing any more. */
  readonly kill: Effect.Effect<void>
  /** Whether it was neither killed nor died of a trouble. */
  readonly alive: () => boolean
  /** Whether its supervisor has given nothing up. */
  readonly healthy: () => boolean
}

/** Starts a process over what is kept. */
export const start = Effect.fnUntraced(function* (
  kept: Context.Context<Kept>,
  {
    node = "a",
    troubles = new Troubles(),
    ...retention
  }: Partial<Rollups.RollupsOptions & { readonly node: string; readonly troubles: Troubles }> = {}
): Effect.fn.Return<CountingProcess, never, Scope.Scope> {
  const scope = yield* Scope.make()
  const store = Context.get(kept, RollupStore)
  let alive = true
  const die = () => {
    alive = false
  }
  /** Nothing comes back from a store to a process that is gone. */
  const whileAlive = <A, E>(call: () => Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.suspend(() =>
      alive ? Effect.flatMap(call(), (a) => (alive ? Effect.succeed(a) : Effect.never)) : Effect.never
    )
  const own = RollupStore.of({
    put: (rollups) =>
      whileAlive(() =>
        troubles.call(store.put(rollups), die, store.put(rollups.slice(0, Math.ceil(rollups.length / 2))))
      ),
    range: (range) => whileAlive(() => troubles.call(store.range(range), die)),
    find: (keys) => whileAlive(() => troubles.call(store.find(keys), die)),
    remove: (old) => whileAlive(() => store.remove(old))
  })
  const past = Context.get(kept, History)
  const away = Effect.fail(new HistoryUnavailable({ reason: "a test wants it so", retryAfterMs: 1000 }))
  const history = History.of({
    ...past,
    room: (roomId, query) => whileAlive(() => (troubles.historyAway ? away : past.room(roomId, query)))
  })
  const options = { minutesDays: 7, quartersDays: 90, usersDays: 400, ...retention }
  const built = yield* Layer.buildWithScope(
    Rollups.layer(options).pipe(
      Layer.provideMerge(Analytics.layer),
      Layer.provideMerge(Supervisor.layer),
      Layer.provide(Layer.succeed(NodeName, node)),
      Layer.provide(Layer.succeedContext(kept.pipe(Context.add(RollupStore, own), Context.add(History, history))))
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
        if (outcome?._tag !== "accepted") return yield* Effect.die("a message was not accepted")
        const { message } = outcome
        if (unseen) return message
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
          Date.parse(message.timestamp)
        )
        return message
      }),
    stop: Scope.close(scope, Exit.void),
    kill: Effect.suspend(() => {
      die()
      // what is left of it only takes time
      return Effect.asVoid(
        Effect.forkDetach(Effect.provideService(Scope.close(scope, Exit.void), References.MinimumLogLevel, "None"))
      )
    }),
    alive: () => alive,
    healthy: Context.get(built, Supervisor).healthy
  }
})
