/**
 * The rooms of one's list: those one reads, private ones, and whatever was opened since; with what is unread there, live. As many of them
 * are joined as one connection may be in, the shown one always.
 */
import type { Client, Frame, Room } from "../../client/index.ts"
import { lettersOf } from "../../client/Letters.ts"
import { cell, type Readable } from "../Cell.ts"
import { stored } from "../Stored.ts"
import type { Alerting } from "./Alerting.ts"
import type { ListedRoom } from "./ChatContext.ts"
import type { Groups } from "./Groups.ts"
import type { Invitations } from "./Invitations.ts"
import { kindOf } from "./kindOf.ts"
import { listOrder, sameListed } from "./listOrder.ts"
import type { Names } from "./Names.ts"
import { createSightings } from "./Sightings.ts"

/** `failed`: the server did not tell what rooms there are. */
type Loading = "loading" | "ready" | "failed"

export interface RoomList extends Readable<ReadonlyArray<ListedRoom>> {
  readonly loading: Readable<Loading>
  /** Asks what rooms there are, and joins them. */
  refresh(): Promise<void>
  /** The room that is looked at, which is joined and in the list from now on; none while it is another view. */
  show(roomId: string | undefined): void
  /** Takes a room out of the list for good. Rejected with a HubbubError. */
  leave(roomId: string): Promise<void>
}

interface Entry {
  readonly roomId: string
  readonly kind: ListedRoom["kind"]
  readonly room: Room
  /** Of a conversation. */
  readonly peerId: string | undefined
  readonly title: string | undefined
  /** As the server says, for as long as the room is not joined. */
  readonly counted: { readonly unread: number; readonly mentions: number }
  readonly unwatch: () => void
}

type Named = Pick<Entry, "roomId" | "title" | "peerId">

interface Around {
  readonly client: Client
  readonly names: Names
  readonly alerting: Alerting
  readonly invitations: Invitations
  readonly groups: Groups
}

const NONE = { unread: 0, mentions: 0 }
/** Rooms that one connection may be in are left to other parts of the page: the figures are one. */
const SPARED = 2
/** For whom there is none yet. */
export const FIRST_ROOM = "global"
/** Rooms of which one knows everybody, so that all can be found by name. With more, each connection would begin with hundreds of lists. */
const FEW = 10
/** Until the server says how many it may be. */
const ROOMS = 32
/** Refusals that say nothing of whether one may be in the room. */
const PASSING = new Set([
  "too_many_rooms",
  "overloaded",
  "rate_limited",
  "unavailable",
  "draining",
  "internal",
  "timeout"
])

export const createRoomList = ({ alerting, client, groups, invitations, names }: Around): RoomList => {
  const letters = lettersOf(client)
  const entries = new Map<string, Entry>()
  const state = cell<ReadonlyArray<ListedRoom>>([])
  const loading = cell<Loading>("loading")
  let shown: string | undefined
  /** Rooms with a mark of what was read, as far as that is known. */
  let marked: Set<string> | undefined
  let asking: Promise<void> | undefined

  const nameOf = {
    public: ({ roomId }: Named) => roomId,
    direct: ({ peerId }: Named) => (peerId === undefined ? "Somebody" : (names.of(peerId) ?? peerId)),
    group: ({ roomId, title }: Named) => groups.getSnapshot().get(roomId)?.title ?? title ?? "Unnamed group"
  }

  const listedOf = ({ counted, kind, peerId, room, roomId, title }: Entry): ListedRoom | undefined => {
    if (invitations.has(roomId)) return undefined
    const { error, mentions, position, status, unread } = room.getSnapshot()
    const barred = status === "removed" || (status === "refused" && error !== undefined && !PASSING.has(error.code))
    if (barred && roomId !== shown) return undefined
    const name = nameOf[kind]({ roomId, title, peerId })
    const live = position !== undefined && (status === "joined" || status === "joining")
    return {
      roomId,
      kind,
      name,
      peerId,
      ...(live ? { unread, mentions } : counted),
      muted: alerting.of(roomId, kind) === "none"
    }
  }

  const publish = () => {
    const old = state.getSnapshot()
    const known = new Map(old.map((room) => [room.roomId, room]))
    const next: Array<ListedRoom> = []
    for (const entry of entries.values()) {
      const listed = listedOf(entry)
      if (listed === undefined) continue
      const before = known.get(entry.roomId)
      next.push(before !== undefined && sameListed(listed, before) ? before : listed)
    }
    next.sort(listOrder)
    if (next.length !== old.length || next.some((room, index) => room !== old[index])) state.set(next)
  }

  const put = (roomId: string, changes: Partial<Pick<Entry, "peerId" | "title" | "counted">> = {}): Entry => {
    const old = entries.get(roomId)
    if (old !== undefined) {
      const entry = { ...old, ...changes }
      entries.set(roomId, entry)
      return entry
    }
    const room = client.room(roomId)
    const see = createSightings(names)
    const unwatch = room.subscribe(() => {
      see(room.getSnapshot())
      publish()
    })
    const entry = {
      roomId,
      kind: kindOf(roomId),
      room,
      peerId: undefined,
      title: undefined,
      counted: NONE,
      unwatch,
      ...changes
    }
    entries.set(roomId, entry)
    return entry
  }

  const drop = (roomId: string) => {
    entries.get(roomId)?.unwatch()
    entries.delete(roomId)
    publish()
  }

  const isIn = ({ room }: Entry) => {
    const { status } = room.getSnapshot()
    return status === "joined" || status === "joining"
  }

  const capacity = () => Math.max(1, (client.getSnapshot().welcome?.limits.rooms ?? ROOMS) - SPARED)

  /** Who is there is asked in the shown room; in private ones as well, as those are named by who is in them, and in all where they are few. */
  const join = ({ kind, room, roomId }: Entry) =>
    room.join({ members: kind !== "public" || roomId === shown || entries.size <= FEW })

  /** Joins what may be joined, private rooms first: what is said there is for few. */
  const joinSome = () => {
    const all = [...entries.values()].sort((a, b) => Number(b.kind !== "public") - Number(a.kind !== "public"))
    let left = capacity() - all.filter(isIn).length
    for (const entry of all) {
      if (left <= 0) break
      if (isIn(entry) || invitations.has(entry.roomId)) continue
      left--
      join(entry).catch(() => undefined)
    }
  }

  /** Leaves another room where there is no more room for one. */
  const makeRoom = () => {
    const inside = [...entries.values()].filter((entry) => isIn(entry) && entry.roomId !== shown)
    if (inside.length < capacity()) return
    const leaving = inside.find(({ kind }) => kind === "public") ?? inside[0]
    if (leaving === undefined) return
    const { mentions, unread } = leaving.room.getSnapshot()
    put(leaving.roomId, { counted: { mentions, unread } })
    leaving.room.leave()
  }

  /** `isNew`: as far as is known here. */
  const begin = async (entry: Entry, isNew: boolean) => {
    const { kind, room, roomId } = entry
    try {
      await join(entry)
      await asking
      // what was said before one came is not unread, and the server is to know that the room is read
      if (isNew && kind === "public" && marked?.has(roomId) === false) await room.read()
    } catch {
      // the room says why
    }
  }

  const enter = (roomId: string) => {
    const isNew = !entries.has(roomId)
    const title = invitations.getSnapshot().find((one) => one.roomId === roomId)?.title
    invitations.drop(roomId)
    const entry = put(roomId, title === undefined ? {} : { title })
    if (!isIn(entry)) makeRoom()
    void begin(entry, isNew)
    publish()
  }

  const converse = (rooms: Frame<"conversations">["rooms"]) => {
    for (const { roomId, title, with: peerId } of rooms) put(roomId, { peerId, title })
    const there = new Set(rooms.map(({ roomId }) => roomId))
    for (const { roomId } of invitations.getSnapshot()) if (!there.has(roomId)) invitations.drop(roomId)
  }

  /** Who comes for the first time, and reads no other room than the one that a link led to, is put into the first room. */
  const welcome = (reads: ReadonlyArray<string>) => {
    const key = `welcomed:${client.getSnapshot().welcome?.userId}`
    if (stored.get(key) !== undefined) return
    stored.set(key, "yes")
    const others = reads.filter((roomId) => kindOf(roomId) === "public" && roomId !== shown)
    if (others.length === 0) void begin(put(FIRST_ROOM), true)
  }

  const ask = async () => {
    // begun while the list is empty, so that the shown room does not wait for it
    const [unread, conversations] = await Promise.allSettled([letters.unread(), letters.conversations()])
    if (unread.status === "fulfilled") {
      const { rooms } = unread.value
      marked = new Set(rooms.map(({ roomId }) => roomId))
      for (const { mentions, roomId, unread: count } of rooms) put(roomId, { counted: { unread: count, mentions } })
      welcome(rooms.map(({ roomId }) => roomId))
    }
    if (conversations.status === "fulfilled") converse(conversations.value)
    const failed = unread.status === "rejected" && conversations.status === "rejected"
    loading.set(failed ? "failed" : "ready")
    joinSome()
    publish()
  }

  const refresh = (): Promise<void> => {
    if (loading.getSnapshot() === "failed") loading.set("loading")
    return (asking ??= ask().finally(() => {
      asking = undefined
    }))
  }

  const askWho = async () => {
    try {
      converse(await letters.conversations())
      publish()
    } catch {
      // with the next connection
    }
  }

  client.on("entered", ({ id }) => {
    if (entries.has(id)) return
    put(id)
    if (kindOf(id) === "public") publish()
    else void askWho()
  })
  client.on("group", ({ roomId, title, userIds }) => {
    if (!userIds.includes(client.getSnapshot().welcome?.userId ?? "")) return
    const isNew = !entries.has(roomId)
    put(roomId, { title })
    if (isNew) joinSome()
    publish()
  })
  client.on("invited", (frame) => {
    if (entries.has(frame.roomId) && frame.roomId === shown) return
    invitations.add(frame)
    publish()
  })
  client.on("forgotten", ({ roomId }) => {
    entries.get(roomId)?.room.leave()
    if (roomId !== shown) drop(roomId)
  })
  client.on("read", ({ mentions, roomId, unread }) => {
    if (!entries.has(roomId)) return
    put(roomId, { counted: { unread, mentions } })
    publish()
  })
  names.people.subscribe(publish)
  alerting.subscribe(publish)
  invitations.subscribe(publish)
  groups.subscribe(publish)

  return {
    subscribe: state.subscribe,
    getSnapshot: state.getSnapshot,
    loading,
    refresh,
    show: (roomId) => {
      const hidden = shown === undefined || shown === roomId ? undefined : entries.get(shown)
      shown = roomId
      if (hidden !== undefined && isIn(hidden) && entries.size > FEW) join(hidden).catch(() => undefined)
      if (roomId === undefined) publish()
      else enter(roomId)
    },
    leave: async (roomId) => {
      if (kindOf(roomId) === "public") await client.room(roomId).forget()
      else await letters.quit(roomId)
      marked?.delete(roomId)
      invitations.drop(roomId)
      drop(roomId)
    }
  }
}
