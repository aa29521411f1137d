/** Worker of `openLoop`: wakes the main thread at each due time, to some 50 µs, which timers of an event loop cannot. */
import { parentPort, workerData } from "node:worker_threads"
import { now } from "./clock.ts"

const { due, stop }: { due: Float64Array; stop: Int32Array } = workerData
let beat = 0
while (beat < due.length && Atomics.load(stop, 0) === 0) {
  const wait = (due[beat] ?? 0) - now()
  if (wait > 0) Atomics.wait(stop, 0, 0, wait)
  const time = now()
  while (beat < due.length && (due[beat] ?? 0) <= time) beat++
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
  parentPort?.postMessage(beat)
}
