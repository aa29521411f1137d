/** Keeps a number of messages in flight: the next one leaves when one has reached everyone it was meant for. */
import { now } from "./clock.ts"
import type { Crowd } from "./Crowd.ts"

/** A server that has not finished a single message in this time is stuck, not slow. */
const stuckAfter = 10_000

export const closedLoop = async <A>(crowd: Crowd, inFlight: number, during: () => Promise<A>): Promise<A> => {
  const { traffic } = crowd.shared
  const speakers = crowd.speakers(0)
  let turn = 0
  let lastDone = now()
  const next = (): void => {
    const sender = speakers[turn++ % speakers.length]
    if (sender !== undefined) crowd.send(sender, now())
  }
  traffic.onComplete = () => {
    lastDone = traffic.readAt
    next()
  }
  for (let count = 0; count < inFlight; count++) next()
  let watch: NodeJS.Timeout | undefined
  const broken = new Promise<never>((_, reject) => {
    watch = setInterval(() => {
      if (traffic.failures.size > 0) reject(new Error(traffic.broken))
      if (now() - lastDone > stuckAfter) reject(new Error(`no message finished within ${stuckAfter / 1000} s`))
    }, 250)
  })
  try {
    return await Promise.race([during(), broken])
  } finally {
    clearInterval(watch)
    traffic.onComplete = undefined
  }
}
