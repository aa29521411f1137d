/** Who is in a room: a list as of a version, and the differences since. */
import type { Frame } from "./Frame.ts"
import type { Scene } from "./Scene.ts"

export interface People {
  /** Takes a list, and the differences that came while it was under way. */
  list(frame: Frame<"presence">): void
  /** Takes a difference; false where it does not go on from what is known, so that a list is needed. */
  diff(frame: Frame<"presence_diff">): boolean
  /** Only how many, as of a subscribe. */
  counted(count: number): void
}

/** Differences that are remembered while a list is under way. */
const LATER = 100

export const createPeople = ({ state }: Scene): People => {
  let known = NaN
  let later: Array<Frame<"presence_diff">> = []

  const diff = (frame: Frame<"presence_diff">): boolean => {
    const { joined, left, members, truncated, version } = frame
    if (version <= known) return true
    state.memberCount = members
    if (version !== known + 1 || truncated) {
      later = [...later, frame].slice(-LATER)
      return false
    }
    known = version
    const gone = new Set([...left, ...joined].map(({ userId }) => userId))
    state.members = [...state.members.filter(({ userId }) => !gone.has(userId)), ...joined]
    return true
  }

  return {
    list: ({ members, users, version }) => {
      known = version
      state.memberCount = members
      state.members = users
      const missed = later
      later = []
      for (const one of missed) diff(one)
    },
    diff,
    counted: (count) => {
      known = NaN
      state.memberCount = count
      later = []
    }
  }
}
