/**
 * Finds what is to be changed, looks whether it may be, and hands it to the hub. Messages are changed by their authors; whoever moderates
 * may delete what others said, and everyone reacts to everyone's.
 */
import { Context, Effect, Layer } from "effect"
import type { ClientFrame, Ref } from "../domain/ClientFrame.ts"
import type { Message } from "../domain/Message.ts"
import type { MessageId } from "../domain/MessageId.ts"
import { mentionsOf } from "../domain/mentions.ts"
import { type ProtocolError, refusal } from "../domain/ProtocolError.ts"
import type { RoomId } from "../domain/RoomId.ts"
import { anonymous, type UserId } from "../domain/UserId.ts"
import type { Client } from "../hub/Client.ts"
import type { Command, Denied } from "../hub/Command.ts"
import { Hub } from "../hub/Hub.ts"
import type { Rights } from "../identity/Rights.ts"
import type { Change } from "../log/Amendment.ts"
import type { Entry } from "../log/Entry.ts"
import { History } from "../store/History.ts"
import type { HistoryUnavailable } from "../store/HistoryUnavailable.ts"
import type { UserPosition } from "../store/MessageStore.ts"
import type { TooManySearches } from "../store/Searches.ts"

/** A client that asks for a change. `moderates`: whether it may delete what others said in the rooms it may enter. */
export interface Asking {
  readonly client: Client
  readonly rights: Rights
  readonly moderates: boolean
  readonly ref: Ref | undefined
  /** Why the change is not allowed any more: asked once the message was found, which may take as long as a store does. */
  readonly forbidden: () => ProtocolError | undefined
}

export type Asked = Extract<ClientFrame, { readonly type: "edit" | "delete" | "react" }>

/** How much was purged. */
export interface Purged {
  readonly rooms: number
  readonly deleted: number
}

/** Milliseconds after which an overloaded hub is worth another try. */
const OVERLOAD_MS = 250
/** Messages read at a time for a purge, and gathered before their rooms are purged of them: a room is told as seldom as can be. */
const PAGE = 500
const GATHERED = 10_000
/** Messages of one id that are deleted at once. */
const REMOVED_AT_ONCE = 64

const notFound = refusal("not_found", "there is no such message", "messageId")
const forbidden = refusal("forbidden", "messages are for their authors to change", "messageId")
const overloaded = refusal("overloaded", "the server is busy", undefined, OVERLOAD_MS)

const unfound = (error: HistoryUnavailable | TooManySearches) =>
  error._tag === "TooManySearches"
    ? refusal("overloaded", "too many messages are being looked for", undefined, error.retryAfterMs)
    : unavailable(error)

const unavailable = ({ reason, retryAfterMs }: HistoryUnavailable) =>
  refusal("unavailable", reason, undefined, retryAfterMs)

const refusalOf = ({ error, message, retryAfterMs }: Denied) => refusal(error, message, undefined, retryAfterMs)

const changeOf = (frame: Asked): Change => {
  if (frame.type === "delete") return { kind: "deleted" }
  if (frame.type === "react") return { kind: "reacted", emoji: frame.emoji, removed: frame.remove === true }
  return { kind: "edited", content: frame.content, mentions: mentionsOf(frame.content, frame.mentions) }
}

const isDeleted = ({ json }: Entry) => {
  const { deleted }: Message = JSON.parse(json)
  return deleted === true
}

export class Amender extends Context.Service<
  Amender,
  {
    /**
     * Has the message of a frame changed, and answers whose it is. The hub answers the client once that is kept; what fails here is for the
     * caller to answer.
     */
    amend(asking: Asking, frame: Asked): Effect.Effect<UserId, ProtocolError>
    /**
     * Deletes a user's newest message of an id, or without one every message of it, on someone's behalf, who may; done once that is kept.
     * Answers how many are deleted by it: none that was before. Where it fails, some of it may be deleted.
     */
    remove(
      roomId: RoomId,
      messageId: MessageId,
      userId: UserId | undefined,
      by: UserId
    ): Effect.Effect<number, ProtocolError>
    /**
     * Deletes everything that a user has said by now, in one room or everywhere; done once that is kept. Where it fails, some of it may
     * be deleted; doing it again deletes the rest.
     */
    purge(userId: UserId, roomId: RoomId | undefined): Effect.Effect<Purged, ProtocolError>
  }
>()("hubbub/connection/Amender") {
  static readonly layer = Layer.effect(
    Amender,
    Effect.gen(function* () {
      const hub = yield* Hub
      const history = yield* History

      /** Waits for what the hub says to a command. */
      const told = <A>(command: (settled: (outcome: A | Denied) => void) => Command) =>
        Effect.callback<A, ProtocolError>((resume) => {
          const settled = (outcome: A | Denied) =>
            resume(isDenied(outcome) ? Effect.fail(refusalOf(outcome)) : Effect.succeed(outcome))
          if (!hub.submit(command(settled))) resume(Effect.fail(overloaded))
        })

      const amend = Effect.fnUntraced(function* (asking: Asking, frame: Asked) {
        const { client, moderates, ref, rights } = asking
        const { at, messageId, roomId } = frame
        const by = client.identity.userId
        if (!rights.enter(roomId)) return yield* Effect.fail(notFound)
        const reacts = frame.type === "react"
        const author = by === anonymous || reacts ? undefined : by
        const anyones = reacts || (moderates && frame.type === "delete")
        const search = { author, anyones, far: moderates && !reacts }
        const target = yield* Effect.mapError(history.find(roomId, messageId, at, search), unfound)
        if (target === undefined) return yield* Effect.fail(notFound)
        if (target.userId !== author && !anyones) return yield* Effect.fail(forbidden)
        const shut = asking.forbidden()
        if (shut !== undefined) return yield* Effect.fail(shut)
        const taken = hub.submit({ _tag: "Amend", client, ref, roomId, target, change: changeOf(frame), by })
        return yield* taken ? Effect.succeed(target.userId) : Effect.fail(overloaded)
      })

      /** Deletes messages, and answers how many of them were not deleted before; those are waited for as well, as they may not be kept yet. */
      const removeEach = (targets: ReadonlyArray<Entry>, by: UserId) =>
        Effect.forEach(
          targets,
          (target) =>
            told<undefined>((settled) => ({
              _tag: "Amend",
              client: undefined,
              ref: undefined,
              roomId: target.roomId,
              target,
              change: { kind: "deleted" },
              by,
              settled
            })),
          { concurrency: REMOVED_AT_ONCE, discard: true }
        ).pipe(Effect.as(targets.filter((target) => !isDeleted(target)).length))

      const remove = Effect.fnUntraced(function* (
        roomId: RoomId,
        messageId: MessageId,
        userId: UserId | undefined,
        by: UserId
      ) {
        if (userId !== undefined) {
          const search = { author: userId, far: true }
          const found = yield* Effect.mapError(history.find(roomId, messageId, undefined, search), unfound)
          return yield* found?.userId === userId ? removeEach([found], by) : Effect.fail(notFound)
        }
        const { beyond, remembered } = yield* history.findAll(roomId, messageId)
        // what is at hand does not wait for the rest to be found, which may be refused
        const deleted = yield* removeEach(remembered, by)
        const others = yield* Effect.mapError(beyond, unfound)
        if (remembered.length + others.length === 0) return yield* Effect.fail(notFound)
        return deleted + (yield* removeEach(others, by))
      })

      const purge = Effect.fnUntraced(function* (userId: UserId, only: RoomId | undefined) {
        const rooms = new Map<RoomId, Array<Entry>>()
        const purged = new Set<RoomId>()
        let gathered = 0
        let deleted = 0

        const purgeRoom = Effect.fnUntraced(function* (roomId: RoomId, targets: ReadonlyArray<Entry>) {
          const outcome = yield* told<{ readonly deleted: number }>((settled) => ({
            _tag: "Purge",
            roomId,
            userId,
            targets,
            settled
          }))
          deleted += outcome.deleted
          if (outcome.deleted > 0) purged.add(roomId)
        })
        const purgeRooms = Effect.fnUntraced(function* () {
          for (const [roomId, targets] of rooms) yield* purgeRoom(roomId, targets)
          rooms.clear()
          gathered = 0
        })

        let before: UserPosition | undefined
        while (true) {
          const page: ReadonlyArray<Entry> = yield* Effect.mapError(history.saidBy(userId, before, PAGE), unavailable)
          for (const entry of page) {
            if ((only !== undefined && entry.roomId !== only) || isDeleted(entry)) continue
            const targets = rooms.get(entry.roomId)
            if (targets === undefined) rooms.set(entry.roomId, [entry])
            else targets.push(entry)
            gathered++
          }
          before = page[0]
          if (page.length < PAGE) break
          if (gathered > GATHERED) yield* purgeRooms()
          yield* Effect.yieldNow
        }
        yield* purgeRooms()
        return { rooms: purged.size, deleted }
      })

      return Amender.of({ amend, remove, purge })
    })
  )
}

const isDenied = (outcome: unknown): outcome is Denied =>
  typeof outcome === "object" && outcome !== null && "error" in outcome
