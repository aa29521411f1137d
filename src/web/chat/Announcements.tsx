/** What is read aloud, where nobody sees it. */
import { useReadable } from "../Cell.ts"
import { useHall } from "./HallContext.ts"

export const Announcements = () => (
  <div className="unseen" aria-live="polite" data-announcer="">
    <p dir="auto">{useReadable(useHall().announcer)}</p>
  </div>
)
