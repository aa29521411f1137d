/** Goes to messages that the list may not have yet: loads back to them first, as far as is sensible. */
import { useCallback, useEffect, useRef, useState } from "react"
import type { Position, Room, Row } from "../../client/index.ts"
import { problemText } from "../chat/problemText.ts"
import { notify } from "../ui/Notices.tsx"

/** Messages of a page, and how many pages are loaded for one whose place is known, and for one of which only the id is. */
const PAGE = 200
const PAGES_TO_PLACE = 50
const PAGES_TO_ID = 15

type Sought = (row: Row) => boolean

interface Jump {
  /** A message of the list that is to be shown now; the same until another one is. */
  readonly sought: Sought | undefined
  readonly seeking: boolean
  toPlace(place: Position): Promise<void>
  toMessage(messageId: string): Promise<void>
}

const isAt =
  ({ epoch, seq }: Position): Sought =>
  ({ at }) =>
    at !== undefined && at.epoch === epoch && at.seq === seq

const isAsOld = (row: Row | undefined, { epoch, seq }: Position) =>
  row?.at !== undefined && (row.at.epoch < epoch || (row.at.epoch === epoch && row.at.seq <= seq))

/** `flush` has the list show what was just loaded. */
export const useJump = (room: Room, flush: () => void): Jump => {
  const [sought, setSought] = useState<Sought>()
  const [seeking, setSeeking] = useState(false)
  const turn = useRef(0)

  useEffect(() => () => void turn.current++, [])

  /** Loads back until it is there or cannot be. */
  const seek = useCallback(
    async (find: Sought, pages: number, over: () => boolean) => {
      const mine = ++turn.current
      const isMine = () => mine === turn.current
      setSeeking(true)
      try {
        for (let page = 0; page < pages && isMine(); page++) {
          const { hasOlder, messages } = room.getSnapshot()
          if (messages.some(find)) {
            flush()
            return setSought(() => find)
          }
          if (!hasOlder || over()) break
          await room.loadOlder(PAGE)
        }
        if (isMine()) notify("That message was not found. It may be too far back.")
      } catch (error) {
        if (isMine()) notify(problemText(error), { kind: "error" })
      } finally {
        if (isMine()) setSeeking(false)
      }
    },
    [flush, room]
  )

  const toPlace = useCallback(
    (place: Position) => seek(isAt(place), PAGES_TO_PLACE, () => isAsOld(room.getSnapshot().messages[0], place)),
    [room, seek]
  )
  const toMessage = useCallback(
    (messageId: string) =>
      seek(
        (row) => row.messageId === messageId,
        PAGES_TO_ID,
        () => false
      ),
    [seek]
  )

  return { sought, seeking, toPlace, toMessage }
}
