/**
 * Seeded chance (sfc32). Uses only arithmetic that every machine rounds alike, so that one seed is one history everywhere:
 * no Math.exp, Math.log or Math.pow, whose last bit is the engine's choice.
 */

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"))

const scramble = (state: number, word: number): number => {
  let mixed = Math.imul(state ^ word, 0x9e3779b1)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}

const hexOf = (word: number): string =>
  HEX[word >>> 24]! + HEX[(word >>> 16) & 255]! + HEX[(word >>> 8) & 255]! + HEX[word & 255]!

/** e to the `x`, right to about 14 digits for |x| below 40. */
const exp = (x: number): number => {
  const halvings = Math.round(x / Math.LN2)
  const rest = x - halvings * Math.LN2
  let term = 1
  let sum = 1
  for (let n = 1; n < 13; n++) {
    term = (term * rest) / n
    sum += term
  }
  for (let n = halvings; n > 0; n--) sum *= 2
  for (let n = halvings; n < 0; n++) sum /= 2
  return sum
}

/** Whole numbers make the seed; other numbers, or the same in another order, make another sequence. */
export class Dice {
  private a = 0x6a09e667
  private b = 0x3c6ef372
  private c = 0x1f83d9ab
  private counter = 1

  constructor(...seed: ReadonlyArray<number>) {
    for (const part of seed) {
      for (const word of [part | 0, Math.floor(part / 2 ** 32) | 0]) {
        this.a = scramble(this.a, word)
        this.b = scramble(this.b ^ this.a, word)
        this.c = scramble(this.c ^ this.b, word)
      }
    }
    for (let round = 0; round < 12; round++) this.word()
  }

  /** 32 bits, as a signed number. */
  private word(): number {
    const sum = (this.a + this.b + this.counter) | 0
    this.counter = (this.counter + 1) | 0
    this.a = this.b ^ (this.b >>> 9)
    this.b = (this.c + (this.c << 3)) | 0
    this.c = ((this.c << 21) | (this.c >>> 11)) + sum
    this.c |= 0
    return sum
  }

  /** From 0 up to and not including 1. */
  roll(): number {
    return (this.word() >>> 0) / 2 ** 32
  }

  between(least: number, below: number): number {
    return least + this.roll() * (below - least)
  }

  /** A whole number from 0 up to and not including `n`. */
  below(n: number): number {
    return Math.floor(this.roll() * n)
  }

  chance(share: number): boolean {
    return this.roll() < share
  }

  /** `from` must not be empty. */
  pick<A>(from: ReadonlyArray<A>): A {
    return from[this.below(from.length)]!
  }

  /** An index into `weights`, each as likely as its weight. */
  weighted(weights: ReadonlyArray<number>): number {
    let left = this.roll() * weights.reduce((sum, weight) => sum + weight, 0)
    for (let index = 0; index < weights.length - 1; index++) {
      left -= weights[index]!
      if (left < 0) return index
    }
    return weights.length - 1
  }

  /** A whole number whose mean is `mean`. */
  count(mean: number): number {
    return Math.floor(mean * this.between(0.4, 1.6) + this.roll())
  }

  /** Log-normal: half of the draws are below `median`. The normal under it is a sum of four rolls, within 3.5 deviations. */
  logNormal(median: number, sigma: number): number {
    const normal = (this.roll() + this.roll() + this.roll() + this.roll() - 2) * 1.7320508075688772
    return median * exp(sigma * normal)
  }

  /** Version 4, lower case. */
  uuid(): string {
    const head = hexOf(this.word())
    const middle = hexOf((this.word() & ~0xf000) | 0x4000)
    const variant = hexOf((this.word() & 0x3fffffff) | 0x80000000)
    const tail = hexOf(this.word())
    return `${head}-${middle.slice(0, 4)}-${middle.slice(4)}-${variant.slice(0, 4)}-${variant.slice(4)}${tail}`
  }
}
