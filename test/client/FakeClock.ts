/** Time that tests move. Between two timers everything that was promised meanwhile is done. */
import type { Clock } from "../../src/client/index.ts"

const settled = () => new Promise<void>((next) => setImmediate(next))

export class FakeClock implements Clock {
  private time = Date.parse("2026-01-01T00:00:00.000Z")
  private timers: Array<{ readonly at: number; readonly call: () => void }> = []

  now(): number {
    return this.time
  }

  after(ms: number, call: () => void): () => void {
    const timer = { at: this.time + Math.max(0, ms), call }
    const index = this.timers.findIndex(({ at }) => at > timer.at)
    this.timers.splice(index < 0 ? this.timers.length : index, 0, timer)
    return () => {
      this.timers = this.timers.filter((one) => one !== timer)
    }
  }

  /** Lets `ms` milliseconds pass, timer by timer. */
  async advance(ms: number): Promise<void> {
    const until = this.time + ms
    await settled()
    while (this.timers[0] !== undefined && this.timers[0].at <= until) {
      const { at, call } = this.timers.shift()!
      this.time = Math.max(this.time, at)
      call()
      await settled()
    }
    this.time = until
  }

  /** Lets time pass in which nothing runs, as when a laptop sleeps. */
  sleep(ms: number): void {
    this.time += ms
  }

  /** Timers that are set. */
  get waiting(): number {
    return this.timers.length
  }
}
