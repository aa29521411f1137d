/** A room of the fake server: what was said over all its epochs, and its pages, as the real one serves them. */
import type { Frame, Message, Position } from "../../src/client/index.ts"

export type Told = Frame<"edited"> | Frame<"deleted"> | Frame<"purged"> | Frame<"reaction">

export interface Kept {
  readonly epoch: number
  message: Message
}

/** What is unread is counted up to so many. */
const UNREAD_MAX = 200

const isBefore = (a: Position, b: Position) => a.epoch < b.epoch || (a.epoch === b.epoch && a.seq < b.seq)

const place = (kept: Kept | undefined) =>
  kept === undefined ? undefined : { epoch: kept.epoch, seq: kept.message.seq }

const gone = (message: Message): Message => {
  const { editedAt: _, mentions: __, reactions: ___, ...rest } = message
  return { ...rest, content: "", deleted: true }
}

export class FakeRoom {
  readonly id: string
  epoch: number
  seq = 0
  version = 0
  log: Array<Kept> = []
  /** Newest last, with the place of what was changed. */
  readonly changes: Array<Told> = []
  /** How far users have read. */
  readonly markers = new Map<string, Position>()
  presence = 0

  constructor(id: string, epoch: number) {
    this.id = id
    this.epoch = epoch
  }

  /** The message of this id at a place, or if the present epoch has it: what makes a repeat one. */
  find(userId: string | undefined, messageId: string, at: Position | undefined): Kept | undefined {
    return this.log.find(
      ({ epoch, message }) =>
        epoch === (at?.epoch ?? this.epoch) &&
        message.messageId === messageId &&
        (at === undefined || message.seq === at.seq) &&
        (userId === undefined || message.userId === userId)
    )
  }

  append(draft: Omit<Message, "seq" | "roomId">): Kept {
    const kept = { epoch: this.epoch, message: { ...draft, roomId: this.id, seq: ++this.seq } }
    this.log.push(kept)
    return kept
  }

  change(kept: Kept, content: string | undefined, editedAt: string): Told {
    const { userId } = kept.message
    if (content === undefined) {
      kept.message = gone(kept.message)
      return this.told({ type: "deleted", ...this.about(kept, userId) })
    }
    const { mentions: _, ...message } = kept.message
    const named = content.includes("@ann") ? { mentions: ["ann"] } : {}
    kept.message = { ...message, content, editedAt, ...named }
    return this.told({ type: "edited", ...this.about(kept, userId), content, editedAt, ...named })
  }

  /** Nothing where it is as it was. */
  react(kept: Kept, userId: string, emoji: string, remove: boolean): Told | undefined {
    const { [emoji]: there = [], ...others } = kept.message.reactions ?? {}
    if (there.includes(userId) !== remove) return undefined
    const userIds = remove ? there.filter((id) => id !== userId) : [...there, userId]
    kept.message = {
      ...kept.message,
      reactions: userIds.length === 0 ? others : { ...kept.message.reactions, [emoji]: userIds }
    }
    const removed = remove ? { removed: true as const } : {}
    return this.told({ type: "reaction", ...this.about(kept, userId), emoji, ...removed })
  }

  /** Deletes what a user said up to a place. */
  purge(userId: string, upTo: Kept): Told {
    const end = { epoch: upTo.epoch, seq: upTo.message.seq }
    for (const kept of this.log) {
      const isAfter = isBefore(end, { epoch: kept.epoch, seq: kept.message.seq })
      if (kept.message.userId === userId && !isAfter) kept.message = gone(kept.message)
    }
    return this.told({ type: "purged", roomId: this.id, userId, version: ++this.version, ...end })
  }

  /** Moves a marker forward. */
  mark(userId: string, to: Position): void {
    const present = this.markers.get(userId)
    if (present === undefined || isBefore(present, to)) this.markers.set(userId, to)
  }

  /** A user's marker, which begins at the end, and what is unread. */
  marker(userId: string): Frame<"read"> {
    const mark = this.markers.get(userId) ?? { epoch: this.epoch, seq: this.seq }
    this.markers.set(userId, mark)
    let [unread, mentions, upTo] = [0, 0, { epoch: this.epoch, seq: this.seq }]
    for (const { epoch, message } of this.log) {
      if (!isBefore(mark, { epoch, seq: message.seq })) continue
      if (message.type !== "chat" || message.userId === userId || message.deleted === true) continue
      unread++
      if (message.mentions?.includes(userId) === true) mentions++
      if (unread < UNREAD_MAX) continue
      upTo = { epoch, seq: message.seq }
      break
    }
    return { type: "read", roomId: this.id, ...mark, upTo, unread, mentions }
  }

  search(text: string, before: Position | undefined, limit = 50): Frame<"found"> {
    const all = this.log.filter(
      ({ epoch, message }) =>
        message.content.includes(text) && (before === undefined || isBefore({ epoch, seq: message.seq }, before))
    )
    const page = all.slice(-limit).toReversed()
    const last = place(page.at(-1))
    return {
      type: "found",
      roomId: this.id,
      hasMore: all.length > page.length,
      ...(last === undefined ? {} : { before: last }),
      messages: page.map(({ message }) => message),
      places: page.map(({ epoch, message: { seq } }) => ({ epoch, seq }))
    }
  }

  private about({ epoch, message: { messageId, seq } }: Kept, userId: string) {
    return { roomId: this.id, messageId, userId, version: ++this.version, epoch, seq }
  }

  private told(frame: Told): Told {
    this.changes.push(frame)
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
    const news = this.changes.filter(({ version }) => version > (after?.version ?? Infinity))
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
      ...(after?.version === undefined ? {} : known ? { changes: news } : { changesLost: true })
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
