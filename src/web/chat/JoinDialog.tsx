/** Goes into a room of a name: one that is there, or a new one. */
import { useEffect, useId, useState } from "react"
import { useReadable } from "../Cell.ts"
import type { Session } from "../session/Session.ts"
import { Dialog } from "../ui/Dialog.tsx"
import { Icon } from "../ui/Icon.tsx"
import { Combobox } from "./Combobox.tsx"
import styles from "./Form.module.css"
import { useHall } from "./HallContext.ts"
import { ranked } from "./ranked.ts"
import { isRoomName, roomNameOf } from "./roomName.ts"

interface ActiveRoom {
  readonly roomId: string
  readonly members: number
}

type Active = ReadonlyArray<ActiveRoom> | "loading" | "failed"

const SHOWN = 50

const load = async (session: Session, signal: AbortSignal): Promise<ReadonlyArray<ActiveRoom>> => {
  const response = await session.fetch("/api/rooms?limit=200", { signal })
  if (!response.ok) throw new Error(`the server answered ${response.status}`)
  const { rooms }: { readonly rooms: ReadonlyArray<ActiveRoom> } = await response.json()
  return rooms
}

export const JoinDialog = ({ onClose, session }: { readonly onClose: () => void; readonly session: Session }) => {
  const hall = useHall()
  const own = useReadable(hall.rooms)
  const [query, setQuery] = useState("")
  const [active, setActive] = useState<Active>("loading")
  const hint = useId()

  useEffect(() => {
    const aborted = new AbortController()
    load(session, aborted.signal).then(setActive, () => {
      if (!aborted.signal.aborted) setActive("failed")
    })
    return () => aborted.abort()
  }, [session])

  const name = roomNameOf(query)
  const isName = isRoomName(name)
  const mine = new Set(own.map(({ roomId }) => roomId))
  const all = typeof active === "string" ? [] : active
  const found = ranked(name, all, ({ roomId }) => [roomId]).slice(0, SHOWN)
  const isThere = all.some(({ roomId }) => roomId === name) || mine.has(name)
  const wrong = name !== "" && !isName

  const choices = [
    ...(isName && !isThere
      ? [
          {
            id: name,
            content: (
              <>
                <Icon name="plus" />
                <span>
                  Go to <bdi>#{name}</bdi>
                </span>
              </>
            )
          }
        ]
      : []),
    ...found.map(({ members, roomId }) => ({
      id: roomId,
      content: (
        <>
          <Icon name="hash" />
          <bdi style={{ flex: 1 }}>{roomId}</bdi>
          <span className={styles["tag"]}>{mine.has(roomId) ? "joined" : `${members} online`}</span>
        </>
      )
    }))
  ]

  return (
    <Dialog title="Join or create a room" onClose={onClose}>
      <div className={[styles["form"], styles["steady"]].join(" ")}>
        <Combobox
          label="Name of the room"
          placeholder="for example gardening"
          query={query}
          onQuery={setQuery}
          choices={choices}
          describedBy={hint}
          invalid={wrong}
          onPick={(roomId) => {
            onClose()
            hall.openRoom(roomId)
          }}
          empty={
            active === "loading"
              ? "Looking for rooms…"
              : active === "failed"
                ? "The list of rooms could not be loaded. You can type a name."
                : "No room of that name yet."
          }
        />
        <p id={hint} className={wrong ? styles["problem"] : styles["hint"]}>
          Up to 64 characters: a–z, 0–9, dot, underscore, colon and hyphen, the first one a letter or a digit. A room
          that is not there yet is there once you are in it.
        </p>
      </div>
    </Dialog>
  )
}
