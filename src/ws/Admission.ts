/** How much one address may ask of the door: upgrades per second and connections at a time. IPv6 counts by /64, which is one subscriber. */
import { isIPv6 } from "node:net"
import { TokenBucket } from "../actor/TokenBucket.ts"

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
}

/** The address as limits see it: IPv4 as it is, also where written inside IPv6; IPv6 by its first 64 bits. */
export const addressKey = (address: string): string => {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  if (mapped !== null) return mapped[1]!
  if (!isIPv6(address)) return address
  const [head = "", tail] = address.split("%")[0]!.split("::")
  const left = head === "" ? [] : head.split(":")
  const right = tail === undefined || tail === "" ? [] : tail.split(":")
  const groups =
    tail === undefined ? left : [...left, ...Array<string>(8 - left.length - right.length).fill("0"), ...right]
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")
}

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
    if (this.options.connectionsPerIp > 0 && guest.connections >= this.options.connectionsPerIp) return 1000
    return guest.upgrades.take(now)
  }

  enter(address: string, now: number): void {
    if (!this.exempt(address)) this.guest(address, now).connections++
  }

  leave(address: string): void {
    const guest = this.guests.get(addressKey(address))
    if (guest !== undefined) guest.connections--
  }

  /** Forgets addresses that are not connected and have their whole allowance back. */
  sweep(now: number): void {
    for (const [key, { connections, upgrades }] of this.guests) {
      if (connections <= 0 && upgrades.full(now)) this.guests.delete(key)
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
      guest = { upgrades: new TokenBucket(upgradesPerSecond, upgradeBurst, now), connections: 0 }
      this.guests.set(key, guest)
    }
    return guest
  }
}
