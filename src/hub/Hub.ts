/**
 * The hub actor: one supervised fiber that owns the roster and numbers everything through the log. Everybody else talks to it through a
 * bounded inbox; it never waits for a client. What it was doing lives outside its loop, so a crash loses nothing that it had taken.
 */
import { Clock, Context, Effect, Fiber, Layer, Queue, Ref } from "effect"
import { FaultPoint } from "../actor/FaultPoint.ts"
import { supervise } from "../actor/supervise.ts"
import { Analytics } from "../analytics/Analytics.ts"
import type { ErrorCode } from "../domain/ProtocolError.ts"
import type { RoomId } from "../domain/RoomId.ts"
import type { UserId } from "../domain/UserId.ts"
import { RoomLog } from "../log/RoomLog.ts"
import { idempotencyKey } from "../log/RoomStream.ts"
import type { Command } from "./Command.ts"
import { Editor } from "./Editor.ts"
import { flusher } from "./flusher.ts"
import { Floor } from "./Floor.ts"
import { Pacer } from "./Pacer.ts"
import { Publisher } from "./Publisher.ts"
import { recaller } from "./recaller.ts"
import type { Room } from "./Room.ts"
import { Roster } from "./Roster.ts"
import { Witness } from "./Witness.ts"

export interface HubOptions {
  /** Commands that may wait. */
  readonly inbox: number
  /** Milliseconds after which a room that nobody is in leaves memory. */
  readonly roomEmptyMs: number
  /** Rooms in memory, beyond which nobody enters another one. */
  readonly maxRooms: number
  /** Rooms one connection may be in. */
  readonly roomsPerConnection: number
  /** Bytes of missed messages a client is given when it resumes; who missed more starts afresh. */
  readonly resumeMaxBytes: number
  /** Whether rooms tell who comes and goes. */
  readonly presence: boolean
  /** Milliseconds a flush may write before other work gets its turn; 0 for no limit. */
  readonly flushSliceMs: number
}

/** Commands taken at a time: large enough to share the cost of a turn, small enough for flushes to come between. */
const BATCH = 512
/** Milliseconds between two looks at typing, presence and empty rooms. */
const TICK_MS = 250

function* populated({ rooms }: Roster): Iterable<readonly [RoomId, number]> {
  for (const [roomId, { presence, seats }] of rooms) if (seats.size > 0) yield [roomId, presence.size]
}

export class Hub extends Context.Service<
  Hub,
  {
    /** Offers a command without waiting; false when the inbox is full. */
    submit(command: Command): boolean
    /** Offers a command that must not be lost, waiting for room in the inbox. */
    insist(command: Command): Effect.Effect<void>
    /** Whether the log still holds what this user sent under this id, so that a repeat can be answered whatever the limits say. */
    knows(roomId: RoomId, userId: UserId, messageId: string): boolean
    /** Whether a room is in memory, or there is room for it. */
    takes(roomId: RoomId): boolean
    /** Whether a room is in memory, or something was ever said in it. */
    exists(roomId: RoomId): boolean
    /** Counts a frame that was refused before it became a command. */
    refused(reason: ErrorCode): void
    /** Connections and rooms in memory. */
    readonly size: Effect.Effect<{ readonly clients: number; readonly rooms: number }>
    /** Users present in a room. */
    members(roomId: RoomId): number
    /** Rooms that users are in, with how many. */
    populated(): Iterable<readonly [RoomId, number]>
  }
>()("hubbub/hub/Hub") {
  static readonly layer = (options: HubOptions) =>
    Layer.effect(
      Hub,
      Effect.gen(function* () {
        const log = yield* RoomLog
        const analytics = yield* Analytics
        const pacer = yield* Pacer
        const fault = yield* FaultPoint
        const witness = yield* Witness
        const clock = yield* Clock.Clock
        const inbox = yield* Effect.acquireRelease(Queue.bounded<Command>(options.inbox), Queue.shutdown)
        const recall = yield* recaller({
          maxBytes: options.resumeMaxBytes,
          answer: (read) => Queue.offer(inbox, read)
        })
        const state = yield* Ref.make(new Roster())
        const now = () => Number(clock.monotonicTimeNanosUnsafe()) / 1e6
        const wallNow = () => clock.currentTimeMillisUnsafe()
        const publisher = new Publisher(log, analytics, now, witness)
        const editor = new Editor(log, analytics, wallNow, witness)
        const floor = new Floor({
          log,
          analytics,
          now,
          witness,
          wallNow,
          ...options
        })
        // What the fiber has taken and not finished; survives a crash of its loop.
        let batch: ReadonlyArray<Command> = []
        let next = 0
        const flushers = new Map<Room, Fiber.Fiber<unknown, unknown>>()

        const handle = (roster: Roster, command: Command) => {
          switch (command._tag) {
            case "Publish":
              return publisher.take(roster, command)
            case "Announce":
              return publisher.announce(roster, floor.visit(roster, command.draft.roomId), command)
            case "Amend":
              return editor.take(roster, command)
            case "Purge":
              return editor.purge(command)
            case "Tick":
              return floor.tick(roster)
            case "Kept":
              publisher.release(roster)
              return editor.release(roster)
            case "PastRead":
              return floor.recalled(roster, command)
            default:
              return floor.handle(roster, command)
          }
        }

        /** A command that throws is answered and set aside; the next one is handled. */
        const safely = <A extends Command>(
          roster: Roster,
          command: A,
          how: (roster: Roster, command: A) => void
        ): Effect.Effect<void> | undefined => {
          try {
            how(roster, command)
            return undefined
          } catch (defect) {
            if (command._tag === "Amend" || command._tag === "Purge") editor.poisoned(roster, command)
            else publisher.poisoned(roster, command)
            return Effect.logError("command set aside", { command: command._tag }, defect)
          }
        }

        const flushed = (ingress: ReadonlyArray<number>, at: number, shed: number) => {
          for (const since of ingress) analytics.record({ _tag: "fannedOut", ms: Math.max(0, at - since) })
          if (shed > 0) analytics.record({ _tag: "ephemeralShed", count: shed })
        }

        /** Rooms with people have a flusher, others have none. */
        const staff = Effect.fnUntraced(function* () {
          for (const room of floor.opened.splice(0)) {
            if (flushers.has(room) || room.seats.size === 0) continue
            const fiber = yield* flusher(room, {
              sliceMs: options.flushSliceMs,
              pause: pacer.pause,
              flushed
            }).pipe(supervise("flusher"))
            flushers.set(room, fiber)
          }
          for (const room of floor.closed.splice(0)) {
            const fiber = flushers.get(room)
            if (fiber === undefined || room.seats.size > 0) continue
            flushers.delete(room)
            yield* Fiber.interrupt(fiber)
          }
        })

        const turn = Effect.gen(function* () {
          const roster = yield* Ref.get(state)
          const fresh = next >= batch.length && !publisher.busy && !editor.busy
          // what waited for its room goes in whether or not something comes in, and so does the rest of a purge
          const goesOn = floor.recollection.thaws || editor.goesOn
          if (fresh && !(goesOn && Queue.sizeUnsafe(inbox) === 0)) {
            batch = yield* Queue.takeBetween(inbox, 1, BATCH)
            next = 0
          }
          yield* fault("hub/taken")
          while (next < batch.length) {
            const command = batch[next++]!
            const failed = safely(roster, command, handle)
            if (failed !== undefined) yield* failed
          }
          // after a crash the log may have part of the turn already
          const thawed = fresh ? floor.recollection.thaw(BATCH) : []
          const failures = thawed.map((waited) => safely(roster, waited, (_, command) => publisher.admit(command)))
          for (const failed of failures) if (failed !== undefined) yield* failed
          yield* publisher.append
          yield* editor.append
          yield* fault("hub/appended")
          publisher.settle(roster)
          editor.settle(roster)
          floor.announce(roster)
          for (const request of floor.recollection.requests.splice(0)) recall(request)
          if (floor.opened.length > 0 || floor.closed.length > 0) yield* staff()
          roster.release()
          floor.report()
          yield* fault("hub/settled")
          // a turn costs few steps, so without this the fiber would go on for hundreds of turns
          yield* Effect.yieldNow
        })

        yield* log.keeping.moved.pipe(
          Effect.andThen(Queue.offer(inbox, { _tag: "Kept" })),
          Effect.forever({ disableYield: true }),
          supervise("acknowledgements")
        )
        yield* Effect.addFinalizer(() => Effect.sync(() => floor.report()))
        yield* turn.pipe(Effect.forever({ disableYield: true }), supervise("hub"))
        yield* Effect.sync(() => Queue.offerUnsafe(inbox, { _tag: "Tick" })).pipe(
          Effect.andThen(Effect.sleep(TICK_MS)),
          Effect.forever({ disableYield: true }),
          supervise("hub clock")
        )

        return Hub.of({
          submit: (command) => Queue.offerUnsafe(inbox, command),
          insist: (command) => Effect.asVoid(Queue.offer(inbox, command)),
          knows: (roomId, userId, messageId) => log.find(roomId)?.find(idempotencyKey(userId, messageId)) !== undefined,
          takes: (roomId) => {
            const { rooms } = Ref.getUnsafe(state)
            return rooms.size < options.maxRooms || rooms.has(roomId)
          },
          exists: (roomId) => Ref.getUnsafe(state).rooms.has(roomId) || log.tail(roomId).head > 0,
          refused: (reason) => analytics.record({ _tag: "rejected", reason }),
          members: (roomId) => Ref.getUnsafe(state).rooms.get(roomId)?.presence.size ?? 0,
          populated: () => populated(Ref.getUnsafe(state)),
          size: Effect.map(Ref.get(state), ({ clients, rooms }) => ({ clients: clients.size, rooms: rooms.size }))
        })
      })
    )
}
