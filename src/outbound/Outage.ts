/** Says in the log when a target goes away and when it is back: a line each, and no more of them than one pair a minute. */
import { Clock, Effect } from "effect"

/** Milliseconds between two lines that say it is away. */
const QUIET_MS = 60_000

export class Outage {
  private readonly what: string
  private readonly host: string
  private said: { readonly at: number; failures: number; readonly open: boolean } | undefined

  /** `what`: who is away, as the log says it. */
  constructor(what: string, host: string) {
    this.what = what
    this.host = host
  }

  /** `why` is a code, or a status: nothing of what was sent or answered. */
  failed(why: string): Effect.Effect<void> {
    return Effect.flatMap(Clock.currentTimeMillis, (now) => {
      const { said } = this
      if (said !== undefined && (said.open || now - said.at < QUIET_MS)) {
        said.failures++
        return Effect.void
      }
      const unsaid = said === undefined || said.failures === 0 ? {} : { failuresSince: said.failures }
      this.said = { at: now, failures: 0, open: true }
      return Effect.logWarning(`${this.what} does not answer as it should`, { host: this.host, why, ...unsaid })
    })
  }

  worked(): Effect.Effect<void> {
    return Effect.suspend(() => {
      const { said } = this
      if (said === undefined || !said.open) return Effect.void
      this.said = { ...said, failures: 0, open: false }
      return Effect.logInfo(`${this.what} answers again`, { host: this.host, failures: said.failures + 1 })
    })
  }
}
