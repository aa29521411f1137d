/** What a server process and its children have used so far, by the kernel's own books; undefined where there are none. */
import { execFileSync } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"

const read = (path: string): string => {
  try {
    return readFileSync(path, "utf8")
  } catch {
    return ""
  }
}

const threadsOf = (pid: number): ReadonlyArray<string> => {
  try {
    return readdirSync(`/proc/${pid}/task`)
  } catch {
    return []
  }
}

/** A launcher may keep running beside the server it started: both count. */
const processTree = (pid: number): ReadonlyArray<number> => [
  pid,
  ...threadsOf(pid)
    .flatMap((thread) => read(`/proc/${pid}/task/${thread}/children`).split(" "))
    .filter((child) => child !== "")
    .flatMap((child) => processTree(Number(child)))
]

const fromPs = (pid: number, column: string): string => {
  try {
    return execFileSync("ps", ["-o", `${column}=`, "-p", String(pid)], { encoding: "utf8" }).trim()
  } catch {
    return ""
  }
}

/** `[[dd-]hh:]mm:ss[.cc]`, all that `ps` gives where there is no `/proc`. */
const secondsOf = (time: string): number =>
  time.split(/[-:]/).reduce((sum, part, index, parts) => {
    const unit = [1, 60, 3600, 86_400][parts.length - 1 - index] ?? 0
    return sum + Number(part) * unit
  }, 0)

export interface CpuTime {
  /** Microseconds on a core, all threads together. */
  readonly used: number
  /** Microseconds in which the busiest thread could have run and had no core, less what its sister threads took of it. */
  readonly waited: number
}

export const cpuTime = (pid: number): CpuTime | undefined => {
  const threads = processTree(pid)
    .flatMap((process) => threadsOf(process).map((thread) => read(`/proc/${process}/task/${thread}/schedstat`)))
    .filter((line) => line !== "")
    .map((line) => line.split(" ").map((nanos) => Number(nanos) / 1000))
  if (threads.length > 0) {
    const total = threads.reduce((sum, [used = 0]) => sum + used, 0)
    const [busiest = 0, waited = 0] = threads.reduce((most, thread) =>
      (thread[0] ?? 0) > (most[0] ?? 0) ? thread : most
    )
    return { used: total, waited: waited - (total - busiest) }
  }
  const time = fromPs(pid, "time")
  return time === "" ? undefined : { used: secondsOf(time) * 1e6, waited: 0 }
}

export const residentBytes = (pid: number): number | undefined => {
  const kibibytes = processTree(pid)
    .map((process) => /VmRSS:\s+(\d+)/.exec(read(`/proc/${process}/status`))?.[1])
    .filter((value) => value !== undefined)
  if (kibibytes.length > 0) return kibibytes.reduce((sum, value) => sum + Number(value), 0) * 1024
  const rss = fromPs(pid, "rss")
  return rss === "" ? undefined : Number(rss) * 1024
}
