/** A room of the fake server: what was said over all its epochs, and its pages, as the real one serves them. */
import type { Frame, Message, Position } from "../../src/client/index.ts"

export interface Kept {
  readonly epoch: number
  message: Message
}

const isBefore = (a: Position, b: Position) => a.epoch < b.epoch || (a.epoch === b.epoch && a.seq < b.seq)

const place = (kept: Kept | undefined) =>
  kept === undefined ? undefined : { epoch: kept.epoch, seq: kept.message.seq }

export class FakeRoom {
  readonly id: string
  epoch: number
  seq = 0
  version = 0
  log: Array<Kept> = []
  /** Newest last, with the place of what was changed. */
  readonly changes: Array<{ readonly frame: Frame<"edited"> | Frame<"deleted">; readonly at: Position }> = []
  presence = 0

  constructor(id: string, epoch: number) {
    this.id = id
    this.epoch = epoch
  }

  /** The message of this id, if the present epoch has it: what makes a repeat one. */
  find(userId: string, messageId: string): Kept | undefined {
    return this.log.find(
      ({ epoch, message }) => epoch === this.epoch && message.userId === userId && message.messageId === messageId
    )
  }

  append(draft: Omit<Message, "seq" | "roomId">): Kept {
    const kept = { epoch: this.epoch, message: { ...draft, roomId: this.id, seq: ++this.seq } }
    this.log.push(kept)
    return kept
  }

  change(kept: Kept, content: string | undefined, editedAt: string): Frame<"edited"> | Frame<"deleted"> {
    const { messageId, seq, userId } = kept.message
    const version = ++this.version
    const what = { roomId: this.id, messageId, userId, version, epoch: kept.epoch, seq }
    const frame =
      content === undefined
        ? ({ type: "deleted", ...what } as const)
        : { type: "edited" as const, ...what, content, editedAt }
    kept.message =
      content === undefined ? { ...kept.message, content: "", deleted: true } : { ...kept.message, content, editedAt }
    this.changes.push({ frame, at: { epoch: kept.epoch, seq: kept.message.seq } })
    return frame
  }

  /** Goes on as another stream; what was said stays in history. */
  renew(): void {
    this.epoch++
    this.seq = 0
  }

  /** What a subscribe answers. `remembers`: how many messages and changes back it knows. */
  subscribed(
    after: (Position & { readonly version?: number }) | undefined,
    history: number,
    remembers: number
  ): Frame<"subscribed"> {
    const recovered = after?.epoch === this.epoch && after.seq <= this.seq && this.seq - after.seq <= remembers
    const present = this.log.filter(({ epoch }) => epoch === this.epoch)
    const given = recovered
      ? present.filter(({ message }) => message.seq > after.seq)
      : present.slice(-history || Infinity)
    const news = this.changes.filter(({ frame }) => frame.version > (after?.version ?? Infinity))
    const known = news.length <= remembers
    return {
      type: "subscribed",
      roomId: this.id,
      epoch: this.epoch,
      seq: this.seq,
      recovered,
      members: 1,
      presenceVersion: this.presence,
      version: this.version,
      messages: given.map(({ message }) => message),
      ...(after?.version === undefined
        ? {}
        : known
          ? { changes: news.map(({ frame }) => frame) }
          : { changesLost: true })
    }
  }

  history({
    before,
    limit = 50
  }: {
    readonly before?: number | Position | undefined
    readonly limit?: number | undefined
  }) {
    const end = typeof before === "number" ? { epoch: this.epoch, seq: before } : before
    const upTo = this.log.filter(
      ({ epoch, message }) => end === undefined || isBefore({ epoch, seq: message.seq }, end)
    )
    const page = upTo.slice(-limit)
    const [first, last] = [place(page[0]), place(page.at(-1))]
    return {
      type: "history",
      roomId: this.id,
      hasMore: upTo.length > page.length,
      ...(first === undefined ? {} : { before: first }),
      ...(last === undefined ? {} : { after: last }),
      messages: page.map(({ message }) => message)
    } as const satisfies Frame<"history">
  }
}
