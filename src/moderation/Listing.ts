/** Values in one order, handed out a page at a time. */
import { Sorted } from "../store/Sorted.ts"

export interface ListQuery<P, A> {
  /** The place of the last one of the page before; it need not exist any more. */
  readonly after?: P | undefined
  /** At most so many. */
  readonly limit: number
  /** Whether who asks may see it. */
  readonly shown: (value: A) => boolean
}

/** A page; `more`: there are others after it. */
export interface Listed<A> {
  readonly items: ReadonlyArray<A>
  readonly more: boolean
}

/** Values looked at before they are copied. */
const STRETCH = 256

export class Listing<P, A extends P> {
  private readonly sorted: Sorted<P, A>

  constructor(compare: (a: P, b: P) => number) {
    this.sorted = new Sorted(compare)
  }

  add(value: A): void {
    this.sorted.set(value)
  }

  remove(value: P): void {
    this.sorted.remove(value)
  }

  page({ after, limit, shown }: ListQuery<P, A>): Listed<A> {
    const items: Array<A> = []
    let at = after === undefined ? 0 : this.sorted.after(after)
    for (; at < this.sorted.size; at += STRETCH) {
      for (const value of this.sorted.slice(at, at + STRETCH)) {
        if (!shown(value)) continue
        if (items.length === limit) return { items, more: true }
        items.push(value)
      }
    }
    return { items, more: false }
  }
}
