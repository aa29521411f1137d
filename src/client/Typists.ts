/** Who is writing in a room. A name lapses by itself, so that who vanished does not write for ever. */
import type { Frame, Member } from "./Frame.ts"
import type { Scene } from "./Scene.ts"

/** Milliseconds after which a name lapses: the server tells when someone stops, unless that got lost on the way. */
const LAPSE_MS = 30_000
/** Milliseconds between two hints that one is still writing. */
const HINT_MS = 3000

export interface Typists {
  heard(frame: Frame<"typing">): void
  /** Whether that oneself writes, or no longer does, is worth saying. */
  say(active: boolean): boolean
  clear(): void
}

export const createTypists = ({ changed, house, state }: Scene): Typists => {
  const { clock } = house.settings
  const typing = new Map<string, { readonly member: Member; readonly cancel: () => void }>()
  let saidAt: number | undefined

  const show = () => {
    state.typing = Array.from(typing.values(), ({ member }) => member)
    changed()
  }

  const stop = (userId: string) => {
    typing.get(userId)?.cancel()
    if (typing.delete(userId)) show()
  }

  return {
    heard: ({ active, userId, username }) => {
      if (!active) return stop(userId)
      const known = typing.get(userId)
      known?.cancel()
      const cancel = clock.after(LAPSE_MS, () => stop(userId))
      typing.set(userId, { member: known?.member ?? { userId, username }, cancel })
      if (!known) show()
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
