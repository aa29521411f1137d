/**
 * Above which message the line "New messages" stands: where one had read to when the room was opened, or when one went away from it having
 * read everything. It stays there while one reads.
 */
import { useEffect, useRef, useState } from "react"
import type { Position, Room, RoomSnapshot } from "../../client/index.ts"
import { isLookedAt } from "./useReadMarks.ts"

/** Milliseconds after which a room that has told nothing of a mark has none. */
const MARK_MS = 400

export interface NewLine {
  /** Whether it is known where one had read to. */
  readonly known: boolean
  readonly newFrom: Position | undefined
}

const UNKNOWN: NewLine = { known: false, newFrom: undefined }

export const useNewLine = (room: Room, snapshot: RoomSnapshot): NewLine => {
  const [line, setLine] = useState(UNKNOWN)
  const away = useRef<Position>(undefined)
  const joined = snapshot.position !== undefined
  const marked = snapshot.read !== undefined

  useEffect(() => {
    if (!joined || line.known) return undefined
    const decide = () => setLine({ known: true, newFrom: room.getSnapshot().firstUnread })
    if (marked) return decide()
    const timer = setTimeout(decide, MARK_MS)
    return () => clearTimeout(timer)
  }, [joined, line.known, marked, room])

  useEffect(() => {
    const left = () => {
      if (isLookedAt()) return
      const { position, unread } = room.getSnapshot()
      away.current ??= unread === 0 ? position : undefined
    }
    const back = () => {
      if (!isLookedAt()) return
      const from = away.current
      away.current = undefined
      const { firstUnread, position } = room.getSnapshot()
      if (from === undefined || position === undefined || firstUnread === undefined) return
      if (from.epoch === position.epoch && from.seq < position.seq) {
        setLine({ known: true, newFrom: { epoch: from.epoch, seq: from.seq + 1 } })
      }
    }
    const changed = () => (isLookedAt() ? back() : left())
    addEventListener("focus", back)
    addEventListener("blur", left)
    document.addEventListener("visibilitychange", changed)
    return () => {
      removeEventListener("focus", back)
      removeEventListener("blur", left)
      document.removeEventListener("visibilitychange", changed)
    }
  }, [room])

  return line
}
