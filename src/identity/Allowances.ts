/** What each user may do per second, over all of their connections and across reconnects. */
import { Clock, Context, Effect, Layer, Schedule } from "effect"
import { supervise } from "../actor/supervise.ts"
import { TokenBucket } from "../actor/TokenBucket.ts"

export interface AllowanceOptions {
  /** Messages a second, 0 for no limit, and how many may be saved up. */
  readonly messagesPerSecond: number
  readonly messageBurst: number
  /** Joins a second, 0 for no limit, and how many may be saved up. */
  readonly joinsPerSecond: number
  readonly joinBurst: number
  /** New rooms a minute, 0 for no limit; as many may be saved up. */
  readonly roomsPerMinute: number
}

interface Buckets {
  readonly messages: TokenBucket
  readonly joins: TokenBucket
  readonly rooms: TokenBucket
}

const SWEEP_MS = 10_000

export class Allowances extends Context.Service<
  Allowances,
  {
    /** Takes one message from what the user may send; 0, or the milliseconds to wait. All connections of a user share a key. */
    message(key: string): number
    /** The same for a join. */
    join(key: string): number
    /** The same for a room that is new. */
    room(key: string): number
    /** Users remembered because they used some of their allowance lately. */
    size(): number
  }
>()("hubbub/identity/Allowances") {
  static readonly layer = (options: AllowanceOptions) =>
    Layer.effect(
      Allowances,
      Effect.gen(function* () {
        const clock = yield* Clock.Clock
        const now = () => Number(clock.monotonicTimeNanosUnsafe()) / 1e6
        const users = new Map<string, Buckets>()

        const bucketsOf = (key: string): Buckets => {
          let buckets = users.get(key)
          if (buckets === undefined) {
            buckets = {
              messages: new TokenBucket(options.messagesPerSecond, options.messageBurst, now()),
              joins: new TokenBucket(options.joinsPerSecond, options.joinBurst, now()),
              rooms: new TokenBucket(options.roomsPerMinute / 60, options.roomsPerMinute, now())
            }
            users.set(key, buckets)
          }
          return buckets
        }

        // a bucket that is full again is the same as none
        yield* Effect.sync(() => {
          const at = now()
          for (const [key, { joins, messages, rooms }] of users) {
            if (messages.full(at) && joins.full(at) && rooms.full(at)) users.delete(key)
          }
        }).pipe(Effect.schedule(Schedule.spaced(SWEEP_MS)), Effect.andThen(Effect.never), supervise("allowances"))

        return Allowances.of({
          message: (key) => (options.messagesPerSecond === 0 ? 0 : bucketsOf(key).messages.take(now())),
          join: (key) => (options.joinsPerSecond === 0 ? 0 : bucketsOf(key).joins.take(now())),
          room: (key) => (options.roomsPerMinute === 0 ? 0 : bucketsOf(key).rooms.take(now())),
          size: () => users.size
        })
      })
    )
}
