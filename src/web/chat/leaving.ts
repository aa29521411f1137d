/** Ends the session as its user wants it: nothing is kept of where they were and what they began to write, since whoever comes next may be another. */
import { forgetDrafts } from "../compose/Draft.ts"
import type { Session } from "../session/Session.ts"
import { stored } from "../Stored.ts"

export const leave = (session: Session): void => {
  stored.set("lastRoom", undefined)
  forgetDrafts()
  session.signOut()
}
