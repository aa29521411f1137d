/** The list of rooms by kind. One stop of the tab key; arrows go from room to room. */
import { type KeyboardEvent, useId, useState } from "react"
import { useReadable } from "../Cell.ts"
import { IconButton } from "../ui/Button.tsx"
import { Failed, Skeleton } from "../ui/States.tsx"
import type { ListedRoom } from "./ChatContext.ts"
import { useHall } from "./HallContext.ts"
import { RoomLink } from "./RoomLink.tsx"
import styles from "./Sidebar.module.css"

interface RoomSectionsProps {
  readonly current: string | undefined
  readonly onFollow: () => void
}

interface SectionProps extends RoomSectionsProps {
  readonly title: string
  readonly rooms: ReadonlyArray<ListedRoom>
  readonly entry: string | undefined
  readonly add: string
  readonly onAdd: () => void
  readonly empty: string
}

const Section = ({ add, current, empty, entry, onAdd, onFollow, rooms, title }: SectionProps) => {
  const id = useId()
  return (
    <section aria-labelledby={id} className={styles["section"]}>
      <header className={styles["heading"]}>
        <h2 id={id}>{title}</h2>
        <IconButton icon="plus" label={add} small onClick={onAdd} />
      </header>
      {rooms.length === 0 ? (
        <p className={styles["nothing"]}>{empty}</p>
      ) : (
        <ul>
          {rooms.map((room) => (
            <RoomLink
              key={room.roomId}
              room={room}
              current={room.roomId === current}
              entry={room.roomId === entry}
              onFollow={onFollow}
            />
          ))}
        </ul>
      )}
    </section>
  )
}

/** Moves the focus among the links of the list. */
const move = (event: KeyboardEvent<HTMLDivElement>) => {
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-room]")]
  const at = links.findIndex((link) => link === document.activeElement)
  if (at < 0) return
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 }[event.key]
  if (to === undefined || event.altKey) return
  event.preventDefault()
  links[Math.max(0, Math.min(links.length - 1, to))]?.focus()
}

export const RoomSections = ({ current, onFollow }: RoomSectionsProps) => {
  const hall = useHall()
  const rooms = useReadable(hall.rooms)
  const loading = useReadable(hall.rooms.loading)
  const [focused, setFocused] = useState<string>()
  const of = (kind: ListedRoom["kind"]) => rooms.filter((room) => room.kind === kind)
  const known = (roomId: string | undefined) => rooms.find((room) => room.roomId === roomId)?.roomId
  const entry = known(focused) ?? known(current) ?? rooms[0]?.roomId
  const shared = { current, entry, onFollow }

  if (rooms.length === 0 && loading === "loading") return <Skeleton label="Loading your rooms" lines={5} />
  return (
    <div
      onKeyDown={move}
      onFocus={({ target }) => {
        if (target.dataset["room"] !== undefined) setFocused(target.dataset["room"])
      }}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) setFocused(undefined)
      }}
    >
      {loading === "failed" ? (
        <Failed title="Your rooms could not be loaded" onRetry={() => void hall.rooms.refresh()} />
      ) : null}
      <Section
        {...shared}
        title="Rooms"
        rooms={of("public")}
        add="Join or create a room"
        onAdd={() => hall.dialog.set({ kind: "join" })}
        empty="You are in no room."
      />
      <Section
        {...shared}
        title="Direct messages"
        rooms={of("direct")}
        add="New direct message"
        onAdd={() => hall.dialog.set({ kind: "direct" })}
        empty="Write to somebody in private."
      />
      <Section
        {...shared}
        title="Groups"
        rooms={of("group")}
        add="New group"
        onAdd={() => hall.dialog.set({ kind: "group" })}
        empty="A room for a few, by invitation."
      />
    </div>
  )
}
