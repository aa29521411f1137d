/** How much one address may ask of the door: upgrades per second and connections at a time. IPv6 counts by /64, which is one subscriber. */
import { TokenBucket } from "../actor/TokenBucket.ts"
import { dottedIPv4, parseAddress } from "../identity/Address.ts"

export interface AdmissionOptions {
  /** Upgrades a second from one address, 0 for no limit, and how many may be saved up. */
  readonly upgradesPerSecond: number
  readonly upgradeBurst: number
  /** Connections at a time from one address, 0 for no limit. */
  readonly connectionsPerIp: number
  /** Whether the limits hold for this machine too, which is usually a proxy or a test. */
  readonly limitLoopback: boolean
}

interface Guest {
  readonly upgrades: TokenBucket
  connections: number
  /** Upgrades whose tokens are being checked. */
  checking: number
}

/** The address as limits see it: IPv4 as it is, also where written inside IPv6; IPv6 by its first 64 bits. */
export const addressKey = (address: string): string => {
  const bytes = parseAddress(address.split("%", 1)[0]!)
  if (bytes === undefined) return address
  const dotted = dottedIPv4(bytes)
  if (dotted !== undefined) return dotted
  return [0, 2, 4, 6].map((i) => ((bytes[i]! << 8) | bytes[i + 1]!).toString(16)).join(":")
}

/** Tokens of one address that may be checked at a time, and milliseconds after which a further one is worth another try. */
const CHECKS_AT_ONCE = 20
const CHECK_RETRY_MS = 1000

const isLoopback = (address: string) => /^(::ffff:)?127\./i.test(address) || address === "::1"

export class Admission {
  private readonly guests = new Map<string, Guest>()
  private readonly options: AdmissionOptions

  constructor(options: AdmissionOptions) {
    this.options = options
  }

  /** Whether any limit is on. */
  get counts(): boolean {
    return this.options.upgradesPerSecond > 0 || this.options.connectionsPerIp > 0
  }

  /** Takes an upgrade from the address' allowance: 0, or the milliseconds after which to come back. `now` in monotonic milliseconds. */
  ask(address: string, now: number): number {
    if (this.exempt(address)) return 0
    const guest = this.guest(address, now)
    const { connectionsPerIp } = this.options
    if (connectionsPerIp > 0 && guest.connections + guest.checking >= connectionsPerIp) return 1000
    return guest.upgrades.take(now)
  }

  enter(address: string, now: number): void {
    if (!this.exempt(address)) this.guest(address, now).connections++
  }

  leave(address: string): void {
    const guest = this.guests.get(addressKey(address))
    if (guest !== undefined) guest.connections--
  }

  /** Begins to check a token from an address: 0, or the milliseconds after which to come back. `checked` has to follow a 0. */
  check(address: string, now: number): number {
    if (!this.counts || this.exempt(address)) return 0
    const guest = this.guest(address, now)
    if (guest.checking >= CHECKS_AT_ONCE) return CHECK_RETRY_MS
    guest.checking++
    return 0
  }

  checked(address: string): void {
    const guest = this.guests.get(addressKey(address))
    if (guest !== undefined && guest.checking > 0) guest.checking--
  }

  /** Forgets addresses that are not connected and have their whole allowance back. */
  sweep(now: number): void {
    for (const [key, { checking, connections, upgrades }] of this.guests) {
      if (connections <= 0 && checking === 0 && upgrades.full(now)) this.guests.delete(key)
    }
  }

  private exempt(address: string): boolean {
    return !this.options.limitLoopback && isLoopback(address)
  }

  private guest(address: string, now: number): Guest {
    const key = addressKey(address)
    let guest = this.guests.get(key)
    if (guest === undefined) {
      const { upgradeBurst, upgradesPerSecond } = this.options
      guest = { upgrades: new TokenBucket(upgradesPerSecond, upgradeBurst, now), connections: 0, checking: 0 }
      this.guests.set(key, guest)
    }
    return guest
  }
}
