/** Sends at fixed times and counts latency from the time a message was due, so a stalled server can't hide its stall. */
import { Worker } from "node:worker_threads"
import { now } from "./clock.ts"
import type { Crowd } from "./Crowd.ts"
import type { Histogram } from "./Histogram.ts"

/** With a seed a message is due anywhere within its period, so that two loads beside each other don't run in step. */
const dueTimes = (from: number, perSecond: number, count: number, seed: number): Float64Array => {
  const due = new Float64Array(new SharedArrayBuffer(8 * count))
  let random = seed
  for (let index = 0; index < count; index++) {
    random = (random * 48_271) % 2_147_483_647
    due[index] = from + ((index + (seed > 0 ? random / 2_147_483_647 : 0)) * 1000) / perSecond
  }
  return due
}

export interface OpenLoad {
  readonly perSecond: number
  readonly seed: number
  readonly seconds: number
  readonly lag: () => Histogram | undefined
}

export const openLoop = async <A>(crowd: Crowd, load: OpenLoad, during: () => Promise<A>): Promise<A> => {
  const speakers = crowd.speakers(0)
  const count = Math.ceil(load.perSecond * load.seconds)
  const due = dueTimes(now() + 200, load.perSecond, count, load.seed)
  const stop = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(new URL("./beat.ts", import.meta.url), { workerData: { due, stop } })
  let next = 0
  worker.on("message", (beats: number) => {
    for (; next < beats; next++) {
      const at = due[next] ?? 0
      load.lag()?.record((now() - at) * 1000)
      const sender = speakers[next % speakers.length]
      if (sender !== undefined) crowd.send(sender, at)
    }
  })
  try {
    return await during()
  } finally {
    Atomics.store(stop, 0, 1)
    Atomics.notify(stop, 0)
    await worker.terminate()
  }
}
