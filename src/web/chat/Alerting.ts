/** What of a room is worth a notification, as the user has it for each room. */
import { cell, type Readable } from "../Cell.ts"
import { stored } from "../Stored.ts"
import type { ListedRoom } from "./ChatContext.ts"

/** `none` also keeps the room out of the count in the page's title. */
type Level = "all" | "mentions" | "none"

export interface Alerting extends Readable<ReadonlyMap<string, Level>> {
  /** Goes by what this user has chosen. */
  open(userId: string): void
  of(roomId: string, kind: ListedRoom["kind"]): Level
  choose(roomId: string, kind: ListedRoom["kind"], level: Level): void
}

const nameFor = (userId: string) => `alerting:${userId}`

const isLevel = (value: unknown): value is Level => value === "all" || value === "mentions" || value === "none"

const kept = (name: string): ReadonlyMap<string, Level> => {
  try {
    const all: unknown = JSON.parse(stored.get(name) ?? "{}")
    return new Map(Object.entries(all ?? {}).filter((entry): entry is [string, Level] => isLevel(entry[1])))
  } catch {
    return new Map()
  }
}

const usual = (kind: ListedRoom["kind"]): Level => (kind === "direct" ? "all" : "mentions")

export const createAlerting = (): Alerting => {
  let name = nameFor("")
  const levels = cell(kept(name))
  return {
    subscribe: levels.subscribe,
    getSnapshot: levels.getSnapshot,
    open: (userId) => {
      if (name === nameFor(userId)) return
      name = nameFor(userId)
      levels.set(kept(name))
    },
    of: (roomId, kind) => levels.getSnapshot().get(roomId) ?? usual(kind),
    choose: (roomId, kind, level) => {
      const next = new Map(levels.getSnapshot())
      if (level === usual(kind)) next.delete(roomId)
      else next.set(roomId, level)
      levels.set(next)
      stored.set(name, next.size === 0 ? undefined : JSON.stringify(Object.fromEntries(next)))
    }
  }
}
