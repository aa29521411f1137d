/** What people are called: the newest name that each user id was seen with, the last one seen first. */
import type { Member } from "../../client/index.ts"
import { cell, type Readable } from "../Cell.ts"

export interface Names {
  /** The most recent first. */
  readonly people: Readable<ReadonlyArray<Member>>
  of(userId: string): string | undefined
  /** They were seen to speak, in this order. */
  spoke(speakers: ReadonlyArray<Member>): void
  /** They are somewhere, which says nothing of when. */
  present(members: ReadonlyArray<Member>): void
}

/** Names that are remembered; those not seen for the longest go. */
const MOST = 2000

export const createNames = (): Names => {
  /** The most recent last. */
  const known = new Map<string, Member>()
  const people = cell<ReadonlyArray<Member>>([])

  const changed = () => {
    for (const userId of known.keys()) {
      if (known.size <= MOST) break
      known.delete(userId)
    }
    people.set([...known.values()].toReversed())
  }

  return {
    people,
    of: (userId) => known.get(userId)?.username,
    spoke: (speakers) => {
      if (speakers.length === 0) return
      for (const { userId, username } of speakers) {
        known.delete(userId)
        known.set(userId, { userId, username })
      }
      changed()
    },
    present: (members) => {
      const fresh = members.filter(({ userId, username }) => known.get(userId)?.username !== username)
      if (fresh.length === 0) return
      const news = fresh.filter(({ userId }) => !known.has(userId))
      for (const { userId, username } of fresh) if (known.has(userId)) known.set(userId, { userId, username })
      // behind those who spoke
      const older = [...known]
      known.clear()
      for (const { userId, username } of news) known.set(userId, { userId, username })
      for (const [userId, member] of older) known.set(userId, member)
      changed()
    }
  }
}
