/** How much one address may ask of the door: upgrades per second and connections at a time. IPv6 counts by /64, which is one subscriber. */
import { TokenBucket } from "../actor/TokenBucket.ts"
import { PerAddress } from "../identity/PerAddress.ts"

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

/** Tokens of one address that may be checked at a time, and milliseconds after which a further one is worth another try. */
const CHECKS_AT_ONCE = 20
const CHECK_RETRY_MS = 1000

export class Admission {
  private readonly guests: PerAddress<Guest>
  private readonly options: AdmissionOptions

  constructor(options: AdmissionOptions) {
    const { limitLoopback, upgradeBurst, upgradesPerSecond } = options
    this.options = options
    this.guests = new PerAddress({
      limitLoopback,
      make: (now) => ({
        upgrades: new TokenBucket(upgradesPerSecond, upgradeBurst, now),
        connections: 0,
        checking: 0
      }),
      idle: ({ checking, connections, upgrades }, now) => connections <= 0 && checking === 0 && upgrades.full(now)
    })
  }

  /** Whether any limit is on. */
  get counts(): boolean {
    return this.options.upgradesPerSecond > 0 || this.options.connectionsPerIp > 0
  }

  /** Takes an upgrade from the address' allowance: 0, or the milliseconds after which to come back. `now` in monotonic milliseconds. */
  ask(address: string, now: number): number {
    if (this.guests.exempt(address)) return 0
    const guest = this.guests.of(address, now)
    const { connectionsPerIp } = this.options
    if (connectionsPerIp > 0 && guest.connections + guest.checking >= connectionsPerIp) return 1000
    return guest.upgrades.take(now)
  }

  enter(address: string, now: number): void {
    if (!this.guests.exempt(address)) this.guests.of(address, now).connections++
  }

  leave(address: string): void {
    const guest = this.guests.find(address)
    if (guest !== undefined) guest.connections--
  }

  /** Begins to check a token from an address: 0, or the milliseconds after which to come back. `checked` has to follow a 0. */
  check(address: string, now: number): number {
    if (!this.counts || this.guests.exempt(address)) return 0
    const guest = this.guests.of(address, now)
    if (guest.checking >= CHECKS_AT_ONCE) return CHECK_RETRY_MS
    guest.checking++
    return 0
  }

  checked(address: string): void {
    const guest = this.guests.find(address)
    if (guest !== undefined && guest.checking > 0) guest.checking--
  }

  /** Forgets addresses that are not connected and have their whole allowance back. */
  sweep(now: number): void {
    this.guests.sweep(now)
  }
}
