/** What a server has in its hands: by the kernel's books, and by its own once it has cleared away what nobody holds any more. */
import { readdirSync } from "node:fs"
import { pause } from "../pause.ts"
import type { Server } from "../Server.ts"
import { residentBytes } from "../ServerAccount.ts"

/** Bytes of memory, bytes of objects, open descriptors. */
export interface Holding {
  readonly resident: number
  readonly held: number
  readonly descriptors: number
}

/** The most of each while something went on. */
export interface Peak {
  readonly resident: number
  readonly descriptors: number
}

const everyMillis = 200

/** `NaN` where there is no /proc. */
const descriptorsOf = (pid: number): number => {
  try {
    return readdirSync(`/proc/${pid}/fd`).length
  } catch {
    return Number.NaN
  }
}

const residentOf = (pid: number): number => residentBytes(pid) ?? Number.NaN

export const holding = async (server: Server): Promise<Holding> => {
  const held = Number(await server.answerTo("SIGUSR2", /HELD (\d+) bytes/))
  return { held, resident: residentOf(server.pid), descriptors: descriptorsOf(server.pid) }
}

/** Waits until it has no more descriptors than it had, for some seconds at most. */
export const settled = async ({ pid }: Server, descriptors: number): Promise<void> => {
  const deadline = performance.now() + 15_000
  while (descriptorsOf(pid) > descriptors && performance.now() < deadline) await pause(100)
}

/** Looks again and again until it is stopped. */
export const watchPeak = ({ pid }: Server): (() => Peak) => {
  let peak: Peak = { resident: 0, descriptors: 0 }
  const look = (): void => {
    peak = {
      resident: Math.max(peak.resident, residentOf(pid)),
      descriptors: Math.max(peak.descriptors, descriptorsOf(pid))
    }
  }
  look()
  const timer = setInterval(look, everyMillis)
  return () => {
    clearInterval(timer)
    look()
    return peak
  }
}
