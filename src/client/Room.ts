/** One room: being in it, what is said there, who is there, and saying things. */
import type { Change, Incoming, Subscribed } from "./Frame.ts"
import type { House } from "./House.ts"
import { HubbubError } from "./HubbubError.ts"
import { type Mute, muteOf } from "./Mute.ts"
import { createPast, type HistoryPage, type HistoryQuery, type Place } from "./Past.ts"
import { quiet } from "./quiet.ts"
import type { Waiting } from "./Waiters.ts"
import { createPeople } from "./People.ts"
import type { RoomSnapshot } from "./RoomSnapshot.ts"
import type { Row } from "./Row.ts"
import { createSpeech, type Speech } from "./Speech.ts"
import { createSnapshots, type Readable } from "./Snapshots.ts"
import { createSubscription } from "./Subscription.ts"
import { createTimeline } from "./Timeline.ts"
import { createTypists } from "./Typists.ts"

export interface JoinOptions extends Waiting {
  /** Whether to ask who is there: yes, unless said otherwise. */
  readonly members?: boolean
}

/** Promises are rejected with a `HubbubError`, or with the reason of the signal. */
export interface Room extends Readable<RoomSnapshot>, Speech {
  readonly id: string
  /** Done once in the room. Wants in from now on, over lost connections. */
  join(options?: JoinOptions): Promise<void>
  leave(): void
  /** Everything up to `seq` was read, up to the end unless given. Goes forward only. */
  read(seq?: number, waiting?: Waiting): Promise<void>
  /** One writes, or no longer does. To be called on each keystroke. */
  typing(active?: boolean): void
  /** A page of history by itself. */
  history(query?: HistoryQuery): Promise<HistoryPage>
  /** A page of what surrounds a message, by itself. */
  around(place: Place, limit?: number, waiting?: Waiting): Promise<HistoryPage>
  /** Puts up to `limit` (50) older messages in front of the list; how many there were. They stay until `trim`. */
  loadOlder(limit?: number, waiting?: Waiting): Promise<number>
  /** Lets go of older messages beyond what the list holds by itself. */
  trim(): void
}

/** A room as the client drives it. */
export interface HeldRoom extends Room {
  receive(frame: Incoming): void
  live(): void
  lost(): void
  end(error: HubbubError): void
}

const OLDER = 50

export const createRoom = (roomId: string, house: House): HeldRoom => {
  const { calls, settings } = house
  const changed = () => snapshots.changed()
  const timeline = createTimeline(settings.maxMessages, house.self)
  const past = createPast(roomId, house, timeline, changed)
  const people = createPeople()
  const typists = createTypists(settings.clock, changed)
  let named = true
  let asksWho = false
  let readSeq: number | undefined
  /** What was there at first is not unread. */
  let since = 0
  let setting = { slowModeSeconds: 0, frozen: false }
  let muted: Mute | undefined
  /** Whether the list may lack changes that nobody tells any more: until it was read again. */
  let stale = false
  /** Of the newest change in the room that is known. */
  let version: number | undefined

  const snapshots = createSnapshots((): RoomSnapshot => {
    const messages = timeline.rows()
    const { gap, hasOlder, position } = timeline
    const read = Math.max(readSeq ?? 0, since)
    const { userId } = house.self()
    const isUnread = (row: Row) =>
      row.type === "chat" && row.userId !== userId && row.deleted !== true && (row.at?.seq ?? 0) > read
    return {
      roomId,
      status: subscription.status,
      error: subscription.error,
      messages,
      position,
      hasOlder,
      gap,
      memberCount: people.count,
      members: people.members,
      typing: typists.members,
      readSeq,
      unread: messages.filter((row) => row.at?.epoch === position?.epoch && isUnread(row)).length,
      ...setting,
      muted
    }
  }, settings.logger)

  const who = async () => {
    if (!named || asksWho) return
    asksWho = true
    try {
      people.list(await calls.call({ type: "presence", roomId }, "presence"))
      changed()
    } catch (error) {
      settings.logger.debug?.("who is in a room was not told", { roomId, error })
    } finally {
      asksWho = false
    }
  }

  const change = (frame: Change) => {
    past.change(frame)
    // of what someone said, what comes after a purge is not meant
    version = Math.max(version ?? 0, frame.version)
    timeline.change(frame)
  }

  const reread = async () => {
    try {
      await past.refresh()
      stale = false
    } catch (error) {
      // again with the next connection
      settings.logger.warn?.("changes could not be read", { roomId, error })
    }
  }

  const subscribed = (frame: Subscribed) => {
    const before = timeline.position
    // about what was said before; the messages show theirs already
    for (const one of frame.changes ?? []) change(one)
    const rows = timeline.resume(frame)
    if (before?.epoch !== frame.epoch) {
      since = frame.seq
      readSeq = undefined
    }
    if (frame.changesLost === true) stale = true
    if (stale) void reread()
    version = frame.version
    people.counted(frame.members)
    void who()
    for (const row of rows) house.said(row)
  }

  const receive = (frame: Incoming) => {
    switch (frame.type) {
      case "chat":
      case "system": {
        const row = timeline.add(frame)
        if (row === "early") subscription.renew(frame)
        else if (row !== "known") house.said(row)
        break
      }
      case "edited":
      case "deleted":
      case "purged":
      case "reaction":
        change(frame)
        break
      case "typing":
        typists.heard(frame)
        break
      case "presence_diff":
        if (!people.diff(frame)) void who()
        break
      case "read":
        readSeq = Math.max(readSeq ?? 0, frame.seq)
        break
      case "room":
        setting = { slowModeSeconds: frame.slowModeSeconds, frozen: frame.frozen }
        break
      default:
        house.unknown(frame)
    }
    changed()
  }

  const subscription = createSubscription(roomId, house, {
    after: () => {
      const at = timeline.position
      return at === undefined || version === undefined ? at : { ...at, version }
    },
    subscribed,
    receive,
    left: (error) => {
      typists.clear()
      speech.end(error)
    },
    changed
  })

  const speech = createSpeech(roomId, house, timeline, subscription, changed, () => typists.say(false))

  return {
    id: roomId,
    subscribe: snapshots.subscribe,
    getSnapshot: snapshots.getSnapshot,
    join: ({ members = true, ...waiting } = {}) => {
      named = members
      return subscription.join(waiting)
    },
    leave: subscription.leave,
    ...speech.speech,
    read: (seq = timeline.position?.seq ?? 0, waiting) => {
      if (seq <= (readSeq ?? 0)) return Promise.resolve()
      readSeq = seq
      changed()
      return quiet(calls.call({ type: "read", roomId, seq }, "ack", waiting).then(() => undefined))
    },
    typing: (active = true) => {
      if (subscription.status === "joined" && house.isLive() && typists.say(active))
        house.send({ type: "typing", roomId, active })
    },
    history: (query = {}) => past.page(query),
    around: (around, limit = OLDER, waiting = {}) => past.page({ around, limit, ...waiting }),
    loadOlder: (limit = OLDER, waiting = {}) => past.loadOlder(limit, waiting),
    trim: () => {
      timeline.trim()
      changed()
    },
    receive: (frame) => {
      if (frame.type !== "muted" && frame.type !== "unmuted") return subscription.receive(frame)
      muted = muteOf(frame)
      changed()
    },
    live: subscription.live,
    lost: () => {
      subscription.lost()
      typists.clear()
      changed()
    },
    end: subscription.end
  }
}
