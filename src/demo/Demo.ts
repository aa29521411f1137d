/** A made-up history of a chat, for trying out figures: like a real one in its shape, and the same whenever it is made again. */
import { anonymous } from "../domain/UserId.ts"
import type { DemoEvent } from "./DemoEvent.ts"
import { Scene } from "./Scene.ts"
import { Stage } from "./Stage.ts"

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** No zone is further ahead of UTC, or further behind. */
const FURTHEST = 14 * HOUR

export interface DemoOptions {
  /** People beside the two bots and those without an id; some of them join in the course of the history. */
  readonly users: number
  /** Length of the history, in days of 24 hours. */
  readonly days: number
  readonly seed: number
  /** Milliseconds since 1970: everything happens before this. */
  readonly endAt: number
  /** Where not given: four, and one more for every 25 users, at most 24. */
  readonly rooms?: number
}

const atLeast = (least: number, name: string, value: number): void => {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new RangeError(`${name} must be a whole number of at least ${least}`)
  }
}

/**
 * The events of the `days` before `endAt`, in order of time, made as they are asked for. The same options give the same events on
 * every machine. Throws a `RangeError` for options that are not whole numbers or too small.
 */
export const demoHistory = (options: DemoOptions): Generator<DemoEvent, void, undefined> => {
  const { days, endAt, seed, users } = options
  const rooms = options.rooms ?? Math.min(24, 4 + Math.floor(users / 25))
  atLeast(0, "users", users)
  atLeast(0, "days", days)
  atLeast(1, "rooms", rooms)
  atLeast(Number.MIN_SAFE_INTEGER, "seed", seed)
  atLeast(Number.MIN_SAFE_INTEGER, "endAt", endAt)
  const startAt = endAt - days * DAY
  const stage = new Stage(startAt, endAt)
  const scene = new Scene(stage, users, rooms, days, seed)
  return history(stage, scene, startAt, endAt)
}

function* history(stage: Stage, scene: Scene, startAt: number, endAt: number): Generator<DemoEvent, void, undefined> {
  const last = Math.floor((endAt + FURTHEST) / DAY)
  for (let day = Math.floor((startAt - FURTHEST) / DAY); day <= last; day++) {
    scene.plan(day)
    // the earliest that anything of the next local day can begin
    const before = (day + 1) * DAY - FURTHEST
    for (let events = stage.play(before); events.length > 0; events = stage.play(before)) yield* events
  }
}

export interface DemoSummary {
  readonly events: number
  /** By kind. */
  readonly counts: Readonly<Partial<Record<DemoEvent["_tag"], number>>>
  /** `chat` messages of people. */
  readonly messages: number
  readonly botMessages: number
  readonly systemMessages: number
  /** Ids that connected, without bots and those who gave no id. */
  readonly users: number
  /** Those of them who sent a message or reacted. */
  readonly communicators: number
  /** Rooms that somebody joined. */
  readonly rooms: number
  /** Connections open at the end. */
  readonly open: number
  /** When the first and the last event happened, in milliseconds since 1970; null without an event. */
  readonly firstAt: number | null
  readonly lastAt: number | null
}

/** Counts what `events` hold; takes them one at a time. */
export const summarise = (events: Iterable<DemoEvent>): DemoSummary => {
  const counts: Partial<Record<DemoEvent["_tag"], number>> = {}
  const users = new Set<string>()
  const communicators = new Set<string>()
  const rooms = new Set<string>()
  let messages = 0
  let botMessages = 0
  let systemMessages = 0
  let firstAt: number | null = null
  let lastAt: number | null = null
  for (const event of events) {
    counts[event._tag] = (counts[event._tag] ?? 0) + 1
    firstAt ??= event.at
    lastAt = event.at
    if (event._tag === "connected" && !event.bot) users.add(event.userId)
    else if (event._tag === "joined") rooms.add(event.roomId)
    else if (event._tag === "reaction") communicators.add(event.userId)
    else if (event._tag === "message") {
      if (event.type === "system") systemMessages++
      else if (event.bot) botMessages++
      else {
        messages++
        communicators.add(event.userId)
      }
    }
  }
  users.delete(anonymous)
  communicators.delete(anonymous)
  return {
    events: Object.values(counts).reduce((sum, count) => sum + count, 0),
    counts,
    messages,
    botMessages,
    systemMessages,
    users: users.size,
    communicators: communicators.size,
    rooms: rooms.size,
    open: (counts.connected ?? 0) - (counts.disconnected ?? 0),
    firstAt,
    lastAt
  }
}
