/**
 * How many distinct users (or rooms) there were. Exact while they are few, then a sketch of 16 KiB; either can be merged across minutes,
 * days and nodes, where adding up counts would count a user once for each.
 */
import { HyperLogLog } from "./HyperLogLog.ts"

export { STANDARD_ERROR } from "./HyperLogLog.ts"

const HASHES = 2 ** 53

/**
 * A hash of 53 bits: among a million ids two share one with a probability of 1 in 18,000. Stored in sketches, so it must never change;
 * not keyed, so whoever chooses ids freely can choose ones that distort a count.
 */
export const hashOf = (id: string): number => {
  let a = 0x9e3779b9
  let b = 0x7f4a7c15
  for (let i = 0; i < id.length; i++) {
    const unit = id.charCodeAt(i)
    // rotations bring high bits down again, which a product alone never does
    a = Math.imul(((a << 5) | (a >>> 27)) ^ unit, 0x2c1b3c6d)
    b = Math.imul(((b << 13) | (b >>> 19)) ^ unit, 0x297a2d39)
  }
  // three Feistel rounds: every bit of both words reaches every bit, and no two states meet
  a ^= mix(b ^ id.length)
  b ^= mix(a)
  a ^= mix(b)
  return (a >>> 0) * 2 ** 21 + (b >>> 11)
}

/** A bijection of 32-bit words in which every bit of the input moves about half of the output. */
const mix = (word: number): number => {
  let x = word ^ (word >>> 16)
  x = Math.imul(x, 0x85ebca6b)
  x ^= x >>> 13
  x = Math.imul(x, 0xc2b2ae35)
  return x ^ (x >>> 16)
}

export class Uniques {
  private readonly exactMax: number
  /** The hashes themselves; nothing before the first one and once there is a sketch. */
  private hashes: Set<number> | undefined
  private sketch: HyperLogLog | undefined

  /** Exact up to `exactMax` distinct hashes. What is merged should agree on it, or the order of merging decides what is exact. */
  constructor(exactMax = 1024) {
    this.exactMax = exactMax
  }

  /** Whether `count` is exact, but for two ids with one hash. */
  get exact(): boolean {
    return this.sketch === undefined
  }

  /** Adds what `hashOf` gave. */
  add(hash: number): void {
    if (this.sketch !== undefined) return this.sketch.add(hash)
    this.hashes ??= new Set()
    this.hashes.add(hash)
    if (this.hashes.size > this.exactMax) this.toSketch()
  }

  /** Adds all of another, which stays as it is. */
  merge(other: Uniques): void {
    if (other.sketch !== undefined) this.toSketch().merge(other.sketch)
    else if (other.hashes !== undefined) for (const hash of other.hashes) this.add(hash)
  }

  /** Exact while `exact`, else the nearest integer to an estimate with a relative `STANDARD_ERROR`. */
  count(): number {
    return this.sketch === undefined ? (this.hashes?.size ?? 0) : Math.round(this.sketch.estimate())
  }

  /** JSON: an array of the hashes in ascending order while exact, else a string of 16,384 base64 digits. Equal sets encode equally. */
  encode(): string {
    if (this.sketch !== undefined) return `"${this.sketch.encode()}"`
    return JSON.stringify(Array.from(this.hashes ?? []).sort((a, b) => a - b))
  }

  /** What `encode` wrote. Throws a `SyntaxError` or `RangeError` for a text that it cannot have written. */
  static decode(text: string, exactMax?: number): Uniques {
    const uniques = new Uniques(exactMax)
    const stored: unknown = JSON.parse(text)
    if (typeof stored === "string") uniques.sketch = HyperLogLog.decode(stored)
    else if (Array.isArray(stored)) for (const hash of stored) uniques.add(checked(hash))
    else throw new RangeError("uniques are stored as an array or a string")
    return uniques
  }

  clone(): Uniques {
    const copy = new Uniques(this.exactMax)
    if (this.hashes !== undefined) copy.hashes = new Set(this.hashes)
    copy.sketch = this.sketch?.clone()
    return copy
  }

  private toSketch(): HyperLogLog {
    if (this.sketch !== undefined) return this.sketch
    const sketch = new HyperLogLog()
    for (const hash of this.hashes ?? []) sketch.add(hash)
    this.hashes = undefined
    this.sketch = sketch
    return sketch
  }
}

const checked = (hash: unknown): number => {
  if (typeof hash === "number" && Number.isInteger(hash) && hash >= 0 && hash < HASHES) return hash
  throw new RangeError("a hash is an integer from 0 to 2^53 - 1")
}
