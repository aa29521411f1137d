/** A room: its header, its messages, who is writing, and where one writes. */
import { memo, Suspense, useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react"
import type { ConnectionState, Member, Mute, Position, Room, RoomSnapshot, Row } from "../../client/index.ts"
import { useReadable } from "../Cell.ts"
import { type Chat, type ListedRoom, type Place, useChat } from "../chat/ChatContext.ts"
import { ConfirmDialog } from "../chat/ConfirmDialog.tsx"
import { kindOf } from "../chat/kindOf.ts"
import { Composer } from "../compose/Composer.tsx"
import { purposeIn } from "../compose/Purpose.ts"
import { previewOf } from "../content/plainText.ts"
import { navigate, roomPath } from "../Route.ts"
import { Empty, Failed } from "../ui/States.tsx"
import { copied } from "./copied.ts"
import { LateRoomSearch } from "./LateRoomSearch.tsx"
import { type ListHandle, MessageList } from "./MessageList.tsx"
import { paced } from "./paced.ts"
import { refusalOf } from "./refusalOf.ts"
import { RoomHeader } from "./RoomHeader.tsx"
import styles from "./RoomPane.module.css"
import { RowBars } from "./RowBars.tsx"
import { TypingLine } from "./TypingLine.tsx"
import { useRowActions } from "./useRowActions.ts"

interface RoomPaneProps {
  readonly roomId: string
  /** The message to open it at. */
  readonly at: Place | undefined
  readonly onMenu: () => void
  readonly onMembers: () => void
  readonly membersOpen: boolean
}

/** What is called how, and of what kind it is; of a room that is not in the list yet, as its id says. */
const useListed = ({ rooms }: Chat, roomId: string): Pick<ListedRoom, "kind" | "name" | "peerId"> => {
  const part = <A,>(of: (room: ListedRoom) => A): A | undefined => {
    const room = rooms.getSnapshot().find((one) => one.roomId === roomId)
    return room && of(room)
  }
  // each by itself: how much is unread is another with each message
  const kind = useSyncExternalStore(rooms.subscribe, () => part((one) => one.kind)) ?? kindOf(roomId)
  const name = useSyncExternalStore(rooms.subscribe, () => part((one) => one.name)) ?? roomId
  const peerId = useSyncExternalStore(rooms.subscribe, () => part((one) => one.peerId))
  return useMemo(() => ({ kind, name, peerId }), [kind, name, peerId])
}

/** The same functions, whatever is drawn around. */
const useSteady = ({ onMembers, onMenu }: Pick<RoomPaneProps, "onMembers" | "onMenu">) => {
  const now = useRef({ onMembers, onMenu })
  now.current = { onMembers, onMenu }
  return useMemo(() => ({ onMembers: () => now.current.onMembers(), onMenu: () => now.current.onMenu() }), [])
}

export const RoomPane = ({ at, membersOpen, roomId, ...rest }: RoomPaneProps) => {
  const steady = useSteady(rest)
  const { epoch, seq } = at ?? {}
  const place = useMemo(() => (epoch === undefined || seq === undefined ? undefined : { epoch, seq }), [epoch, seq])
  return <OpenRoom key={roomId} roomId={roomId} at={place} membersOpen={membersOpen} {...steady} />
}

const isMyLast =
  (selfId: string) =>
  ({ deleted, status, type, userId }: Row): boolean =>
    userId === selfId && status === "sent" && type === "chat" && deleted !== true

/** A row as it is by now: what it says may have been changed, or taken back. */
const asItIs = ({ messages }: RoomSnapshot, row: Row): Row => messages.findLast(({ key }) => key === row.key) ?? row

/** In place of the list: on the way in, not let in, or nothing said yet. */
const State = ({ onJoin, snapshot, title }: { onJoin(): void; snapshot: RoomSnapshot; title: string }) => {
  const { error, messages, position, roomId, status } = snapshot
  if (status === "refused" || status === "removed") {
    const { detail, title: heading } = refusalOf(status, error, kindOf(roomId))
    return <Failed title={heading} detail={detail} onRetry={onJoin} />
  }
  if (messages.length > 0) return null
  if (position === undefined) {
    return (
      <div role="status" className={styles["waiting"]}>
        <span className="unseen">Loading messages</span>
        <RowBars count={7} />
      </div>
    )
  }
  if (snapshot.hasOlder) return null
  return (
    <Empty title="Nothing here yet">
      <p dir="auto">
        Be the first to write {kindOf(roomId) === "direct" ? "to" : "in"} <bdi>{title}</bdi>.
      </p>
    </Empty>
  )
}

interface FootProps {
  readonly chat: Chat
  readonly room: Room
  readonly title: string
  readonly snapshot: RoomSnapshot
  readonly connection: ConnectionState
  readonly muted: Mute | undefined
  readonly limits: { readonly contentCodePoints: number } | undefined
  readonly replyTo: Row | undefined
  readonly onReplyDone: () => void
  readonly editing: Row | undefined
  readonly onEditDone: () => void
  readonly onEditLast: () => void
}

const Foot = ({ chat, title, ...rest }: FootProps) => {
  const known = useReadable(chat.people)
  const rooms = useReadable(chat.rooms)
  const { members } = rest.snapshot
  // who is here, then who was seen anywhere
  const people = useMemo((): ReadonlyArray<Member> => {
    const here = new Set(members.map(({ userId }) => userId))
    return [...known.filter(({ userId }) => here.has(userId)), ...members, ...known].filter(
      ({ userId }, index, all) => all.findIndex((one) => one.userId === userId) === index
    )
  }, [known, members])
  const roomIds = useMemo(() => rooms.filter(({ kind }) => kind === "public").map(({ roomId }) => roomId), [rooms])
  return (
    <Composer
      {...rest}
      title={title}
      selfId={chat.selfId}
      moderates={chat.moderates}
      people={people}
      roomIds={roomIds}
    />
  )
}

const OpenRoom = memo(({ at, membersOpen, onMembers, onMenu, roomId }: RoomPaneProps) => {
  const chat = useChat()
  const { client, selfId } = chat
  const room = useMemo(() => client.room(roomId), [client, roomId])
  const view = useMemo(() => paced(room), [room])
  const snapshot = useReadable(view)
  const { connection, muted, welcome } = useReadable(client)
  const listed = useListed(chat, roomId)
  const title = listed.kind === "public" ? `#${listed.name}` : listed.name
  const purpose = purposeIn(room)
  const { editing, replyTo } = useReadable(purpose)
  const [removing, setRemoving] = useState<Row>()
  const [searching, setSearching] = useState(false)
  const list = useRef<ListHandle>(null)
  const pane = useRef<HTMLElement>(null)

  const actions = useRowActions({
    chat,
    room,
    list,
    onReply: (row) => purpose.set({ replyTo: row }),
    onEdit: (row) => purpose.set({ editing: row }),
    onRemove: setRemoving
  })

  useEffect(() => {
    // why it failed is in the snapshot
    if (room.getSnapshot().status === "idle") room.join().catch(() => undefined)
  }, [room])

  const editLast = () => {
    const row = snapshot.messages.findLast(isMyLast(selfId))
    if (row === undefined) return
    actions.edit(row)
    list.current?.show(row.key)
  }

  const search = useCallback(() => setSearching(true), [])
  const copyLink = useCallback(
    () => void copied(location.origin + roomPath(roomId), "Link to the room copied"),
    [roomId]
  )

  const toWriting = () => pane.current?.querySelector("textarea")?.focus()

  // also where nothing has the focus
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.defaultPrevented || event.isComposing) return
      const { target } = event
      const isHere = target === document.body || (target instanceof Node && pane.current?.contains(target) === true)
      if (!isHere || document.querySelector("dialog[open], :popover-open") !== null) return
      event.preventDefault()
      list.current?.toEnd()
      // nobody is at the message any more whose address that was
      if (location.hash !== "") navigate(roomPath(roomId), { replace: true })
      pane.current?.querySelector("textarea")?.focus()
    }
    document.addEventListener("keydown", pressed)
    return () => document.removeEventListener("keydown", pressed)
  }, [])

  const go = (place: Position) => {
    setSearching(false)
    // the dialog gives the focus back first
    setTimeout(() => list.current?.toPlace(place))
  }

  const inside = snapshot.status !== "refused" && snapshot.status !== "removed"
  return (
    <section ref={pane} className={styles["pane"]} aria-label={title}>
      <RoomHeader
        room={listed}
        memberCount={snapshot.memberCount}
        known={inside && snapshot.position !== undefined}
        frozen={snapshot.frozen}
        slowModeSeconds={snapshot.slowModeSeconds}
        membersOpen={membersOpen}
        onMenu={onMenu}
        onMembers={onMembers}
        onSearch={search}
        onCopyLink={copyLink}
      />
      <div className={styles["middle"]}>
        <div className={styles["state"]}>
          <State snapshot={snapshot} title={title} onJoin={() => void room.join().catch(() => undefined)} />
        </div>
        {inside ? (
          <MessageList
            ref={list}
            room={room}
            snapshot={snapshot}
            flush={view.flush}
            title={title}
            selfId={selfId}
            moderates={chat.moderates}
            at={at}
            editingKey={editing?.key}
            actions={actions}
          />
        ) : null}
      </div>
      <TypingLine members={snapshot.typing} selfId={selfId} />
      <Foot
        chat={chat}
        room={room}
        title={title}
        snapshot={snapshot}
        connection={connection}
        muted={muted}
        limits={welcome?.limits}
        replyTo={replyTo && asItIs(snapshot, replyTo)}
        onReplyDone={() => purpose.set({})}
        editing={editing}
        onEditDone={() => {
          purpose.set({})
          toWriting()
        }}
        onEditLast={editLast}
      />
      {searching ? (
        <Suspense fallback={null}>
          <LateRoomSearch client={client} roomId={roomId} title={title} onGo={go} onClose={() => setSearching(false)} />
        </Suspense>
      ) : null}
      {removing === undefined ? null : (
        <ConfirmDialog
          title="Delete this message?"
          label="Delete"
          run={() => room.delete(removing).then(() => undefined)}
          onClose={() => setRemoving(undefined)}
        >
          <span dir="auto">{previewOf(removing.content)}</span>
        </ConfirmDialog>
      )}
    </section>
  )
})
