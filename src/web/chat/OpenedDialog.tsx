/** The dialog that is open, whose code comes when the page has nothing better to do, or else when it is first opened. */
import { lazy, Suspense, useEffect } from "react"
import { useReadable } from "../Cell.ts"
import type { Session } from "../session/Session.ts"
import { loadRoomSearch } from "../room/LateRoomSearch.tsx"
import { useHall } from "./HallContext.ts"

const load = () => import("./Dialogs.tsx")
const Dialogs = lazy(load)

/** Milliseconds after which the page is taken to be at rest, where the browser does not say. */
const REST_MS = 2000

const whenAtRest = (call: () => void) => {
  if (typeof requestIdleCallback === "function") requestIdleCallback(call, { timeout: 5 * REST_MS })
  else setTimeout(call, REST_MS)
}

interface OpenedDialogProps {
  readonly session: Session
  /** The room that is looked at was left. */
  readonly onLeft: (roomId: string) => void
}

export const OpenedDialog = (props: OpenedDialogProps) => {
  const { dialog } = useHall()
  const isOpen = useReadable(dialog) !== undefined
  // what is not had now is had by opening one, which says so where it cannot be
  useEffect(() => whenAtRest(() => void Promise.allSettled([load(), loadRoomSearch()])), [])
  if (!isOpen) return null
  return (
    <Suspense fallback={null}>
      <Dialogs {...props} />
    </Suspense>
  )
}
