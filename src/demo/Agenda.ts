/** What is still to happen, earliest first; what is due at the same time comes in the order it was put in (a binary heap). */

interface Entry<A> {
  readonly at: number
  readonly order: number
  readonly item: A
}

const before = <A>(one: Entry<A>, other: Entry<A>): boolean =>
  one.at < other.at || (one.at === other.at && one.order < other.order)

export class Agenda<A> {
  private readonly heap: Array<Entry<A>> = []
  private order = 0

  put(at: number, item: A): void {
    const { heap } = this
    const entry = { at, order: this.order++, item }
    let place = heap.length
    while (place > 0) {
      const parent = (place - 1) >> 1
      if (!before(entry, heap[parent]!)) break
      heap[place] = heap[parent]!
      place = parent
    }
    heap[place] = entry
  }

  /** Takes the earliest item that is due before `limit`; nothing if there is none. */
  take(limit: number): Entry<A> | undefined {
    const { heap } = this
    const first = heap[0]
    if (first === undefined || first.at >= limit) return undefined
    const last = heap.pop()!
    const length = heap.length
    if (length === 0) return first
    let place = 0
    for (;;) {
      let child = 2 * place + 1
      if (child >= length) break
      if (child + 1 < length && before(heap[child + 1]!, heap[child]!)) child++
      if (!before(heap[child]!, last)) break
      heap[place] = heap[child]!
      place = child
    }
    heap[place] = last
    return first
  }
}
