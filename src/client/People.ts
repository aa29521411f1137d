/** Who is in a room: a list as of a version, and the differences since. */
import type { Frame } from "./Frame.ts"
import type { Scene } from "./Scene.ts"

export interface People {
  heard(frame: Frame<"presence_diff">): void
  /** How many there are as of a subscribe; asks who they are, if that is wanted. */
  counted(count: number): void
  /** Whether to ask who is there from now on. */
  name(wanted: boolean): void
}

/** Differences that are remembered while a list is under way. */
const LATER = 100

export const createPeople = ({ calls, changed, state }: Scene): People => {
  const { roomId } = state
  let known = NaN
  let named = true
  /** What came while a list is under way; none while none is. */
  let later: Array<Frame<"presence_diff">> | undefined

  const ask = async () => {
    if (!named || later) return
    later = []
    try {
      const { members, users, version } = await calls.call({ type: "presence", roomId }, "presence")
      known = version
      state.memberCount = members
      state.members = users
      const missed = later
      later = undefined
      for (const one of missed) heard(one)
      changed()
    } catch {
      // with the next difference, or the next connection
      later = undefined
    }
  }

  const heard = (frame: Frame<"presence_diff">) => {
    const { joined, left, members, truncated, version } = frame
    if (version <= known) return
    state.memberCount = members
    if (version !== known + 1 || truncated) {
      void ask()
      later = later && [...later, frame].slice(-LATER)
      return
    }
    known = version
    const gone = new Set([...left, ...joined].map(({ userId }) => userId))
    state.members = [...state.members.filter(({ userId }) => !gone.has(userId)), ...joined]
  }

  return {
    heard,
    counted: (count) => {
      known = NaN
      state.memberCount = count
      later &&= []
      void ask()
    },
    name: (wanted) => {
      named = wanted
      // who came and went while nobody asked is not known; on the way in, they are asked for then
      if (state.status === "joined") void ask()
    }
  }
}
