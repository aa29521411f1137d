/** What there is of a chat beside what is drawn of it: it lasts for as long as its client, whichever view is shown. */
import type { Client, Row } from "../../client/index.ts"
import { cell, type Cell } from "../Cell.ts"
import { openDrafts } from "../compose/Draft.ts"
import { navigate, roomPath } from "../Route.ts"
import { createAlerting, type Alerting } from "./Alerting.ts"
import { createAnnouncer, type Announcer } from "./Announcer.ts"
import { type Blocked, createBlocked } from "./Blocked.ts"
import type { ListedRoom, Place } from "./ChatContext.ts"
import { previewOf } from "../content/plainText.ts"
import { createGroups, type Groups } from "./Groups.ts"
import { createInvitations, type Invitations } from "./Invitations.ts"
import { kindOf } from "./kindOf.ts"
import { createNames, type Names } from "./Names.ts"
import { createNotifier, type Notifier } from "./Notifier.ts"
import type { OpenDialog } from "./OpenDialog.ts"
import { createRoomList, type RoomList } from "./RoomList.ts"

export interface Hall {
  readonly client: Client
  readonly names: Names
  readonly rooms: RoomList
  readonly invitations: Invitations
  readonly groups: Groups
  readonly blocked: Blocked
  readonly alerting: Alerting
  readonly announcer: Announcer
  readonly notifier: Notifier
  readonly dialog: Cell<OpenDialog | undefined>
  /** The server is about to stop, and says that it comes back. */
  readonly draining: Cell<boolean>
  selfId(): string
  /** What a room is called, with a `#` where it is a public one. */
  titleOf(roomId: string): string
  openRoom(roomId: string, at?: Place): void
  openDirect(userId: string): void
  /** The room that is looked at. */
  show(roomId: string | undefined): void
}

export const titleOf = ({ kind, name }: Pick<ListedRoom, "kind" | "name">): string =>
  kind === "public" ? `#${name}` : name

const openRoom = (roomId: string, at?: Place) => navigate(roomPath(roomId, at))

const createHall = (client: Client): Hall => {
  const names = createNames()
  const alerting = createAlerting()
  const announcer = createAnnouncer()
  const selfId = () => client.getSnapshot().welcome?.userId ?? ""
  const invitations = createInvitations(selfId)
  const groups = createGroups(client)
  const rooms = createRoomList({ client, names, alerting, invitations, groups })
  const dialog = cell<OpenDialog | undefined>(undefined)
  const draining = cell(false)
  let shown: string | undefined

  const notifier = createNotifier(({ at, roomId }) => openRoom(roomId, at))

  const listed = (roomId: string) => rooms.getSnapshot().find((room) => room.roomId === roomId)
  const nameOfRoom = (roomId: string) =>
    titleOf(listed(roomId) ?? { kind: kindOf(roomId), name: kindOf(roomId) === "public" ? roomId : "Private room" })

  const heard = (row: Row) => {
    if (row.userId === selfId() || row.type !== "chat" || row.deleted === true) return
    const { content, roomId, username } = row
    if (roomId === shown && document.visibilityState === "visible")
      announcer.message(`${username}: ${previewOf(content)}`)
    const kind = kindOf(roomId)
    const level = alerting.of(roomId, kind)
    const mentioned = row.mentions?.includes(selfId()) === true
    if (level === "none" || (level === "mentions" && !mentioned)) return
    const title = kind === "direct" ? username : `${username} in ${nameOfRoom(roomId)}`
    notifier.show({ title, body: previewOf(content), row })
  }

  /** With each connection. */
  const begin = () => {
    draining.set(false)
    void rooms.refresh()
  }

  const identify = () => {
    const userId = selfId()
    if (userId === "") return
    alerting.open(userId)
    openDrafts(userId)
  }

  client.on("message", heard)
  client.on("draining", () => draining.set(true))
  client.on("state", ({ status }) => {
    if (status !== "live") return
    begin()
  })
  if (client.getSnapshot().connection.status === "live") begin()
  // the first connection is told to be live before it is known whose it is
  client.subscribe(identify)
  identify()
  client.on("invited", ({ by, title }) => {
    announcer.announce(`${names.of(by) ?? by} has invited you to ${title ?? "a group"}`)
  })

  return {
    client,
    names,
    rooms,
    invitations,
    groups,
    blocked: createBlocked(client),
    alerting,
    announcer,
    notifier,
    dialog,
    draining,
    selfId,
    titleOf: nameOfRoom,
    openRoom,
    openDirect: (userId) => {
      const known = rooms.getSnapshot().find(({ peerId }) => peerId === userId)
      if (known === undefined) dialog.set({ kind: "direct", userId })
      else openRoom(known.roomId)
    },
    show: (roomId) => {
      shown = roomId
      rooms.show(roomId)
    }
  }
}

const halls = new WeakMap<Client, Hall>()

/** The same one for the same client. */
export const hallOf = (client: Client): Hall => {
  const known = halls.get(client)
  if (known !== undefined) return known
  const hall = createHall(client)
  halls.set(client, hall)
  return hall
}
