/** Who is to be seen in a room, told once: those who are there, and those who said what its list has come to hold. */
import type { Member, RoomSnapshot } from "../../client/index.ts"
import type { Names } from "./Names.ts"

/** To be called with each snapshot of one room. */
export const createSightings = (names: Names): ((snapshot: RoomSnapshot) => void) => {
  let members: ReadonlyArray<Member> = []
  let first: string | undefined
  let last: string | undefined

  return (snapshot) => {
    const { messages } = snapshot
    const from = messages[0]?.key
    const to = messages.at(-1)?.key
    if (to !== last) {
      const known = messages.findLastIndex(({ key }) => key === last)
      names.spoke(messages.slice(known + 1).filter(({ type }) => type === "chat"))
    } else if (from !== first) {
      const known = messages.findIndex(({ key }) => key === first)
      names.present(messages.slice(0, Math.max(0, known)).filter(({ type }) => type === "chat"))
    }
    first = from
    last = to
    if (snapshot.members !== members) {
      members = snapshot.members
      names.present(members)
    }
  }
}
