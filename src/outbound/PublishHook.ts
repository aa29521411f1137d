/**
 * Asks the operator's hook about a message before anyone sees it. An answer takes as long as is set and no longer; a hook that is away,
 * slow or answers nonsense decides nothing, and one that keeps being away or slow is no longer asked by everyone.
 */
import { randomUUID } from "node:crypto"
import { Clock, Context, Effect, Layer, Redacted, Semaphore } from "effect"
import { Breaker, type Leave } from "./Breaker.ts"
import { Outage } from "./Outage.ts"
import { SafeFetch } from "./SafeFetch.ts"
import { signed } from "./signed.ts"
import { type Verdict, verdictOf } from "./Verdict.ts"

/** Calls at a time. Who waits for one does so on the time of their own question, and for half of it at most. */
const CALLS = 64

/** Told to the sender when the hook decided nothing, and that means no. */
export const UNCHECKED = "the message could not be checked; try again later"

export interface Question {
  readonly roomId: string
  readonly userId: string
  readonly username: string
  readonly content: string
  readonly type: string
  readonly messageId?: string
}

/** All but `open` since start. Questions the hook did not decide are those from `away` to `skipped`. */
export interface PublishHookStats {
  readonly allowed: number
  readonly rejected: number
  readonly rewritten: number
  /** No connection, or it broke. */
  readonly away: number
  /** No answer in time. */
  readonly slow: number
  /** Too many others were asking for too long. */
  readonly busy: number
  /** A status that is not 2xx, or an answer of the wrong shape. */
  readonly nonsense: number
  /** Not asked, as the hook has not answered for a while. */
  readonly skipped: number
  /** 1 while it is not asked, else 0. */
  readonly open: number
}

export interface PublishHookOptions {
  /** Empty for none: then everything is allowed. */
  readonly url: Redacted.Redacted
  /** Signs the questions; empty for no signature. */
  readonly secret: Redacted.Redacted
  /** Milliseconds a question may take in all. */
  readonly timeoutMs: number
  /** Whether a message that the hook did not decide about is published. */
  readonly fail: "open" | "closed"
}

const ALLOW: Verdict = { _tag: "allow" }

export class PublishHook extends Context.Service<
  PublishHook,
  {
    /** Whether there is a hook at all. */
    readonly on: boolean
    /** Always answers, within the time that is set. */
    ask(question: Question): Effect.Effect<Verdict>
    stats(): PublishHookStats
  }
>()("hubbub/outbound/PublishHook") {
  /** Fails where the URL cannot be called. */
  static readonly layer = ({ fail, secret, timeoutMs, url }: PublishHookOptions) =>
    Layer.effect(
      PublishHook,
      Effect.gen(function* () {
        const counts = { allowed: 0, rejected: 0, rewritten: 0, away: 0, slow: 0, busy: 0, nonsense: 0, skipped: 0 }
        const breaker = new Breaker()
        const stats = () => ({ ...counts, open: breaker.open ? 1 : 0 })
        if (Redacted.value(url) === "") return PublishHook.of({ on: false, ask: () => Effect.succeed(ALLOW), stats })

        const safeFetch = yield* SafeFetch
        const clock = yield* Clock.Clock
        const target = yield* safeFetch.target("PUBLISH_HOOK_URL", Redacted.value(url))
        const outage = new Outage("the publish hook", target.host)
        const calls = yield* Semaphore.make(CALLS)
        const now = () => Number(clock.monotonicTimeNanosUnsafe()) / 1e6
        const undecided: Verdict = fail === "open" ? ALLOW : { _tag: "reject", reason: UNCHECKED }

        const decided = (verdict: Verdict) => {
          counts[verdict._tag === "allow" ? "allowed" : verdict._tag === "reject" ? "rejected" : "rewritten"]++
          return Effect.as(outage.worked(), verdict)
        }

        const missed = (how: "away" | "slow" | "nonsense", why: string) => {
          counts[how]++
          return Effect.as(outage.failed(why), undecided)
        }

        const notAsked = (how: "busy" | "skipped") => {
          counts[how]++
          return Effect.succeed(undecided)
        }

        const call = (question: Question, leave: Leave) =>
          Effect.suspend(() => {
            const body = JSON.stringify(question)
            const headers = signed(randomUUID(), body, clock.currentTimeMillisUnsafe(), secret)
            return safeFetch.post(target, { body, headers })
          }).pipe(
            Effect.flatMap(({ body, status }) => {
              // whatever it says, it is there: nonsense that a message provokes must not keep others from being checked
              breaker.succeeded(leave)
              if (status < 200 || status > 299) return missed("nonsense", `status ${status}`)
              const verdict = body === undefined ? undefined : verdictOf(body)
              return verdict === undefined ? missed("nonsense", "an answer of the wrong shape") : decided(verdict)
            }),
            Effect.catchTag("CallFailed", ({ why }) => {
              breaker.failed(leave, now())
              return missed(why === "timeout" ? "slow" : "away", why)
            })
          )

        const ask = (question: Question) =>
          Effect.suspend(() => {
            let leave: Leave | undefined
            const since = now()
            return calls
              .withPermit(
                Effect.suspend(() => {
                  // with little time left it would fail, and seem to be the hook's fault
                  if (now() - since > timeoutMs / 2) return notAsked("busy")
                  leave = breaker.ask(now())
                  return leave === undefined ? notAsked("skipped") : call(question, leave)
                })
              )
              .pipe(
                Effect.timeoutOrElse({
                  duration: timeoutMs,
                  orElse: () => {
                    if (leave === undefined) return notAsked("busy")
                    breaker.failed(leave, now())
                    return missed("slow", "timeout")
                  }
                }),
                // the asker is gone, which says nothing of the hook
                Effect.onError(() => Effect.sync(() => (leave === undefined ? undefined : breaker.left(leave))))
              )
          })

        return PublishHook.of({ on: true, ask, stats })
      })
    )
}
