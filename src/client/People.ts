/** Who is in a room: a list as of a version, and the differences since. */
import type { Frame, Member } from "./Frame.ts"

export interface People {
  /** How many are there, of whom `members` may name only some. */
  readonly count: number
  readonly members: ReadonlyArray<Member>
  /** Takes a list, and the differences that came while it was under way. */
  list(frame: Frame<"presence">): void
  /** Takes a difference; false where it does not go on from what is known, so that a list is needed. */
  diff(frame: Frame<"presence_diff">): boolean
  /** Only how many, as of a subscribe. */
  counted(count: number): void
}

/** Differences that are remembered while a list is under way. */
const LATER = 100

export const createPeople = (): People => {
  let count = 0
  let version: number | undefined
  let members: ReadonlyArray<Member> | undefined
  let later: Array<Frame<"presence_diff">> = []

  const apply = (frame: Frame<"presence_diff">): boolean => {
    if (version !== undefined && frame.version <= version) return true
    count = frame.members
    if (version === undefined || frame.version !== version + 1 || frame.truncated === true) {
      later.push(frame)
      later = later.slice(-LATER)
      return false
    }
    version = frame.version
    const gone = new Set([...frame.left, ...frame.joined].map(({ userId }) => userId))
    members = [...(members ?? []).filter(({ userId }) => !gone.has(userId)), ...frame.joined]
    return true
  }

  return {
    get count() {
      return count
    },
    get members() {
      return (members ??= [])
    },
    list: (frame) => {
      count = frame.members
      version = frame.version
      members = frame.users
      const missed = later
      later = []
      for (const diff of missed) apply(diff)
    },
    diff: apply,
    counted: (members) => {
      count = members
      version = undefined
      later = []
    }
  }
}
