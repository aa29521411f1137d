/** Values in one order, no two at one place. Looking one up takes logarithmic time; what comes at the end is added at once. */
export class Sorted<P, A extends P> {
  private readonly values: Array<A> = []
  private readonly compare: (a: P, b: P) => number

  constructor(compare: (a: P, b: P) => number) {
    this.compare = compare
  }

  get size(): number {
    return this.values.length
  }

  /** The index of the first value at or after a place. */
  at(place: P): number {
    let low = 0
    let high = this.values.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.compare(this.values[middle]!, place) < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  /** The index of the first value after a place. */
  after(place: P): number {
    const index = this.at(place)
    return this.holds(index, place) ? index + 1 : index
  }

  get(place: P): A | undefined {
    const index = this.at(place)
    return this.holds(index, place) ? this.values[index] : undefined
  }

  /** Adds a value unless there is one at its place. */
  add(value: A): void {
    const index = this.at(value)
    if (!this.holds(index, value)) this.values.splice(index, 0, value)
  }

  /** Adds a value, in place of the one that is there. */
  set(value: A): void {
    const index = this.at(value)
    this.values.splice(index, this.holds(index, value) ? 1 : 0, value)
  }

  /** The values from one index to another, the latter not included. */
  slice(from: number, to: number): ReadonlyArray<A> {
    return this.values.slice(from, Math.max(from, to))
  }

  /** Takes the first values out. */
  shift(count: number): ReadonlyArray<A> {
    return this.values.splice(0, count)
  }

  remove(place: P): void {
    const index = this.at(place)
    if (this.holds(index, place)) this.values.splice(index, 1)
  }

  private holds(index: number, place: P): boolean {
    const found = this.values[index]
    return found !== undefined && this.compare(found, place) === 0
  }
}
