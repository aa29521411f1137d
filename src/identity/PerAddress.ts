/** What is remembered of each address that asks something of the server. IPv6 counts by /64, which is one subscriber. */
import { dottedIPv4, parseAddress } from "./Address.ts"

/** The address as limits see it: IPv4 as it is, also where written inside IPv6; IPv6 by its first 64 bits. */
export const addressKey = (address: string): string => {
  const bytes = parseAddress(address.split("%", 1)[0]!)
  if (bytes === undefined) return address
  const dotted = dottedIPv4(bytes)
  if (dotted !== undefined) return dotted
  return [0, 2, 4, 6].map((i) => ((bytes[i]! << 8) | bytes[i + 1]!).toString(16)).join(":")
}

const isLoopback = (address: string) => /^(::ffff:)?127\./i.test(address) || address === "::1"

export interface PerAddressOptions<A> {
  /** Whether limits hold for this machine too, which is usually a proxy or a test. */
  readonly limitLoopback: boolean
  /** What is remembered of an address that is new; `now` in monotonic milliseconds. */
  readonly make: (now: number) => A
  /** Whether what is remembered is the same as nothing. */
  readonly idle: (entry: A, now: number) => boolean
  /** Addresses that are remembered at most, the others being forgotten, the longest known first; any number without it. */
  readonly most?: number
}

export class PerAddress<A> {
  private readonly entries = new Map<string, A>()
  private readonly options: PerAddressOptions<A>

  constructor(options: PerAddressOptions<A>) {
    this.options = options
  }

  /** Addresses that are remembered. */
  get size(): number {
    return this.entries.size
  }

  /** Whether no limit holds for an address. */
  exempt(address: string): boolean {
    return !this.options.limitLoopback && isLoopback(address)
  }

  /** What is remembered of an address, from now on if there was nothing. */
  of(address: string, now: number): A {
    const key = addressKey(address)
    let entry = this.entries.get(key)
    if (entry === undefined) {
      if (this.entries.size === this.options.most) {
        for (const oldest of this.entries.keys()) {
          this.entries.delete(oldest)
          break
        }
      }
      entry = this.options.make(now)
      this.entries.set(key, entry)
    }
    return entry
  }

  /** What is remembered of an address, if anything is. */
  find(address: string): A | undefined {
    return this.entries.get(addressKey(address))
  }

  /** Forgets what is the same as nothing. */
  sweep(now: number): void {
    for (const [key, entry] of this.entries) if (this.options.idle(entry, now)) this.entries.delete(key)
  }
}
