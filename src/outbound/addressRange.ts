/** Ranges of addresses as operators write them: `10.1.0.0/16`, `fd00::/8`, or one address. */
import { isIP } from "node:net"

export interface AddressRange {
  readonly address: string
  /** Leading bits that count. */
  readonly prefix: number
  readonly family: "ipv4" | "ipv6"
}

/** The range that a text stands for, or nothing. */
const addressRange = (text: string): AddressRange | undefined => {
  const [, address = "", bits] = /^([0-9a-f:.]+)(?:\/(\d{1,3}))?$/i.exec(text) ?? []
  const version = isIP(address)
  if (version === 0) return undefined
  const most = version === 4 ? 32 : 128
  const prefix = bits === undefined ? most : Number(bits)
  return prefix > most ? undefined : { address, prefix, family: version === 4 ? "ipv4" : "ipv6" }
}

/** The ranges in a list separated by commas, or nothing where one of them is none. */
export const addressRanges = (text: string): ReadonlyArray<AddressRange> | undefined => {
  const ranges: Array<AddressRange> = []
  if (text === "") return ranges
  for (const entry of text.split(",")) {
    const range = addressRange(entry.trim())
    if (range === undefined) return undefined
    ranges.push(range)
  }
  return ranges
}
