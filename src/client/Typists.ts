/** Who is writing in a room. A name lapses by itself, so that who vanished does not write for ever. */
import type { Frame, Member } from "./Frame.ts"
import type { Scene } from "./Scene.ts"

/** Milliseconds after which a name lapses: the server tells when someone stops, unless that got lost on the way. */
const LAPSE_MS = 30_000
/** Milliseconds between two hints that one is still writing. */
const HINT_MS = 3000

export interface Typists {
  heard(frame: Frame<"typing">): void
  /** Oneself writes, or no longer does: said where that is worth it. */
  typing(active?: boolean): void
  /** What one wrote is said. */
  spoke(): void
  /** Nobody writes here any more, as far as one is told. */
  clear(): void
}

export const createTypists = ({ changed, clock, send, state }: Scene): Typists => {
  const typing = new Map<string, { readonly member: Member; readonly cancel: () => void }>()
  let saidAt = 0

  const spoke = () => {
    saidAt = 0
  }

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
    typing: (active = true) => {
      const now = clock.now()
      if (state.status !== "joined" || (active ? Math.abs(now - saidAt) < HINT_MS : !saidAt)) return
      saidAt = active ? now : 0
      send({ type: "typing", roomId: state.roomId, active })
    },
    spoke,
    clear: () => {
      spoke()
      for (const userId of typing.keys()) stop(userId)
    }
  }
}
