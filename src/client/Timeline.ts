/**
 * The messages of a room in one piece: kept ones in the order of their places, each once and none left out between the first and the last;
 * then one's own that are not kept yet. What cannot be joined to it without a gap replaces it.
 */
import type { Ack, Change, Frame, Member, Message, Position, Subscribed } from "./Frame.ts"
import { HubbubError } from "./HubbubError.ts"
import { applyChange, type Row, rowOf } from "./Row.ts"

export interface Timeline {
  /** Up to where nothing is missing; none before the room was joined. */
  readonly position: Position | undefined
  /** The first kept message's place, or the one after the last where there is none. */
  readonly start: Position | undefined
  readonly hasOlder: boolean
  /** Where the list ended before messages were missed; those between are older ones to load. */
  readonly gap: Position | undefined
  /** Kept rows, then one's own that are not. */
  rows(): ReadonlyArray<Row>
  /** Takes what a subscribe answered; the rows that go on from what was there. */
  resume(frame: Subscribed): ReadonlyArray<Row>
  /** Takes a live message: its row, nothing where it is known, or that messages before it are missing. */
  add(message: Message): Row | "known" | "early"
  /** Puts an older page in front, if the list still begins where it was asked for; how many rows it brought. */
  older(page: Frame<"history">, start: Position, changes: ReadonlyArray<Change>): number
  /** Takes the newest of what a page says about rows that are there. */
  refresh(page: Frame<"history">): void
  change(change: Change): boolean
  queued(row: Row): void
  /** What became of a row that waited: kept, failed, or gone. */
  settled(messageId: string, outcome: Ack | HubbubError | undefined): void
  /** Lets go of what was loaded beyond `max`. */
  trim(): void
}

/** Failed rows that are kept to be retried. */
const FAILED = 100

/** The last messages of a page that are of one epoch, which is the one its `after` names. */
const lastRun = ({ after, before, messages }: Frame<"history">): ReadonlyArray<Message> => {
  if (before?.epoch === after?.epoch) return messages
  let from = messages.length - 1
  while (from > 0 && messages[from - 1]!.seq < messages[from]!.seq) from--
  return messages.slice(from)
}

/** `max`: kept rows that are held without being asked for; `self`: who one is. */
export const createTimeline = (max: number, self: () => Member): Timeline => {
  let kept: Array<Row> = []
  let own: Array<Row> = []
  let position: Position | undefined
  let hasOlder = true
  let gap: Position | undefined
  let ceiling = max

  const startOf = (): Position | undefined =>
    kept[0]?.at ?? (position === undefined ? undefined : { epoch: position.epoch, seq: position.seq + 1 })

  const forget = (messageId: string) => {
    const row = own.find((one) => one.messageId === messageId)
    if (row !== undefined) own = own.filter((one) => one !== row)
    return row
  }

  /** A kept row takes the place of the one that waited for it. */
  const keep = (message: Message, epoch: number): Row =>
    rowOf(message, epoch, message.userId === self().userId ? forget(message.messageId)?.key : undefined)

  const bound = () => {
    if (kept.length <= ceiling) return
    kept.splice(0, kept.length - ceiling)
    hasOlder = true
  }

  const restart = ({ epoch, messages, seq }: Subscribed) => {
    gap = kept.at(-1)?.at
    ceiling = max
    hasOlder = true
    kept = messages.map((message) => keep(message, epoch))
    position = { epoch, seq }
    // those that are in no page are older ones
    own = own.filter((row) => row.status !== "sent" || (row.at?.epoch === epoch && row.at.seq > seq))
    bound()
  }

  return {
    get position() {
      return position
    },
    get start() {
      return startOf()
    },
    get hasOlder() {
      return hasOlder
    },
    get gap() {
      return gap
    },
    rows: () => [...kept, ...own],
    resume: (frame) => {
      const { epoch, messages, recovered, seq } = frame
      const at = position
      const first = messages[0]?.seq ?? seq + 1
      const goesOn = at?.epoch === epoch && at.seq <= seq && (recovered || first <= at.seq + 1)
      if (!goesOn) {
        restart(frame)
        return []
      }
      const rows = messages.filter((message) => message.seq > at.seq).map((message) => keep(message, epoch))
      kept.push(...rows)
      position = { epoch, seq }
      bound()
      return rows
    },
    add: (message) => {
      if (position === undefined || message.seq <= position.seq) return "known"
      if (message.seq > position.seq + 1) return "early"
      const row = keep(message, position.epoch)
      kept.push(row)
      position = { epoch: position.epoch, seq: message.seq }
      bound()
      return row
    },
    older: (page, asked, changes) => {
      const start = startOf()
      if (start?.epoch !== asked.epoch || start.seq !== asked.seq) return 0
      const run = lastRun(page)
      const epoch = page.after?.epoch ?? start.epoch
      const rows = run
        .filter(({ seq }) => epoch < start.epoch || seq < start.seq)
        .map((message) => keep(message, epoch))
      for (const change of changes) applyChange(rows, change)
      kept = [...rows, ...kept]
      ceiling = Math.max(ceiling, kept.length)
      hasOlder = page.hasMore || run.length < page.messages.length
      const first = startOf()
      if (!hasOlder || (gap !== undefined && first?.epoch === gap.epoch && first.seq <= gap.seq + 1)) gap = undefined
      return rows.length
    },
    refresh: (page) => {
      const fresh = new Map(lastRun(page).map((message) => [`${page.after?.epoch}:${message.seq}`, message]))
      kept = kept.map((row) => {
        const message = fresh.get(`${row.at?.epoch}:${row.at?.seq}`)
        return message === undefined || row.at === undefined ? row : rowOf(message, row.at.epoch, row.key)
      })
    },
    change: (change) => applyChange(kept, change),
    queued: (row) => {
      forget(row.messageId)
      own.push(row)
    },
    settled: (messageId, outcome) => {
      const row = forget(messageId)
      if (row === undefined || outcome === undefined) return
      if (outcome instanceof HubbubError) {
        own.push({ ...row, status: "failed", error: outcome })
        const failed = own.filter(({ status }) => status === "failed")
        if (failed.length > FAILED) own = own.filter((one) => one !== failed[0])
        return
      }
      const { epoch, seq, timestamp } = outcome
      // otherwise it is in the list, or an older one
      if (position?.epoch === epoch && seq > position.seq) {
        own.push({ ...row, status: "sent", at: { epoch, seq }, timestamp })
        own.sort((a, b) => (a.at?.seq ?? Infinity) - (b.at?.seq ?? Infinity) || 0)
      }
    },
    trim: () => {
      ceiling = max
      bound()
    }
  }
}
