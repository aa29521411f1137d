/** How much the machine's other work stretched that of two threads, by what the kernel says they waited for a processor. */
import { existsSync, readFileSync } from "node:fs"

interface Ran {
  /** Nanoseconds on a processor, and ready to run without one. */
  readonly ran: number
  readonly waited: number
}

/** Of the main thread; nothing where the kernel does not count it. */
const ran = (pid: number): Ran | undefined => {
  const file = `/proc/${pid}/task/${pid}/schedstat`
  if (!existsSync(file)) return undefined
  const [onIt = 0, without = 0] = readFileSync(file, "utf8").split(" ").map(Number)
  return { ran: onIt, waited: without }
}

export class Contention {
  private readonly begun: ReadonlyMap<number, Ran | undefined>

  /** Counts from now on. */
  constructor(pids: ReadonlyArray<number>) {
    this.begun = new Map(pids.map((pid) => [pid, ran(pid)]))
  }

  /** How many times as long as on a machine of its own everything took that goes through all of these processes; at least 1. */
  get stretch(): number {
    return [...this.begun].reduce((product, [pid, before]) => {
      const after = ran(pid)
      if (before === undefined || after === undefined || after.ran <= before.ran) return product
      return product * (1 + (after.waited - before.waited) / (after.ran - before.ran))
    }, 1)
  }
}
