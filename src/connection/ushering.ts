/**
 * Tells who comes into a room how far they have read there. The markers of who just came have to be looked up, for which neither the hub
 * nor what else the client asked for waits; while they cannot be, it is tried again for as long as the client is in the room.
 */
import { Cause, Effect, FiberSet, Layer } from "effect"
import { Supervisor } from "../actor/Supervisor.ts"
import type { Position } from "../domain/Position.ts"
import { isPrivateRoom } from "../domain/RoomId.ts"
import { anonymous, type UserId } from "../domain/UserId.ts"
import type { Seat } from "../hub/Client.ts"
import { Usher } from "../hub/Usher.ts"
import { PrivateRooms } from "../private/PrivateRooms.ts"
import { ReadMarkers } from "../reading/ReadMarkers.ts"
import { Connections } from "./Connections.ts"

/** Milliseconds between two tries, at first and at most. */
const RETRY_MS = { first: 500, most: 5000 } as const

const nothing = Effect.as(Effect.void, undefined)

/** Does nothing where there are no markers. Needs Connections and Supervisor, and asks PrivateRooms. */
export const layer = Layer.effect(
  Usher,
  Effect.gen(function* () {
    const markers = yield* ReadMarkers
    if (markers === undefined) return undefined
    const connections = yield* Connections
    const privateRooms = yield* PrivateRooms
    const supervisor = yield* Supervisor
    const fork = yield* FiberSet.makeRuntime<never, void>()
    /** Seats whose clients are to be told, by user, and where their rooms ended when they came. */
    const waiting = new Map<UserId, Map<Seat, Position>>()

    /** Whether the client is still in the room, and may be. */
    const stays = (seat: Seat) => {
      const { client, room } = seat
      if (client.rooms.get(room.id) !== seat) return false
      for (const connection of connections.of(client.identity.userId)) {
        if (connection.client === client) return connection.enters(room.id)
      }
      return false
    }

    /** Tells one client; answers whether that has to be tried again. */
    const tell = (seat: Seat, end: Position): Effect.Effect<boolean> =>
      Effect.suspend(() => {
        if (!stays(seat)) return Effect.succeed(false)
        const { client, room } = seat
        const { userId } = client.identity
        const asked =
          isPrivateRoom(room.id) && privateRooms !== undefined
            ? privateRooms.admits(userId, room.id)
            : Effect.succeed(true)
        return asked.pipe(
          Effect.flatMap((may) => (may ? markers.enter(userId, room.id, end) : nothing)),
          Effect.map((reading) => {
            if (reading === undefined || !stays(seat)) return false
            client.tell({ type: "read", ...reading })
            client.mailbox.flush()
            return false
          }),
          Effect.orElseSucceed(() => true)
        )
      })

    /** Tells a user's clients until none waits. */
    const serve = Effect.fnUntraced(function* (userId: UserId, seats: Map<Seat, Position>) {
      let pause: number = RETRY_MS.first
      while (seats.size > 0) {
        let failed = false
        for (const [seat, end] of seats) {
          if (yield* tell(seat, end)) failed = true
          // it may have been told of the room again meanwhile
          else if (seats.get(seat) === end) seats.delete(seat)
        }
        if (!failed) continue
        yield* Effect.sleep(pause)
        pause = Math.min(RETRY_MS.most, pause * 2)
      }
      waiting.delete(userId)
    })

    return {
      seated: (seat) => {
        const { userId } = seat.client.identity
        if (userId === anonymous) return
        const { stream } = seat.room
        const end = { epoch: stream.epoch, seq: stream.head }
        const seats = waiting.get(userId)
        if (seats !== undefined) {
          seats.set(seat, end)
          return
        }
        const begun = new Map([[seat, end]])
        waiting.set(userId, begun)
        fork(
          Effect.catchCause(serve(userId, begun), (cause) => {
            waiting.delete(userId)
            return Cause.hasInterruptsOnly(cause) ? Effect.void : supervisor.noted("usher", cause)
          })
        )
      }
    }
  })
)
