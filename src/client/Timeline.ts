/**
 * The messages of a room in one piece: kept ones in the order of their places, each once and none left out between the first and the last;
 * then one's own that are not kept yet. What cannot be joined to it without a gap replaces it.
 */
import type { Ack, Change, Frame, Message, Subscribed } from "./Frame.ts"
import { HubbubError } from "./HubbubError.ts"
import { next, order, type Position } from "./Position.ts"
import { applyChange, type KeptRow, type Row, rowOf } from "./Row.ts"
import type { Scene } from "./Scene.ts"

export interface Timeline {
  /** The first kept message's place, or the one after the last where there is none; nothing before the room was joined. */
  start(): Position | undefined
  /** Kept rows, then one's own that are not. */
  rows(): ReadonlyArray<Row>
  /** Takes what a subscribe answered. */
  resume(frame: Subscribed): void
  /** Takes a live message, if it is not known; false where messages before it are missing. */
  add(message: Message): boolean
  /** Puts an older page in front, if the list still begins where it was asked for; how many rows it brought. */
  older(page: Frame<"history">, start: Position, changes: ReadonlyArray<Change>): number
  /** Takes the newest of what a page says about rows that are there. */
  refresh(page: Frame<"history">): void
  /** Whether any row shows it. */
  change(change: Change): boolean
  queued(row: Row): void
  /** What became of a row that waited: kept, failed, or gone. */
  settled(messageId: string, outcome: Ack | HubbubError | undefined): void
  /** Lets go of what was loaded beyond what is held by itself. */
  trim(): void
}

interface Keeping {
  /** A message became a row. */
  held(row: Row): void
  /** The first kept rows are about to go. */
  dropped(rows: ReadonlyArray<Row>): void
}

/** Failed rows that are kept to be retried. */
const FAILED = 100

/** The last messages of a page that are of one epoch, which is the one its `after` names. */
const lastRun = ({ messages }: Frame<"history">): ReadonlyArray<Message> => {
  const first = messages.findLastIndex(({ seq }, index) => seq <= (messages[index - 1]?.seq ?? Infinity))
  return messages.slice(first)
}

export const createTimeline = (
  { changed, maxMessages = 1000, said, self, state }: Scene,
  keeping: Keeping
): Timeline => {
  let kept: Array<KeptRow> = []
  let own: Array<Row> = []
  let ceiling = maxMessages

  const start = () => kept[0]?.at ?? (state.position && next(state.position))

  const forget = (messageId: string) => {
    const row = own.find((one) => one.messageId === messageId)
    if (row) own = own.filter((one) => one !== row)
    return row
  }

  /** A kept row takes the place of the one that waited for it. */
  const keep = (messages: ReadonlyArray<Message>, epoch: number): Array<KeptRow> =>
    messages.map((message) => {
      const row = rowOf(message, epoch, message.userId === self().userId ? forget(message.messageId)?.key : undefined)
      keeping.held(row)
      return row
    })

  const drop = (count: number) => {
    if (count <= 0) return
    keeping.dropped(kept.slice(0, count))
    kept = kept.slice(count)
    state.hasOlder = true
  }

  /** Puts rows behind the others, up to a position. */
  const append = (messages: ReadonlyArray<Message>, { epoch, seq }: Position) => {
    const rows = keep(messages, epoch)
    kept = [...kept, ...rows]
    state.position = { epoch, seq }
    drop(kept.length - ceiling)
    return rows
  }

  /** The same for rows that go on from what was there. */
  const goOn = (messages: ReadonlyArray<Message>, to: Position) => {
    for (const row of append(messages, to)) said(row)
  }

  return {
    start,
    rows: () => [...kept, ...own],
    resume: (frame) => {
      const { epoch, messages, recovered, seq } = frame
      const at = state.position
      const first = messages[0]?.seq ?? seq + 1
      if (at?.epoch === epoch && at.seq <= seq && (recovered || first <= at.seq + 1)) {
        return goOn(
          messages.filter((message) => message.seq > at.seq),
          frame
        )
      }
      state.gap = kept.at(-1)?.at
      drop(kept.length)
      state.hasOlder = true
      ceiling = maxMessages
      append(messages, frame)
      // those that are in no page are older ones
      own = own.filter((row) => !row.at || order(row.at, frame) > 0)
    },
    add: (message) => {
      const { seq } = message
      const { position } = state
      if (!position || seq <= position.seq) return true
      if (seq > position.seq + 1) return false
      goOn([message], { ...position, seq })
      return true
    },
    older: (page, asked, changes) => {
      const first = start()
      if (!first || order(first, asked) !== 0) return 0
      const run = lastRun(page)
      const { epoch } = page.after ?? first
      const rows = keep(
        run.filter(({ seq }) => order({ epoch, seq }, first) < 0),
        epoch
      )
      for (const change of changes) applyChange(rows, change)
      kept = [...rows, ...kept]
      // whoever went up to them reads there, however much comes in below
      ceiling = Infinity
      state.hasOlder = page.hasMore || run.length < page.messages.length
      if (!state.hasOlder || (state.gap && order(start() ?? first, next(state.gap)) <= 0)) state.gap = undefined
      return rows.length
    },
    refresh: (page) => {
      const fresh = new Map(lastRun(page).map((message) => [message.seq, message]))
      kept = kept.map((row) => {
        const { epoch, seq } = row.at
        const message = epoch === page.after?.epoch && fresh.get(seq)
        return message ? rowOf(message, epoch, row.key) : row
      })
    },
    change: (change) => applyChange(kept, change),
    queued: (row) => {
      forget(row.messageId)
      own.push(row)
      changed()
    },
    settled: (messageId, outcome) => {
      const row = forget(messageId)
      changed()
      if (!row || !outcome) return
      if (outcome instanceof HubbubError) {
        own.push({ ...row, status: "failed", error: outcome })
        const failed = own.filter(({ status }) => status === "failed")
        if (failed.length > FAILED) forget(failed[0]!.messageId)
      } else if (state.position && order(outcome, state.position) > 0) {
        // otherwise it is in the list, or an older one
        const { epoch, seq, timestamp } = outcome
        own.push({ ...row, status: "sent", at: { epoch, seq }, timestamp })
        own.sort((a, b) => (a.at?.seq ?? Infinity) - (b.at?.seq ?? Infinity) || 0)
      }
    },
    trim: () => {
      ceiling = maxMessages
      drop(kept.length - ceiling)
      changed()
    }
  }
}
