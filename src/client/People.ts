/** Who is in a room: a list as of a version, and the differences since. */
import type { Frame } from "./Frame.ts"
import type { Scene } from "./Scene.ts"

export interface People {
  heard(frame: Frame<"presence_diff">): void
  /** How many there are as of a subscribe; asks who they are. */
  counted(count: number): void
}

/** Differences that are remembered while a list is under way. */
const LATER = 100

/** `named`: whether to ask who is there. */
export const createPeople = ({ calls, changed, logger, state }: Scene, named: () => boolean): People => {
  const { roomId } = state
  let known = NaN
  let later: Array<Frame<"presence_diff">> = []
  let asking = false

  const ask = async () => {
    if (!named() || asking) return
    asking = true
    try {
      const { members, users, version } = await calls.call({ type: "presence", roomId }, "presence")
      known = version
      state.memberCount = members
      state.members = users
      for (const one of later.splice(0)) heard(one)
      changed()
    } catch (error) {
      logger.debug?.("no members", { roomId, error })
    } finally {
      asking = false
    }
  }

  const heard = (frame: Frame<"presence_diff">) => {
    const { joined, left, members, truncated, version } = frame
    if (version <= known) return
    state.memberCount = members
    if (version !== known + 1 || truncated) {
      later = [...later, frame].slice(-LATER)
      void ask()
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
      later = []
      void ask()
    }
  }
}
