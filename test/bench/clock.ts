/** One monotonic clock in milliseconds for all threads of a process: `performance.now()` is none, it starts with its thread. */
const sample = (): number => {
  const before = performance.now()
  const absolute = Number(process.hrtime.bigint()) / 1e6
  return absolute - (before + performance.now()) / 2
}

/** A sample that was interrupted, or ran cold, is off by as long as that took: the middle one was not. */
const origin = Array.from({ length: 31 }, sample).sort((a, b) => a - b)[15] ?? 0

export const now = (): number => origin + performance.now()
