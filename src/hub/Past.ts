/**
 * Messages of a room that are no longer in memory, as clients are sent them: one buffer of JSON for everyone who asked, to be cut from
 * any position to its end. It counts as held until the last client has taken its share.
 */
import { Effect } from "effect"
import type { Recalled } from "../log/Recall.ts"
import type { Older } from "./Client.ts"

/** Characters of JSON dealt with before others get their turn; about a millisecond. */
const SLICE = 262_144

/** Does something with every message, letting others run in between. */
export const eachInTurns = Effect.fnUntraced(function* (
  messages: ReadonlyArray<string>,
  visit: (json: string, index: number) => void
) {
  let since = 0
  for (let i = 0; i < messages.length; i++) {
    const json = messages[i]!
    visit(json, i)
    since += json.length
    if (since < SLICE) continue
    since = 0
    yield* Effect.yieldNow
  }
})

/** The messages with `from` < seq ≤ `to`, joined by commas. */
export interface Joined {
  readonly from: number
  readonly to: number
  readonly bytes: Buffer
  /** Where each message begins. */
  readonly offsets: ReadonlyArray<number>
}

/** Joins what was read, a slice at a time: 28 MiB take over a hundred milliseconds. */
export const joined = Effect.fnUntraced(function* ({ from, messages }: Recalled): Effect.fn.Return<Joined> {
  const offsets: Array<number> = []
  let end = 0
  yield* eachInTurns(messages, (json) => {
    offsets.push(end)
    end += Buffer.byteLength(json) + COMMA.length
  })
  const bytes = Buffer.allocUnsafe(Math.max(0, end - COMMA.length))
  yield* eachInTurns(messages, (json, i) => {
    if (i > 0) bytes.write(COMMA, offsets[i]! - COMMA.length)
    bytes.write(json, offsets[i]!)
  })
  return { from, to: from + messages.length, bytes, offsets }
})

const COMMA = ","

export class Past {
  private readonly joined: Joined
  /** What some of them have become since they were read, by position. */
  private readonly changed = new Map<number, Buffer>()
  private readonly freed: () => void
  /** The clients that have not taken their share, and one for the hub while it gives shares out. */
  private holders = 1

  /** `freed` is called once, when nobody holds any of it. */
  constructor(messages: Joined, freed: () => void) {
    this.joined = messages
    this.freed = freed
  }

  /** Whether there is something after `from`, and nothing of it is missing. */
  reaches(from: number): boolean {
    return from >= this.joined.from && from < this.joined.to
  }

  /** Puts what a message has become in its place, if it is one of them. */
  replace(seq: number, json: string): void {
    const { from, to } = this.joined
    if (seq > from && seq <= to) this.changed.set(seq, Buffer.from(json))
  }

  /** One client's share: what comes after `from`, which must be within reach. Held until its `taken` is called. */
  after(from: number): Required<Older> {
    const { to } = this.joined
    this.holders++
    let held = true
    const taken = () => {
      if (!held) return
      held = false
      this.drop()
    }
    return { parts: this.parts(from), to, taken }
  }

  /** What comes after a position: views of what was read, with what has changed in between. */
  private parts(from: number): ReadonlyArray<Buffer> {
    const { bytes, from: start, offsets, to } = this.joined
    const parts: Array<Buffer> = []
    let begin = offsets[from - start]
    for (const seq of [...this.changed.keys()].sort((a, b) => a - b)) {
      if (seq <= from) continue
      parts.push(bytes.subarray(begin, offsets[seq - start - 1]), this.changed.get(seq)!)
      // the comma that follows, unless it is the last
      begin = seq === to ? bytes.length : offsets[seq - start]! - COMMA.length
    }
    parts.push(bytes.subarray(begin))
    return parts
  }

  /** Everyone who waited for it has been given a share. Called once. */
  close(): void {
    this.drop()
  }

  private drop() {
    if (--this.holders === 0) this.freed()
  }
}
