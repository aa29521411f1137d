/** Goes to any room or person by the first letters of their name: what is unread comes first. */
import { useState } from "react"
import { useReadable } from "../Cell.ts"
import { Dialog } from "../ui/Dialog.tsx"
import { Icon } from "../ui/Icon.tsx"
import { Badge } from "./Badge.tsx"
import type { ListedRoom } from "./ChatContext.ts"
import { type Choice, Combobox } from "./Combobox.tsx"
import { titleOf } from "./Hall.ts"
import { useHall } from "./HallContext.ts"
import { PersonLine } from "./PeoplePicker.tsx"
import { ranked } from "./ranked.ts"
import { isRoomName, roomNameOf } from "./roomName.ts"
import { RoomSign } from "./RoomSign.tsx"
import styles from "./Switcher.module.css"

const ROOMS = 30
const PEOPLE = 8

/** What speaks to one, then what is unread, then the rest as it was. */
const weight = ({ mentions, muted, unread }: ListedRoom) => (mentions > 0 ? 2 : unread > 0 && !muted ? 1 : 0)

const roomChoice = (room: ListedRoom): Choice => ({
  id: `room ${room.roomId}`,
  content: (
    <>
      <RoomSign {...room} />
      <bdi className={styles["name"]}>{room.name}</bdi>
      <Badge unread={room.unread} mentions={room.mentions} muted={room.muted} />
    </>
  )
})

export const Switcher = ({ onClose }: { readonly onClose: () => void }) => {
  const hall = useHall()
  const rooms = useReadable(hall.rooms)
  const people = useReadable(hall.names.people)
  const [query, setQuery] = useState("")
  const typed = query.trim()
  const selfId = hall.selfId()
  const peers = new Set(rooms.map(({ peerId }) => peerId))
  const byWeight = rooms.toSorted((a, b) => weight(b) - weight(a))
  const found = ranked(typed.replace(/^[#@]/, ""), byWeight, (room) => [room.name, titleOf(room)]).slice(0, ROOMS)
  const others = people.filter(({ userId }) => userId !== selfId && !peers.has(userId))
  const persons =
    typed === "" || typed.startsWith("#")
      ? []
      : ranked(typed.replace(/^@/, ""), others, ({ userId, username }) => [username, userId]).slice(0, PEOPLE)
  const name = roomNameOf(typed)
  const isNew = isRoomName(name) && !rooms.some(({ roomId }) => roomId === name)

  const choices: ReadonlyArray<Choice> = [
    ...found.map(roomChoice),
    ...persons.map((member) => ({ id: `user ${member.userId}`, content: <PersonLine {...member} /> })),
    ...(isNew
      ? [
          {
            id: `room ${name}`,
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
      : [])
  ]

  return (
    <Dialog title="Go to a room or person" bare onClose={onClose}>
      <div className={styles["switcher"]}>
        <Combobox
          bare
          label="Go to a room or person"
          placeholder="Go to a room or person"
          query={query}
          onQuery={setQuery}
          choices={choices}
          onPick={(id) => {
            const target = id.slice(id.indexOf(" ") + 1)
            onClose()
            if (id.startsWith("room ")) hall.openRoom(target)
            else hall.openDirect(target)
          }}
          empty="Nothing is called so."
        />
      </div>
    </Dialog>
  )
}
