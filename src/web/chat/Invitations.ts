/** Groups that one was asked into and has not gone into yet: kept by the browser, since the server takes whoever is invited for a member. */
import type { Frame } from "../../client/index.ts"
import { cell, type Readable } from "../Cell.ts"
import { stored } from "../Stored.ts"

export interface Invitation {
  readonly roomId: string
  readonly title: string | undefined
  /** The user id of who asked. */
  readonly by: string
}

export interface Invitations extends Readable<ReadonlyArray<Invitation>> {
  has(roomId: string): boolean
  add(frame: Frame<"invited">): void
  /** It was answered, or is none any more. */
  drop(roomId: string): void
}

const isInvitation = (value: unknown): value is Invitation =>
  typeof value === "object" && value !== null && "roomId" in value && "by" in value

/** `userId`: who was invited. */
export const createInvitations = (userId: () => string): Invitations => {
  const key = () => `invited:${userId()}`
  const kept = (): ReadonlyArray<Invitation> => {
    try {
      const all: unknown = JSON.parse(stored.get(key()) ?? "[]")
      return Array.isArray(all) ? all.filter(isInvitation) : []
    } catch {
      return []
    }
  }
  const state = cell<ReadonlyArray<Invitation>>([])
  let loadedFor = ""

  /** Who one is may be known only later. */
  const load = () => {
    if (loadedFor === userId()) return
    loadedFor = userId()
    state.set(kept())
  }

  const set = (next: ReadonlyArray<Invitation>) => {
    state.set(next)
    stored.set(key(), next.length === 0 ? undefined : JSON.stringify(next))
  }

  return {
    subscribe: state.subscribe,
    getSnapshot: state.getSnapshot,
    has: (roomId) => {
      load()
      return state.getSnapshot().some((one) => one.roomId === roomId)
    },
    add: ({ by, roomId, title }) => {
      load()
      set([...state.getSnapshot().filter((one) => one.roomId !== roomId), { roomId, title, by }])
    },
    drop: (roomId) => {
      load()
      const all = state.getSnapshot()
      if (all.some((one) => one.roomId === roomId)) set(all.filter((one) => one.roomId !== roomId))
    }
  }
}
