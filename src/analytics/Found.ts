/** What is found of each start and id. A store tells it in their order, where none has to be looked up; memory tells it in no order. */

interface Entry<A> {
  /** Milliseconds since 1970. */
  readonly start: number
  readonly id: string
  readonly one: A
}

const nameOf = (start: number, id: string) => `${start}/${id}`

export class Found<A> {
  private readonly entries: Array<Entry<A>> = []
  /** Made with the first thing that comes out of order: names cost more than all the rest. */
  private names: Map<string, A> | undefined

  /** What was found of a start and an id. */
  get(start: number, id: string): A | undefined {
    const last = this.entries.at(-1)
    if (last === undefined) return undefined
    if (last.start === start && last.id === id) return last.one
    if (this.names === undefined && follows(start, id, last)) return undefined
    this.names ??= new Map(this.entries.map((entry) => [nameOf(entry.start, entry.id), entry.one]))
    return this.names.get(nameOf(start, id))
  }

  /** Adds what was not found yet. */
  add(start: number, id: string, one: A): A {
    this.names?.set(nameOf(start, id), one)
    this.entries.push({ start, id, one })
    return one
  }

  /** All, in the order of (start, id); ids compare by code unit. */
  all(): ReadonlyArray<A> {
    const { entries } = this
    if (this.names !== undefined) entries.sort((a, b) => (follows(a.start, a.id, b) ? 1 : -1))
    return entries.map(({ one }) => one)
  }
}

const follows = (start: number, id: string, other: Entry<unknown>) =>
  start > other.start || (start === other.start && id > other.id)
