/**
 * What a room's list shows, in order: messages, the days they begin, and the line above what is new. What did not change between two
 * states of the room stays the same object, and takes no work but a comparison.
 */
import type { Position, Row } from "../../client/index.ts"
import { dayOf } from "./Moment.ts"

export type Item =
  | { readonly kind: "day"; readonly key: string; readonly timestamp: string }
  | { readonly kind: "new"; readonly key: string }
  | {
      readonly kind: "message"
      readonly key: string
      readonly row: Row
      /** Whether it begins a group, and so shows who speaks and when. */
      readonly head: boolean
    }

export interface ListingOptions {
  readonly hasOlder: boolean
  readonly selfId: string
  /** The first message there or behind it that others said is the first new one; none where nothing is new. */
  readonly newFrom: Position | undefined
}

interface Listing {
  /** Another one each time the rows have nothing in common with those before. */
  readonly generation: number
  /** The items of the rows as they are now. */
  update(rows: ReadonlyArray<Row>, options: ListingOptions): ReadonlyArray<Item>
  /** The newest row of this message, if it is in the list. */
  byId(messageId: string): Row | undefined
}

/** Milliseconds within which what somebody says next is shown below their name. */
const GROUP_MS = 5 * 60_000

const isBefore = (a: Position, b: Position) => a.epoch < b.epoch || (a.epoch === b.epoch && a.seq < b.seq)

const speaksOn = (before: Row, row: Row): boolean =>
  before.type === "chat" &&
  row.type === "chat" &&
  before.userId === row.userId &&
  before.username === row.username &&
  before.bot === row.bot &&
  row.replyTo === undefined &&
  Date.parse(row.timestamp) - Date.parse(before.timestamp) < GROUP_MS

/** The key of the first row that is new; none where that one is not in the list, or is not there. */
const firstNewKey = (rows: ReadonlyArray<Row>, { hasOlder, newFrom, selfId }: ListingOptions): string | undefined => {
  const start = rows[0]?.at
  if (newFrom === undefined || start === undefined) return undefined
  if (hasOlder && isBefore(newFrom, start)) return undefined
  let first: string | undefined
  for (let index = rows.length - 1; index >= 0; index--) {
    const row = rows[index]!
    if (row.at !== undefined && isBefore(row.at, newFrom)) break
    if (row.at !== undefined && row.userId !== selfId && row.type === "chat") first = row.key
  }
  return first
}

/** Whether a message of the one is in the other, as it was or changed. */
const haveCommon = (rows: ReadonlyArray<Row>, others: ReadonlyArray<Row>): boolean => {
  const keys = new Set(rows.map(({ key }) => key))
  return others.some(({ key }) => keys.has(key))
}

export const createListing = (): Listing => {
  let rows: ReadonlyArray<Row> = []
  let items: ReadonlyArray<Item> = []
  let hasOlder = true
  let newFrom: Position | undefined
  let newKey: string | undefined
  let generation = 0
  const ids = new Map<string, Row>()
  /** Rows that were the first: they go on showing who speaks, so that nothing moves when older ones come before them. */
  const firsts = new Set<string>()

  const itemsOf = (next: ReadonlyArray<Row>, from: number, to: number): Array<Item> => {
    const made: Array<Item> = []
    for (let index = from; index < to; index++) {
      const row = next[index]!
      const before = next[index - 1]
      const { key, timestamp } = row
      const newDay = before === undefined ? !hasOlder : dayOf(before.timestamp) !== dayOf(timestamp)
      if (newDay) made.push({ kind: "day", key: `day:${key}`, timestamp })
      if (key === newKey) made.push({ kind: "new", key: `new:${key}` })
      const head = before === undefined || newDay || key === newKey || firsts.has(key) || !speaksOn(before, row)
      made.push({ kind: "message", key, row, head })
    }
    return made
  }

  /** Where the items of the last `count` rows begin. */
  const lastOf = (count: number): number => {
    if (count === 0) return items.length
    let at = items.length
    for (let left = count; left > 0 && at > 0;) if (items[--at]?.kind === "message") left--
    while (at > 0 && items[at - 1]?.kind !== "message") at--
    return at
  }

  const known = (old: ReadonlyArray<Row>, fresh: ReadonlyArray<Row>) => {
    for (const row of old) if (ids.get(row.messageId) === row) ids.delete(row.messageId)
    for (const row of fresh) ids.set(row.messageId, row)
  }

  /** How many rows are as they were, behind the first `gone` ones that went. */
  const sameBegin = (next: ReadonlyArray<Row>, gone: number) => {
    const most = Math.min(rows.length - gone, next.length)
    let count = 0
    while (count < most && rows[gone + count] === next[count]) count++
    return count
  }

  const sameEnd = (next: ReadonlyArray<Row>, most: number) => {
    let count = 0
    while (count < most && rows[rows.length - 1 - count] === next[next.length - 1 - count]) count++
    return count
  }

  return {
    get generation() {
      return generation
    },
    update: (next, options) => {
      if (next === rows && options.hasOlder === hasOlder && options.newFrom === newFrom) return items
      const first = next[0]
      // the first rows go as others come at the end
      let gone = first === undefined ? 0 : Math.max(0, rows.indexOf(first))
      let begin = sameBegin(next, gone)
      let end = sameEnd(next, Math.min(rows.length - gone, next.length) - begin)
      if (begin + end === 0 && rows.length > 0 && !haveCommon(rows, next)) {
        generation++
        firsts.clear()
      }
      known(rows.slice(0, gone), [])
      known(rows.slice(gone + begin, rows.length - end), next.slice(begin, next.length - end))
      // once found it stays where it is, whatever becomes of what is around it
      const isThere = newKey !== undefined && options.newFrom === newFrom && next.some(({ key }) => key === newKey)
      const nextKey = isThere ? newKey : firstNewKey(next, options)
      const oldFirst = rows[0]
      if (oldFirst !== undefined && first?.key !== oldFirst.key && gone === 0) firsts.add(oldFirst.key)
      if (nextKey !== newKey || options.hasOlder !== hasOlder) gone = begin = end = 0
      newKey = nextKey
      newFrom = options.newFrom
      hasOlder = options.hasOlder
      // what comes before the first of those that stay decides what is shown above it
      if (end > 0) end--
      // and the first of all is shown otherwise than when it was behind one that went
      const again = gone > 0 && begin > 0 ? 1 : 0
      const before = items.slice(gone > 0 ? lastOf(rows.length - gone - again) : 0, lastOf(rows.length - gone - begin))
      const after = items.slice(lastOf(end))
      items = [...itemsOf(next, 0, again), ...before, ...itemsOf(next, begin, next.length - end), ...after]
      rows = next
      return items
    },
    byId: (messageId) => ids.get(messageId)
  }
}
