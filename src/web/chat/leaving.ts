/** Ends the session as its user wants it: nothing is kept that says where they were, since whoever comes next may be another. */
import type { Session } from "../session/Session.ts"
import { stored } from "../Stored.ts"

export const leave = (session: Session): void => {
  stored.set("lastRoom", undefined)
  session.signOut()
}
