/** Things that happened, in the order of time. */

export class Timeline<A extends { readonly at: number }> {
  readonly all: ReadonlyArray<A>

  /** `all` must be in the order of time. */
  constructor(all: ReadonlyArray<A>) {
    this.all = all
  }

  /** What happened with `from` ≤ at < `to`. */
  within(from: number, to: number): ReadonlyArray<A> {
    return this.all.slice(this.before(from), this.before(to))
  }

  /** The last thing that happened before a moment. */
  lastBefore(at: number): A | undefined {
    return this.all[this.before(at) - 1]
  }

  /** How many things happened before a moment. */
  private before(at: number): number {
    let low = 0
    let high = this.all.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.all[middle]!.at < at) low = middle + 1
      else high = middle
    }
    return low
  }
}
