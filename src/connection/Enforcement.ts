/**
 * Has what moderators order felt at once by those who are connected: who is banned everywhere is disconnected, who is banned from a room
 * leaves it, and others are told. What it was about to do lives outside its loop, so that a crash loses nothing of it.
 */
import { Effect, Layer, PubSub } from "effect"
import { supervise } from "../actor/supervise.ts"
import { textFrame } from "../actor/textFrame.ts"
import { closeReasons } from "../domain/CloseReason.ts"
import type { RoomId } from "../domain/RoomId.ts"
import { encodeServerFrame, type ServerFrame } from "../domain/ServerFrame.ts"
import type { UserId } from "../domain/UserId.ts"
import type { Client, Seat } from "../hub/Client.ts"
import { Hub } from "../hub/Hub.ts"
import { type Change, Moderation } from "../moderation/Moderation.ts"
import type { Sanction } from "../moderation/Sanction.ts"
import { Connections } from "./Connections.ts"

/** Milliseconds between two looks at who came into a room that they may not be in, because they were on their way. */
const BEAT_MS = 500
/** Connections or bans that are looked at before other work gets its turn. */
const TURN = 1024
/** Beats for which those who come into a room are told how it may be spoken in, as they may have come before that changed. */
const TOLD_BEATS = 4

interface Notice {
  readonly told: WeakSet<Client>
  beats: number
}

const usual = { slowModeSeconds: 0, frozen: false }

const where = (roomId: RoomId | undefined) => (roomId === undefined ? {} : { roomId })

const mutedFrame = ({ reason, roomId, until }: Sanction): ServerFrame => ({
  type: "muted",
  ...where(roomId),
  ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
  ...(reason === undefined ? {} : { reason })
})

/** Does nothing where nobody is moderated. Needs Hub, Connections and Supervisor. */
export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const moderation = yield* Moderation
    if (moderation === undefined) return
    const hub = yield* Hub
    const connections = yield* Connections
    const changes = yield* moderation.changes
    /** What has still to be felt, the oldest first. */
    const due: Array<Change> = []
    /** Rooms that changed a moment ago. */
    const notices = new Map<RoomId, Notice>()
    /** Seats whose clients were told to leave them. */
    const left = new WeakSet<Seat>()

    const leave = (client: Client, roomId: RoomId) => {
      const seat = client.rooms.get(roomId)
      if (seat === undefined || left.has(seat)) return
      if (hub.submit({ _tag: "Unsubscribe", client, ref: undefined, roomId })) left.add(seat)
    }

    /** Unless the ban was lifted meanwhile. */
    const banned = ({ roomId, userId }: Sanction) => {
      if (moderation.bars(userId, roomId) === undefined) return
      for (const connection of connections.of(userId)) {
        if (roomId === undefined) connection.end(closeReasons.banned)
        else leave(connection.client, roomId)
      }
    }

    const tell = (userId: UserId, frame: ServerFrame) => {
      for (const { client } of connections.of(userId)) {
        if (client.identity.dialect === "plain") continue
        client.tell(frame)
        client.mailbox.flush()
      }
    }

    const inTurns = Effect.fnUntraced(function* <A>(all: Iterable<A>, visit: (one: A) => void) {
      let count = 0
      for (const one of all) {
        visit(one)
        if (++count % TURN === 0) yield* Effect.yieldNow
      }
    })

    /** Tells those in a room how it may be spoken in, unless they know. */
    const announce = (roomId: RoomId, { told }: Notice) => {
      const frame = textFrame(encodeServerFrame({ type: "room", roomId, ...(moderation.room(roomId) ?? usual) }))
      return inTurns(connections.all, ({ client }) => {
        if (client.identity.dialect === "plain" || !client.rooms.has(roomId) || told.has(client)) return
        told.add(client)
        client.mailbox.offer(frame)
        client.mailbox.flush()
      })
    }

    /** Has all that is in force felt by everybody. */
    const present = Effect.suspend(() =>
      inTurns(connections.all, (connection) => {
        const { client } = connection
        const { dialect, userId } = client.identity
        if (moderation.bars(userId, undefined) !== undefined) return connection.end(closeReasons.banned)
        for (const roomId of client.rooms.keys()) {
          if (moderation.bars(userId, roomId) !== undefined) leave(client, roomId)
          const setting = dialect === "plain" ? undefined : moderation.room(roomId)
          if (setting === undefined) continue
          client.tell({ type: "room", roomId, ...setting })
          client.mailbox.flush()
        }
      })
    )

    const feel = (change: Change): Effect.Effect<void> => {
      if (change._tag === "present") return present
      if (change._tag === "room") {
        const notice = { told: new WeakSet<Client>(), beats: TOLD_BEATS }
        notices.set(change.roomId, notice)
        return announce(change.roomId, notice)
      }
      if (change._tag === "banned") banned(change.sanction)
      else if (change._tag === "muted") tell(change.sanction.userId, mutedFrame(change.sanction))
      else tell(change.userId, { type: "unmuted", ...where(change.roomId) })
      return Effect.void
    }

    yield* Effect.gen(function* () {
      // after a crash, and for what could not be told
      due.push({ _tag: "present" })
      while (true) {
        const change = due.shift()
        if (change === undefined) due.push(...(yield* PubSub.takeAll(changes)))
        else yield* feel(change)
      }
    }).pipe(supervise("enforcement"))

    yield* Effect.gen(function* () {
      yield* Effect.sleep(BEAT_MS)
      yield* inTurns(moderation.roomBans(), banned)
      for (const [roomId, notice] of notices) {
        if (--notice.beats === 0) notices.delete(roomId)
        yield* announce(roomId, notice)
      }
    }).pipe(Effect.forever({ disableYield: true }), supervise("enforcement beat"))
  })
)
