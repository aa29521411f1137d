/** The chat: rooms at the beginning, one of them in the middle, who is there at the end; on small screens the sides come when called. */
import { useEffect, useMemo, useState, useSyncExternalStore } from "react"
import type { Client } from "../../client/index.ts"
import { useReadable } from "../Cell.ts"
import { RoomPane } from "../room/RoomPane.tsx"
import { navigate, roomPath } from "../Route.ts"
import type { Session } from "../session/Session.ts"
import { stored } from "../Stored.ts"
import { Dialog } from "../ui/Dialog.tsx"
import { Announcements } from "./Announcements.tsx"
import styles from "./ChatPage.module.css"
import { type Chat, ChatProvider, type Place } from "./ChatContext.ts"
import { Connection } from "./Connection.tsx"
import { type Hall, hallOf } from "./Hall.ts"
import { HallProvider } from "./HallContext.ts"
import { useKeys } from "./keys.ts"
import { mayModerate } from "./mayModerate.ts"
import { useMedia } from "./Media.ts"
import { MemberPanel } from "./MemberPanel.tsx"
import { OpenedDialog } from "./OpenedDialog.tsx"
import { usePageTitle } from "./PageTitle.ts"
import { useUnsent } from "./useUnsent.ts"
import { useWritingOn } from "./useWritingOn.ts"
import { FIRST_ROOM } from "./RoomList.ts"
import { Sidebar } from "./Sidebar.tsx"

/** From where on there is room for the rooms beside the messages, and for the members too. */
const WITH_ROOMS = "(min-width: 48rem)"
const WITH_MEMBERS = "(min-width: 64rem)"

interface ChatPageProps {
  readonly session: Session
  readonly client: Client
  /** None where the address names none. */
  readonly roomId: string | undefined
  readonly at: Place | undefined
}

const useChatOf = (session: Session, hall: Hall): Chat => {
  const { client } = hall
  const selfId = useSyncExternalStore(client.subscribe, hall.selfId)
  const moderates = useSyncExternalStore(client.subscribe, () => mayModerate(client))
  return useMemo(
    () => ({
      session,
      client,
      selfId,
      moderates,
      nameOf: hall.names.of,
      people: hall.names.people,
      rooms: hall.rooms,
      openRoom: hall.openRoom,
      openDirect: hall.openDirect,
      announce: hall.announcer.announce,
      moderate: (row, roomId) => hall.dialog.set({ kind: "moderate", userId: row.userId, roomId, row })
    }),
    [session, client, hall, selfId, moderates]
  )
}

/** Where to go from an address without a room. */
const home = () => navigate(roomPath(stored.get("lastRoom") ?? FIRST_ROOM), { replace: true })

interface PlacesProps {
  readonly session: Session
  readonly hall: Hall
  readonly roomId: string
  readonly at: Place | undefined
}

const Places = ({ at, hall, roomId, session }: PlacesProps) => {
  const { config } = useReadable(session)
  const house = config?.name ?? "Hubbub"
  const withRooms = useMedia(WITH_ROOMS)
  const withMembers = useMedia(WITH_MEMBERS)
  const [drawer, setDrawer] = useState<"rooms" | "members">()
  const [keepsMembers, setKeepsMembers] = useState(stored.get("members") !== "hidden")

  useKeys(hall, roomId)
  usePageTitle(roomId, house)
  useWritingOn(roomId)
  useUnsent(hall)
  useEffect(() => setDrawer(undefined), [roomId, withRooms, withMembers])

  const keepMembers = (keeps: boolean) => {
    setKeepsMembers(keeps)
    stored.set("members", keeps ? undefined : "hidden")
  }

  const goOn = (left: string) => {
    if (left !== roomId) return
    const next = hall.rooms.getSnapshot().find(({ roomId: other }) => other !== left)
    hall.openRoom(next?.roomId ?? FIRST_ROOM)
  }

  return (
    <>
      <a
        href="#main"
        className={styles["skip"]}
        onClick={(event) => {
          // the fragment names a message
          event.preventDefault()
          document.getElementById("main")?.focus()
        }}
      >
        Skip to the messages
      </a>
      <div className={styles["page"]}>
        {withRooms ? (
          <nav aria-label="Rooms" tabIndex={-1} data-region="" className={styles["rooms"]}>
            <Sidebar session={session} current={roomId} onFollow={() => undefined} />
          </nav>
        ) : null}
        <main id="main" tabIndex={-1} data-region="" className={styles["main"]}>
          <Connection />
          <RoomPane
            key={roomId}
            roomId={roomId}
            at={at}
            onMenu={() => setDrawer("rooms")}
            onMembers={() => (withMembers ? keepMembers(!keepsMembers) : setDrawer("members"))}
            membersOpen={withMembers ? keepsMembers : drawer === "members"}
          />
        </main>
        {withMembers && keepsMembers ? (
          <aside aria-label="Members" tabIndex={-1} data-region="" className={styles["members"]}>
            <MemberPanel key={roomId} roomId={roomId} onClose={() => keepMembers(false)} />
          </aside>
        ) : null}
      </div>
      {drawer === "rooms" ? (
        <Dialog title={house} shape="drawer" onClose={() => setDrawer(undefined)}>
          <nav aria-label="Rooms" className={styles["inDrawer"]}>
            <Sidebar bare session={session} current={roomId} onFollow={() => setDrawer(undefined)} />
          </nav>
        </Dialog>
      ) : null}
      {drawer === "members" ? (
        <Dialog title="Members" shape="drawerEnd" onClose={() => setDrawer(undefined)}>
          <MemberPanel bare roomId={roomId} onClose={() => setDrawer(undefined)} />
        </Dialog>
      ) : null}
      <OpenedDialog session={session} onLeft={goOn} />
      <Announcements />
    </>
  )
}

const ChatPage = ({ at, client, roomId, session }: ChatPageProps) => {
  const hall = hallOf(client)
  const chat = useChatOf(session, hall)

  useEffect(() => {
    if (roomId === undefined) {
      home()
      return undefined
    }
    stored.set("lastRoom", roomId)
    hall.show(roomId)
    return () => hall.show(undefined)
  }, [hall, roomId])

  if (roomId === undefined) return null
  return (
    <HallProvider value={hall}>
      <ChatProvider value={chat}>
        <Places session={session} hall={hall} roomId={roomId} at={at} />
      </ChatProvider>
    </HallProvider>
  )
}

export default ChatPage
