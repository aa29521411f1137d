/**
 * Tells the operator's webhook what happens: each room's events in their order and one at a time, rooms beside each other, each event
 * until it is taken. It is told at least once; `Hubbub-Id` tells a repeat. What waits is in memory only: a stop gives it a second, and
 * what is left then is lost, and counted.
 */
import { Cause, Clock, Context, Deferred, Effect, FiberSet, Layer, Random, Redacted, Semaphore } from "effect"
import { Supervisor } from "../actor/Supervisor.ts"
import { Breaker, type Leave } from "./Breaker.ts"
import { EventQueue, type QueueBounds, type QueuedEvent } from "./EventQueue.ts"
import { Outage } from "./Outage.ts"
import { SafeFetch } from "./SafeFetch.ts"
import { SECRET_BYTES, signed } from "./signed.ts"
import { TargetRefused } from "./Target.ts"
import type { WebhookEvent, WebhookEventType } from "./WebhookEvent.ts"

/** Calls at a time, over all rooms. */
const CALLS = 8
/** What waits at most: an hour of 2.7 events a second. */
const BOUNDS: QueueBounds = { events: 10_000, bytes: 16_777_216 }
/** Milliseconds of the first wait and of the longest; each is drawn from the whole of it. */
const WAIT_MS = { first: 1000, most: 60_000 } as const
/** Milliseconds for which an event is tried. */
const TRIED_MS = 3_600_000
/** Milliseconds that a stop gives to what waits. */
const STOP_MS = 1000
const GONE = 410
/** Statuses that say nothing of the event: whoever should take it is overloaded or away. */
const AWAY: ReadonlySet<number> = new Set([429, 502, 503, 504])

export interface WebhookStats {
  /** Events that wait, those being told included, and the bytes of their bodies. */
  readonly waiting: number
  readonly waitingBytes: number
  /** Since start: taken by the webhook. */
  readonly taken: number
  /** Since start: attempts that came to nothing; most are repeated. */
  readonly failures: number
  /** Since start: not queued, as too much waited. */
  readonly refused: number
  /** Since start: answered 410. */
  readonly gone: number
  /** Since start: tried for an hour in vain. */
  readonly givenUp: number
}

export interface WebhooksOptions {
  /** Empty for none: then nothing is told. */
  readonly url: Redacted.Redacted
  readonly secret: Redacted.Redacted
  /** What is told of. */
  readonly events: ReadonlyArray<WebhookEventType>
  readonly bounds?: QueueBounds
}

export class Webhooks extends Context.Service<
  Webhooks,
  {
    /** Whether such events are told at all, for who would make them in vain. */
    wants(type: WebhookEventType): boolean
    /** Queues an event and returns at once. One that is not wanted is nothing to it. */
    tell(event: WebhookEvent): void
    stats(): WebhookStats
  }
>()("hubbub/outbound/Webhooks") {
  /** Fails where the URL cannot be called, or the secret is too short. */
  static readonly layer = ({ bounds = BOUNDS, events, secret, url }: WebhooksOptions) =>
    Layer.effect(
      Webhooks,
      Effect.gen(function* () {
        const queue = new EventQueue(bounds)
        const counts = { taken: 0, failures: 0, refused: 0, gone: 0, givenUp: 0 }
        const stats = () => ({ waiting: queue.events, waitingBytes: queue.bytes, ...counts })
        if (Redacted.value(url) === "") return Webhooks.of({ wants: () => false, tell: () => {}, stats })

        const safeFetch = yield* SafeFetch
        const supervisor = yield* Supervisor
        const clock = yield* Clock.Clock
        const target = yield* safeFetch.target("WEBHOOK_URL", Redacted.value(url))
        if (Buffer.byteLength(Redacted.value(secret)) < SECRET_BYTES) {
          return yield* new TargetRefused({
            variable: "WEBHOOK_URL",
            why: `its calls are signed, and WEBHOOK_SECRET has fewer than ${SECRET_BYTES} bytes`
          })
        }
        const { host } = target
        const now = () => Number(clock.monotonicTimeNanosUnsafe()) / 1e6
        // 10,000 rooms that try a dead target each by itself cost half a core
        const breaker = new Breaker()
        const outage = new Outage("the webhook", host)
        const calls = yield* Semaphore.make(CALLS)
        const stopping = yield* Deferred.make<void>()
        let stopped = false
        /** Since the queue was last half empty. */
        let refused = 0

        /** The status that an event is answered with. */
        const answered = Effect.fnUntraced(function* ({ body, id }: QueuedEvent) {
          const headers = signed(id, body, yield* Clock.currentTimeMillis, secret)
          const { status } = yield* safeFetch.post(target, { body, headers })
          return status
        })

        const failed = (why: string) => {
          counts.failures++
          return Effect.as(outage.failed(why), false)
        }

        const call = (event: QueuedEvent, leave: Leave) =>
          answered(event).pipe(
            Effect.flatMap((status) => {
              if (AWAY.has(status)) breaker.failed(leave, now())
              else breaker.succeeded(leave)
              const taken = status >= 200 && status < 300
              if (!taken && status !== GONE) return failed(`status ${status}`)
              counts[taken ? "taken" : "gone"]++
              return Effect.as(outage.worked(), true)
            }),
            Effect.catchTag("CallFailed", ({ why }) => {
              breaker.failed(leave, now())
              return failed(why)
            }),
            Effect.onError(() => Effect.sync(() => breaker.left(leave)))
          )

        /** Tries once, unless nobody is there to take it; whether the event is done with. */
        const attempt = (event: QueuedEvent) =>
          calls.withPermit(
            Effect.suspend(() => {
              const leave = breaker.ask(now())
              return leave === undefined ? Effect.succeed(false) : call(event, leave)
            })
          )

        const pause = (failures: number) =>
          Random.nextBetween(0, Math.min(WAIT_MS.most, WAIT_MS.first * 2 ** (failures - 1))).pipe(
            Effect.flatMap((ms) => Effect.timeoutOption(Deferred.await(stopping), ms))
          )

        /** Tries until the event is taken, given up, or the server stops; whether it is done with. */
        const told = Effect.fnUntraced(function* (event: QueuedEvent) {
          for (let failures = 1; !(yield* attempt(event)); failures++) {
            if ((yield* Clock.currentTimeMillis) - event.since >= TRIED_MS) {
              counts.givenUp++
              const { id, roomId, type } = event
              yield* Effect.logWarning("a webhook event is given up", { host, id, type, roomId })
              return true
            }
            if (stopped) return false
            yield* pause(failures)
          }
          return true
        })

        const settled = (roomId: string) => {
          queue.shift(roomId)
          if (refused === 0 || queue.events > bounds.events / 2 || queue.bytes > bounds.bytes / 2) return Effect.void
          const missing = refused
          refused = 0
          return Effect.logInfo("webhook events are taken again", { host, refused: missing })
        }

        /** Tells what waits of a room, and what joins it meanwhile. */
        const tellRoom = Effect.fnUntraced(function* (roomId: string) {
          for (let event = queue.head(roomId); event !== undefined; event = queue.head(roomId)) {
            const done = yield* told(event).pipe(
              // a bug must not hold up what comes behind
              Effect.catchDefect((defect) => {
                counts.givenUp++
                return Effect.as(supervisor.noted("webhook", Cause.die(defect)), true)
              })
            )
            if (!done) return
            yield* settled(roomId)
          }
        })

        yield* Effect.addFinalizer(() =>
          Effect.suspend(() => {
            const { events } = queue
            return events === 0 ? Effect.void : Effect.logWarning("a stop loses webhook events", { host, events })
          })
        )
        const rooms = yield* FiberSet.make()
        const fork = yield* FiberSet.runtime(rooms)()
        yield* Effect.addFinalizer(() =>
          Effect.suspend(() => {
            stopped = true
            return Effect.andThen(Deferred.succeed(stopping, undefined), FiberSet.awaitEmpty(rooms))
          }).pipe(Effect.timeoutOption(STOP_MS))
        )

        return Webhooks.of({
          wants: (type) => events.includes(type),
          tell: (event) => {
            if (!events.includes(event.type)) return
            const put = queue.put(event, clock.currentTimeMillisUnsafe())
            // not on the caller's time: a fork runs at once, as far as it gets
            if (put === "first") fork(Effect.andThen(Effect.yieldNow, tellRoom(event.roomId)))
            if (put !== "refused") return
            counts.refused++
            if (refused++ === 0) fork(Effect.logWarning("too many webhook events wait; new ones are refused", { host }))
          },
          stats
        })
      })
    )
}
