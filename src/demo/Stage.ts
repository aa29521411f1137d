/** The clock of a made-up history: deeds run in order of time, and what they tell is handed out. */
import { Agenda } from "./Agenda.ts"
import type { DemoEvent } from "./DemoEvent.ts"

/** Events handed out at once, about. */
const CHUNK = 1024

export class Stage {
  /** Milliseconds since 1970 of the deed that is running. */
  now: number
  private readonly endAt: number
  private readonly agenda = new Agenda<() => void>()
  private told: Array<DemoEvent> = []

  constructor(startAt: number, endAt: number) {
    this.now = startAt
    this.endAt = endAt
  }

  tell(event: DemoEvent): void {
    this.told.push(event)
  }

  /** Has `deed` run at `at`, rounded down to a millisecond; never if that is not before the end of the history. */
  put(at: number, deed: () => void): void {
    if (at < this.endAt) this.agenda.put(Math.max(this.now, Math.floor(at)), deed)
  }

  /** Runs what is due before `before`, until some events are told. None means that all of it has run. */
  play(before: number): ReadonlyArray<DemoEvent> {
    while (this.told.length < CHUNK) {
      const next = this.agenda.take(before)
      if (next === undefined) break
      this.now = next.at
      next.item()
    }
    const { told } = this
    this.told = []
    return told
  }
}
