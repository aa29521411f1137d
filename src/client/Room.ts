/** One room: being in it, what is said there, who is there, and saying things. */
import type { Change, Frame, Incoming, Subscribed } from "./Frame.ts"
import type { House } from "./House.ts"
import type { HubbubError } from "./HubbubError.ts"
import { createPast, type HistoryPage, type HistoryQuery, notJoined, type Place } from "./Past.ts"
import { createPeople } from "./People.ts"
import type { Position } from "./Position.ts"
import { quiet, refused } from "./quiet.ts"
import { createReading } from "./Reading.ts"
import type { RoomSnapshot } from "./RoomSnapshot.ts"
import type { Scene } from "./Scene.ts"
import { createSnapshots, type Readable } from "./Snapshots.ts"
import { createSpeech, type Speech } from "./Speech.ts"
import { createSubscription } from "./Subscription.ts"
import { createTimeline, type Timeline } from "./Timeline.ts"
import { createTypists } from "./Typists.ts"
import type { Waiting } from "./Waiters.ts"

/** At most `limit` messages, 1 to 200. */
export interface SearchQuery extends Waiting {
  readonly before?: Position | undefined
  readonly limit?: number | undefined
}

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
  /** Leaves it, and has it no more among the rooms that one reads. */
  forget(waiting?: Waiting): Promise<void>
  /** Everything up to a place was read, up to the end unless given. Goes forward only, at once here; done when the server knows. */
  read(place?: Place, waiting?: Waiting): Promise<void>
  /** One writes, or no longer does. To be called on each keystroke. */
  typing(active?: boolean): void
  /** A page of history by itself. */
  history(query?: HistoryQuery): Promise<HistoryPage>
  /** A page of what surrounds a message, by itself. */
  around(place: Place, limit?: number, waiting?: Waiting): Promise<HistoryPage>
  /** Puts up to `limit` (50) older messages in front of the list; how many there were. They stay until `trim`. */
  loadOlder(limit?: number, waiting?: Waiting): Promise<number>
  /**
   * Puts older messages in front of the list until it goes back to a place, such as that of a message found, or `firstUnread`; false where
   * there are none so old. Each 200 that come are shown at once.
   */
  loadBack(place: Position, waiting?: Waiting): Promise<boolean>
  /** Messages with words that begin like those of `text`, newest first; `before` as the last answer had it goes on. */
  search(text: string, query?: SearchQuery): Promise<Frame<"found">>
  /** Lets go of older messages beyond what the list holds by itself. */
  trim(): void
}

/** A room as the client drives it. */
export interface HeldRoom extends Room {
  receive(frame: Incoming): void
  wanted(): boolean
  live(): void
  lost(): void
  end(error: HubbubError): void
}

const OLDER = 50

export const createRoom = (roomId: string, house: House): HeldRoom => {
  const { calls, settings } = house
  const state: Scene["state"] = {
    roomId,
    status: "idle",
    hasOlder: true,
    memberCount: 0,
    members: [],
    typing: [],
    slowModeSeconds: 0,
    frozen: false
  }
  const { changed, readable } = createSnapshots(
    (): RoomSnapshot => ({ ...state, messages: timeline.rows(), ...reading.count() }),
    settings.logger
  )
  const scene: Scene = { house, state, changed }
  const reading = createReading(scene, () => timeline)
  const timeline: Timeline = createTimeline(scene, reading)
  const past = createPast(scene, timeline)
  const people = createPeople(scene)
  const typists = createTypists(scene)
  let named = true
  let asksWho = false
  /** Whether the list may lack changes that nobody tells any more: until it was read again. */
  let stale = false
  /** Of the newest change in the room that is known. */
  let version = 0

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
    version = Math.max(version, frame.version)
    if (!timeline.change(frame) || frame.type === "purged") reading.unseen(frame)
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
    // about what was said before; the messages show theirs already
    for (const one of frame.changes ?? []) change(one)
    reading.joined(frame)
    const rows = timeline.resume(frame)
    stale ||= frame.changesLost === true
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
        const rows = timeline.add(frame)
        if (!rows) subscription.renew(frame)
        for (const row of rows ?? []) house.said(row)
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
        reading.heard(frame)
        break
      case "room":
        state.slowModeSeconds = frame.slowModeSeconds
        state.frozen = frame.frozen
        break
      default:
        house.unknown(frame)
    }
    changed()
  }

  const subscription = createSubscription(scene, {
    after: () => state.position && { ...state.position, version },
    subscribed,
    receive,
    left: (error) => {
      typists.clear()
      speech.silence(error)
    }
  })

  const speech = createSpeech(scene, timeline, subscription, () => typists.say(false))

  return {
    id: roomId,
    ...readable,
    ...speech,
    ...subscription,
    join: ({ members = true, ...waiting } = {}) => {
      named = members
      return subscription.join(waiting)
    },
    forget: (waiting) => {
      subscription.leave()
      state.read = undefined
      return quiet(calls.call({ type: "forget", roomId }, "forgotten", waiting).then(() => undefined))
    },
    read: (place = state.position, waiting) => {
      const { position } = state
      if (!place || !position) return refused(notJoined())
      return reading.read(typeof place === "number" ? { ...position, seq: place } : place, waiting)
    },
    typing: (active = true) => {
      if (state.status === "joined" && house.isLive() && typists.say(active)) {
        house.send({ type: "typing", roomId, active })
      }
    },
    history: (query = {}) => past.page(query),
    around: (around, limit = OLDER, waiting = {}) => past.page({ around, limit, ...waiting }),
    loadOlder: (limit = OLDER, waiting = {}) => past.loadOlder(limit, waiting),
    loadBack: (place, waiting = {}) => past.loadBack(place, waiting),
    search: (text, { signal, timeoutMs, ...query } = {}) =>
      calls.call({ type: "search", roomId, text, ...query }, "found", { signal, timeoutMs }),
    trim: () => {
      timeline.trim()
      changed()
    },
    receive: (frame) => {
      if (frame.type === "muted") state.muted = frame
      else if (frame.type === "unmuted") state.muted = undefined
      else if (frame.type === "forgotten") state.read = undefined
      else return subscription.receive(frame)
      changed()
    },
    lost: () => {
      subscription.lost()
      typists.clear()
    }
  }
}
