/** How many requests one address may make. */
import { TokenBucket } from "../actor/TokenBucket.ts"
import { PerAddress } from "../identity/PerAddress.ts"

export interface RequestLimitsOptions {
  /** Requests a second from one address, 0 for no limit, and how many may be saved up. */
  readonly requestsPerSecond: number
  readonly requestBurst: number
  /** Whether the limit holds for this machine too, which is usually a proxy or a test. */
  readonly limitLoopback: boolean
}

interface Asker {
  readonly requests: TokenBucket
  /** Requests that were charged beyond what the bucket had, to be paid before the next one. */
  owed: number
}

/** Requests that showing a wrong token or key counts as; the one it came with is one of them. */
const FAILURE_COST = 10
/** Addresses that are remembered: some 200 bytes each. */
const ADDRESSES = 65_536

export class RequestLimits {
  private readonly askers: PerAddress<Asker>
  private readonly options: RequestLimitsOptions

  constructor(options: RequestLimitsOptions) {
    const { limitLoopback, requestBurst, requestsPerSecond } = options
    this.options = options
    this.askers = new PerAddress({
      limitLoopback,
      most: ADDRESSES,
      make: (now) => ({ requests: new TokenBucket(requestsPerSecond, requestBurst, now), owed: 0 }),
      idle: ({ owed, requests }, now) => owed === 0 && requests.full(now)
    })
  }

  /** Whether there is a limit. */
  get on(): boolean {
    return this.options.requestsPerSecond > 0
  }

  /** Addresses that are remembered. */
  get size(): number {
    return this.askers.size
  }

  /** Takes a request from the address' allowance: 0, or the milliseconds after which to come back. `now` in monotonic milliseconds. */
  ask(address: string, now: number): number {
    if (!this.on || this.askers.exempt(address)) return 0
    const asker = this.askers.of(address, now)
    for (;;) {
      const wait = asker.requests.take(now)
      if (wait > 0) return wait + Math.ceil((asker.owed * 1000) / this.options.requestsPerSecond)
      if (asker.owed === 0) return 0
      asker.owed--
    }
  }

  /** Charges an address for a request that it was let in with and that showed a wrong token or key. */
  failed(address: string, now: number): void {
    if (!this.on || this.askers.exempt(address)) return
    const asker = this.askers.of(address, now)
    // what is owed and the next request have to fit into the bucket, or no wait would be long enough
    asker.owed = Math.min(asker.owed + FAILURE_COST - 1, Math.max(0, Math.floor(this.options.requestBurst) - 1))
  }

  /** Forgets addresses that have their whole allowance back. */
  sweep(now: number): void {
    this.askers.sweep(now)
  }
}
