/** IP addresses and blocks of them, all as 128 bits: IPv4 is what IPv6 maps it to, so that either way of writing one is the same. */
import { isIPv4, isIPv6 } from "node:net"

/** Sixteen bytes. */
export type Address = Uint8Array

const MAPPED = 96

const ofIPv4 = (text: string): Address => {
  const bytes = new Uint8Array(16).fill(0xff, 10, 12)
  bytes.set(text.split(".").map(Number), 12)
  return bytes
}

/** Two decimal bytes of IPv4 as a group of IPv6. */
const hex = (high: string | undefined, low: string | undefined) => (Number(high) * 256 + Number(low)).toString(16)

const groups = (part: string) => (part === "" ? [] : part.split(":"))

const ofIPv6 = (text: string): Address => {
  const bytes = new Uint8Array(16)
  // the last 32 bits may be written as IPv4
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text)
  const whole = dotted === null ? text : `${dotted[1]}${hex(dotted[2], dotted[3])}:${hex(dotted[4], dotted[5])}`
  const [head = "", tail] = whole.split("::")
  const left = groups(head)
  const right = groups(tail ?? "")
  const all = [...left, ...Array<string>(8 - left.length - right.length).fill("0"), ...right]
  all.forEach((group, i) => {
    const value = Number.parseInt(group, 16)
    bytes[2 * i] = value >> 8
    bytes[2 * i + 1] = value & 0xff
  })
  return bytes
}

/** Reads an address. A zone (`%eth0`) is not part of one and refused. */
export const parseAddress = (text: string): Address | undefined => {
  if (isIPv4(text)) return ofIPv4(text)
  return isIPv6(text) && !text.includes("%") ? ofIPv6(text) : undefined
}

/** The IPv4 form of an address that has one. */
export const dottedIPv4 = (address: Address): string | undefined => {
  for (let i = 0; i < 12; i++) if (address[i] !== (i < 10 ? 0 : 0xff)) return undefined
  return address.subarray(12).join(".")
}

export interface Block {
  readonly address: Address
  /** Leading bits, of 128, that an address in the block has in common with `address`. */
  readonly prefix: number
}

const bit = (address: Address, i: number) => (address[i >> 3]! >> (7 - (i & 7))) & 1

/** Reads `10.0.0.0/8`, `fd00::/8` or one address. What lies beyond the prefix has to be zero, as it else hides a slip. */
export const parseBlock = (text: string): Block | undefined => {
  const [base = "", length, ...rest] = text.split("/")
  const address = parseAddress(base)
  if (address === undefined || rest.length > 0) return undefined
  const offset = isIPv4(base) ? MAPPED : 0
  if (length !== undefined && !/^(?:0|[1-9]\d{0,2})$/.test(length)) return undefined
  const prefix = length === undefined ? 128 : offset + Number(length)
  if (prefix > 128) return undefined
  for (let i = prefix; i < 128; i++) if (bit(address, i) === 1) return undefined
  return { address, prefix }
}

export const contains = ({ address, prefix }: Block, other: Address): boolean => {
  for (let i = 0; i < prefix; i++) if (bit(address, i) !== bit(other, i)) return false
  return true
}
