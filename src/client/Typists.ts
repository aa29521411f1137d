/** Who is writing in a room. A name lapses by itself, so that who vanished does not write for ever. */
import type { Clock } from "./Clock.ts"
import type { Frame, Member } from "./Frame.ts"

/** Milliseconds after which a name lapses: the server tells when someone stops, unless that got lost on the way. */
const LAPSE_MS = 30_000
/** Milliseconds between two hints that one is still writing. */
const HINT_MS = 3000

export interface Typists {
  readonly members: ReadonlyArray<Member>
  heard(frame: Frame<"typing">): void
  /** Whether that oneself writes, or no longer does, is worth saying. */
  say(active: boolean): boolean
  clear(): void
}

export const createTypists = (clock: Clock, changed: () => void): Typists => {
  const typing = new Map<string, { readonly member: Member; readonly cancel: () => void }>()
  let saidAt: number | undefined

  const stop = (userId: string) => {
    typing.get(userId)?.cancel()
    if (typing.delete(userId)) changed()
  }

  return {
    get members() {
      return Array.from(typing.values(), ({ member }) => member)
    },
    heard: ({ active, userId, username }) => {
      const known = typing.get(userId)
      if (!active) return stop(userId)
      known?.cancel()
      const cancel = clock.after(LAPSE_MS, () => stop(userId))
      typing.set(userId, { member: known?.member ?? { userId, username }, cancel })
      if (known === undefined) changed()
    },
    say: (active) => {
      const now = clock.now()
      const due = active ? saidAt === undefined || Math.abs(now - saidAt) >= HINT_MS : saidAt !== undefined
      if (due) saidAt = active ? now : undefined
      return due
    },
    clear: () => {
      saidAt = undefined
      for (const userId of typing.keys()) stop(userId)
    }
  }
}
