/** Checks that a walk over a room's history, page by page, gives every message from one position to another exactly once, in order. */
export type Direction = "before" | "after"

export class Coverage {
  repeated = 0
  /** Messages that are not where the page before, or the message before, said that they would be. */
  misplaced = 0
  /** Messages outside of what was to be walked. */
  foreign = 0
  private readonly direction: Direction
  private readonly from: number
  private readonly seen: Uint8Array
  private found = 0
  /** The position that the walk has to go on with. */
  private next: number

  /** Positions `from` to `to`, both inclusive: upwards by `after`, downwards by `before`. Pages are oldest first either way. */
  constructor(direction: Direction, from: number, to: number) {
    this.direction = direction
    this.from = from
    this.seen = new Uint8Array(Math.max(0, to - from + 1))
    this.next = direction === "after" ? from : to
  }

  get missing(): number {
    return this.seen.length - this.found
  }

  page(positions: ReadonlyArray<number>): void {
    if (positions.length === 0) return
    let expected = this.direction === "after" ? this.next : this.next - positions.length + 1
    this.next = this.direction === "after" ? expected + positions.length : expected - 1
    for (const position of positions) {
      if (position !== expected++) this.misplaced++
      this.see(position)
    }
  }

  private see(position: number): void {
    const at = position - this.from
    const seen = this.seen[at]
    if (seen === undefined) this.foreign++
    else if (seen > 0) this.repeated++
    else {
      this.seen[at] = 1
      this.found++
    }
  }
}
