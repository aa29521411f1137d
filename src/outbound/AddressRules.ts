/**
 * Which addresses may be called. Whoever can name a URL, or answer for its name, must not reach what only this machine or its network
 * can: everything that is not a public address is refused, unless the operator lists it.
 */
import { BlockList, isIP } from "node:net"
import type { AddressRange } from "./addressRange.ts"

/** Not public (IANA's registry of special-purpose addresses), and one public address that is a cloud's own. */
const FORBIDDEN_V4 = [
  ["0.0.0.0", 8], // this network
  ["10.0.0.0", 8], // private
  ["100.64.0.0", 10], // shared by the customers of a carrier
  ["127.0.0.0", 8], // loopback
  ["168.63.129.16", 32], // Azure's platform, from within
  ["169.254.0.0", 16], // link-local, the metadata of clouds among it
  ["172.16.0.0", 12], // private
  ["192.0.0.0", 24], // protocol assignments
  ["192.0.2.0", 24], // documentation
  ["192.88.99.0", 24], // 6to4 relays
  ["192.168.0.0", 16], // private
  ["198.18.0.0", 15], // benchmarks
  ["198.51.100.0", 24], // documentation
  ["203.0.113.0", 24], // documentation
  ["224.0.0.0", 4], // multicast
  ["240.0.0.0", 4] // reserved, broadcast
] as const

/** All but 2000::/3, the only part that is given out for public use, and what is special within it. */
const FORBIDDEN_V6 = [
  ["::", 3], // unspecified, loopback, embedded IPv4
  ["4000::", 2], // reserved
  ["8000::", 1], // reserved, unique local, link-local, multicast
  ["2001::", 23], // protocol assignments, Teredo among them
  ["2001:db8::", 32], // documentation
  ["3fff::", 20] // documentation
] as const

/** An IPv6 address as its eight groups. */
const groupsOf = (address: string): ReadonlyArray<number> => {
  // `URL` writes every spelling alike: lower case, hexadecimal, one `::`
  const plain = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [head = "", tail] = plain.split("::")
  const first = head === "" ? [] : head.split(":")
  const last = tail === undefined || tail === "" ? [] : tail.split(":")
  const zeros = Array.from({ length: 8 - first.length - last.length }, () => "0")
  return [...first, ...zeros, ...last].map((group) => Number.parseInt(group, 16))
}

/** The IPv4 address that an IPv6 address leads to: mapped, through NAT64 (RFC 6052), or by 6to4. */
const embeddedIn = (groups: ReadonlyArray<number>): string | undefined => {
  const at = (index: number) => groups[index] ?? 0
  const quad = (index: number) => [at(index) >> 8, at(index) & 255, at(index + 1) >> 8, at(index + 1) & 255].join(".")
  const zero = (from: number, to: number) => groups.slice(from, to).every((group) => group === 0)
  if (zero(0, 5) && at(5) === 0xffff) return quad(6)
  if (at(0) === 0x64 && at(1) === 0xff9b && zero(2, 6)) return quad(6)
  if (at(0) === 0x2002) return quad(1)
  return undefined
}

export class AddressRules {
  // one list for each family: a list compares IPv4 with its IPv6 rules, too, as mapped addresses, so that ::/3 would forbid all of it
  private readonly forbidden = { ipv4: new BlockList(), ipv6: new BlockList() }
  private readonly allowed = { ipv4: new BlockList(), ipv6: new BlockList() }

  /** `allowed`: what may be called although it is not public. */
  constructor(allowed: ReadonlyArray<AddressRange>) {
    for (const [address, prefix] of FORBIDDEN_V4) this.forbidden.ipv4.addSubnet(address, prefix, "ipv4")
    for (const [address, prefix] of FORBIDDEN_V6) this.forbidden.ipv6.addSubnet(address, prefix, "ipv6")
    for (const { address, family, prefix } of allowed) this.allowed[family].addSubnet(address, prefix, family)
  }

  /** Whether this address may be called. Text that is no address may not. */
  permits(address: string): boolean {
    const version = isIP(address)
    if (version === 4) return this.allows(address, "ipv4")
    if (version === 0) return false
    const [plain = ""] = address.split("%")
    const embedded = embeddedIn(groupsOf(plain))
    if (embedded !== undefined) return this.allowed.ipv6.check(plain, "ipv6") || this.allows(embedded, "ipv4")
    return this.allows(plain, "ipv6")
  }

  private allows(address: string, family: AddressRange["family"]): boolean {
    return this.allowed[family].check(address, family) || !this.forbidden[family].check(address, family)
  }
}
