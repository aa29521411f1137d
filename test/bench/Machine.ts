/** The machine a run happened on, and the two cores it keeps apart. */
import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { availableParallelism, cpus, release, totalmem, type } from "node:os"

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGiB: number
  readonly node: string
  readonly kernel: string
  readonly pinned: boolean
  readonly openFiles: number
}

const openFileLimit = (): number => {
  try {
    const hard = /Max open files\s+\S+\s+(\d+)/.exec(readFileSync("/proc/self/limits", "utf8"))?.[1]
    return hard === undefined ? Number.POSITIVE_INFINITY : Number(hard)
  } catch {
    return Number.POSITIVE_INFINITY
  }
}

export const machine = (): Machine => ({
  cpu: cpus()[0]?.model ?? "unknown",
  cores: availableParallelism(),
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  node: process.version,
  kernel: `${type()} ${release()}`,
  pinned: availableParallelism() >= 2 && spawnSync("taskset", ["-c", "0", "true"]).status === 0,
  // Node raises its soft limit to the hard one by itself, so the hard one counts.
  openFiles: openFileLimit()
})

export const pin = (command: ReadonlyArray<string>, core: number, pinned: boolean): ReadonlyArray<string> =>
  pinned ? ["taskset", "-c", String(core), ...command] : command

export const serverCore = 0
export const generatorCore = 1
