/**
 * Checks that every receiver sees every sender's messages exactly once and in order. A *lane* is one sender as seen by one
 * receiver; its first message sets the start, from then on each must be the last one's successor.
 */
const unseen = -1

export class Order {
  private readonly expected: Int32Array
  private readonly missing = new Map<number, Set<number>>()
  reordered = 0
  duplicated = 0
  private gaps = 0

  /** With a start a lane has to begin there, and what it does not see from there on is lost. */
  constructor(lanes: number, start = unseen) {
    this.expected = new Int32Array(lanes).fill(start)
  }

  /** Takes note of a message; false when this lane had it before. */
  see(lane: number, number: number): boolean {
    const expected = this.expected[lane] ?? unseen
    if (number === expected || expected === unseen) {
      this.expected[lane] = number + 1
      return true
    }
    return this.surprise(lane, number, expected)
  }

  /** Messages that others got, or that the sender has sent, and this lane never saw. */
  get lost(): number {
    return this.gaps
  }

  hasSeen(lane: number, number: number): boolean {
    const expected = this.expected[lane] ?? unseen
    return expected !== unseen && number < expected
  }

  /** Says that the sender's next number is `next` and nothing is on its way: what has not arrived by now is lost. */
  close(lane: number, next: number): void {
    const expected = this.expected[lane] ?? unseen
    if (expected === unseen) this.gaps += next
    else if (next > expected) this.gaps += next - expected
    this.expected[lane] = next
  }

  private surprise(lane: number, number: number, expected: number): boolean {
    let missing = this.missing.get(lane)
    if (number > expected) {
      if (missing === undefined) this.missing.set(lane, (missing = new Set()))
      for (let gap = expected; gap < number; gap++) missing.add(gap)
      this.gaps += number - expected
      this.expected[lane] = number + 1
      return true
    }
    if (missing?.delete(number) === true) {
      this.reordered++
      this.gaps--
      return true
    }
    this.duplicated++
    return false
  }
}
