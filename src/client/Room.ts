/** One room: being in it, what is said there, who is there, and saying things. */
import { createTimeline, type Timeline } from "./Timeline.ts"
import { createTypists } from "./Typists.ts"
import { createSpeech, type Speech } from "./Speech.ts"
import { createSubscription } from "./Subscription.ts"
import { createReading } from "./Reading.ts"
import { createPast, type HistoryPage, type HistoryQuery, type Place } from "./Past.ts"
import { createSnapshots, type Readable } from "./Snapshots.ts"
import { createPeople } from "./People.ts"
import type { Change, Frame, Incoming, Subscribed } from "./Frame.ts"
import type { House } from "./House.ts"
import type { HubbubError } from "./HubbubError.ts"
import type { Mute } from "./Mute.ts"
import type { RoomSnapshot } from "./RoomSnapshot.ts"
import type { Scene } from "./Scene.ts"
import type { Waiting } from "./Waiters.ts"

export interface JoinOptions extends Waiting {
  /** Whether to ask who is there: yes, unless said otherwise. It can be said again of a room that one is in. */
  readonly members?: boolean
}

/** Promises are rejected with a `HubbubError`, or with the reason of the signal. */
export interface Room extends Readable<RoomSnapshot>, Speech {
  readonly id: string
  /** Done once in the room. Wants in from now on, over lost connections. */
  join(options?: JoinOptions): Promise<void>
  leave(): void
  /** Leaves it, and has it no more among the rooms that one reads. */
  forget(waiting?: Waiting): Promise<Frame<"forgotten">>
  /** Everything up to a place was read, up to the end unless given. Goes forward only, at once here; done when the server knows. */
  read(place?: Place, waiting?: Waiting): Promise<void>
  /** One writes, or no longer does. To be called on each keystroke. */
  typing(active?: boolean): void
  /** A page of history by itself. */
  history(query?: HistoryQuery): Promise<HistoryPage>
  /**
   * Puts up to `limit` (50) older messages in front of the list; how many there were. They stay until `trim`. One at a time: a further call
   * ends as the one that is under way.
   */
  loadOlder(limit?: number, waiting?: Waiting): Promise<number>
  /** Lets go of older messages beyond what the list holds by itself. */
  trim(): void
}

/** A room as the client drives it. */
export interface HeldRoom extends Room {
  receive(frame: Incoming): void
  mute(mute: Mute | undefined): void
  forgotten(): void
  wanted(): boolean
  live(): void
  lost(): void
  end(error: HubbubError): void
}

export const createRoom = (roomId: string, house: House): HeldRoom => {
  const { calls, logger } = house
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
  const { changed, ...readable } = createSnapshots(
    (): RoomSnapshot => ({ ...state, messages: timeline.rows(), ...reading.count() }),
    logger
  )
  const scene: Scene = { ...house, state, changed }
  const reading = createReading(scene, () => timeline)
  const timeline: Timeline = createTimeline(scene, reading)
  const past = createPast(scene, timeline)
  const people = createPeople(scene)
  const typists = createTypists(scene)
  /** Whether the list may lack changes that nobody tells any more: until it was read again. */
  let stale = false
  /** Of the newest change in the room that is known. */
  let version = 0

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
      logger.warn?.("no changes", { roomId, error })
    }
  }

  const subscribed = (frame: Subscribed) => {
    // about what was said before; the messages show theirs already
    for (const one of frame.changes ?? []) change(one)
    reading.joined(frame)
    timeline.resume(frame)
    stale ||= frame.changesLost ?? false
    if (stale) void reread()
    version = frame.version
    people.counted(frame.members)
  }

  const receive = (frame: Incoming) => {
    switch (frame.type) {
      case "chat":
      case "system":
        if (!timeline.add(frame)) subscription.renew(frame)
        break
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
        people.heard(frame)
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

  const speech = createSpeech(scene, timeline, subscription, typists.spoke)

  return {
    id: roomId,
    ...readable,
    ...speech,
    ...subscription,
    ...past,
    ...reading,
    ...typists,
    join: ({ members = true, ...waiting } = {}) => {
      people.name(members)
      return subscription.join(waiting)
    },
    forget: (waiting) => {
      subscription.leave()
      state.read = undefined
      return calls.call({ type: "forget", roomId }, "forgotten", waiting)
    },
    trim: timeline.trim,
    mute: (mute) => {
      state.muted = mute
      changed()
    },
    forgotten: () => {
      state.read = undefined
      changed()
    },
    lost: () => {
      subscription.lost()
      typists.clear()
    }
  }
}
