/** Tells users of their private rooms over the connections they have, and sees them out of those that they are not in any more. */
import { Clock, Effect, Layer, Schedule } from "effect"
import { supervise } from "../actor/supervise.ts"
import { textFrame } from "../actor/textFrame.ts"
import type { RoomId } from "../domain/RoomId.ts"
import { encodeServerFrame, type ServerFrame } from "../domain/ServerFrame.ts"
import type { UserId } from "../domain/UserId.ts"
import type { Seat } from "../hub/Client.ts"
import { Hub } from "../hub/Hub.ts"
import { Herald } from "../private/Herald.ts"
import { Connections } from "./Connections.ts"

/** Milliseconds between two looks at whether those who were to leave have left. */
const BEAT_MS = 250
/** Milliseconds for which it is looked: who was let in before may still be on the way, for as long as the hub's inbox is. */
const LOOKING_MS = 30_000

/** Someone who is to leave a room. */
interface Expulsion {
  readonly userId: UserId
  readonly roomId: RoomId
  /** Monotonic milliseconds from when on nobody looks any more. */
  readonly until: number
}

const keyOf = (userId: UserId, roomId: RoomId) => `${roomId} ${userId}`

/** Needs the hub and the connections. */
export const layer = Layer.effect(
  Herald,
  Effect.gen(function* () {
    const hub = yield* Hub
    const connections = yield* Connections
    const clock = yield* Clock.Clock
    const now = () => Number(clock.monotonicTimeNanosUnsafe()) / 1e6
    const expulsions = new Map<string, Expulsion>()
    /** Seats whose clients were told to leave. */
    const left = new WeakSet<Seat>()

    /** Has the user's clients leave that are in the room; they are told by the hub. */
    const clear = ({ roomId, userId }: Expulsion) => {
      for (const { client } of connections.of(userId)) {
        const seat = client.rooms.get(roomId)
        if (seat === undefined || left.has(seat)) continue
        if (hub.submit({ _tag: "Unsubscribe", client, ref: undefined, roomId })) left.add(seat)
      }
    }

    const tell = (userId: UserId, frame: ServerFrame, to: (rooms: ReadonlyMap<RoomId, Seat>) => boolean) => {
      const text = textFrame(encodeServerFrame(frame))
      for (const connection of connections.of(userId)) {
        const { client } = connection
        if (client.identity.dialect === "plain" || !to(client.rooms)) continue
        // a token that is not for the room is not for what is told of it
        if ("roomId" in frame && frame.roomId !== undefined && !connection.enters(frame.roomId)) continue
        client.mailbox.offer(text)
        client.mailbox.flush()
      }
    }

    yield* Effect.sync(() => {
      const at = now()
      for (const [key, expulsion] of expulsions) {
        clear(expulsion)
        if (expulsion.until <= at) expulsions.delete(key)
      }
    }).pipe(Effect.schedule(Schedule.spaced(BEAT_MS)), Effect.andThen(Effect.never), supervise("expulsions"))

    return {
      tell: (userId, frame) => tell(userId, frame, () => true),
      expel: (userId, roomId) => {
        const expulsion = { userId, roomId, until: now() + LOOKING_MS }
        expulsions.set(keyOf(userId, roomId), expulsion)
        // those who are not in the room would not know otherwise
        tell(userId, { type: "unsubscribed", roomId }, (rooms) => !rooms.has(roomId))
        clear(expulsion)
      },
      admit: (userId, roomId) => void expulsions.delete(keyOf(userId, roomId))
    }
  })
)
