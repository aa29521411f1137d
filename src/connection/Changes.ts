/** Looks whether a client may change a message now, or react to it, as it would be looked whether it may say something. */
import { Effect } from "effect"
import { type ProtocolError, refusal } from "../domain/ProtocolError.ts"
import { isPrivateRoom, type RoomId } from "../domain/RoomId.ts"
import { anonymous, type UserId } from "../domain/UserId.ts"
import type { Client } from "../hub/Client.ts"
import { Rights } from "../identity/Rights.ts"
import type { Moderation, Moderator } from "../moderation/Moderation.ts"
import type { PrivateRooms } from "../private/PrivateRooms.ts"
import type { Amender, Asked } from "./Amender.ts"
import type { Judge } from "./Gate.ts"

/** What decides about changes, and what makes them. */
export interface ChangeServices {
  readonly moderation: Moderation | undefined
  readonly amender: Amender["Service"]
  readonly judge: Judge | undefined
  readonly privateRooms: PrivateRooms | undefined
}

type Edit = Extract<Asked, { readonly type: "edit" }>
type React = Extract<Asked, { readonly type: "react" }>

const nameless = refusal("forbidden", "reactions are for users with a name of their own", "type")

/** A client as who gives orders. */
export const moderatorOf = (userId: UserId, rights: Rights): Moderator => ({
  userId,
  name: userId,
  via: "socket",
  moderates: (roomId) => (roomId === undefined ? rights.everywhere : rights.enter(roomId))
})

export class Changes {
  private readonly client: Client
  private readonly services: ChangeServices
  /** Whether the client may no longer be heard. */
  private readonly expired: () => boolean

  constructor(client: Client, services: ChangeServices, expired: () => boolean) {
    this.client = client
    this.services = services
    this.expired = expired
  }

  /** Has a message changed. The hub answers once that is kept; what fails here is for the caller to answer. */
  make(frame: Asked, rights: Rights | undefined): Effect.Effect<void, ProtocolError> {
    if (frame.type === "react" && this.client.identity.userId === anonymous) return Effect.fail(nameless)
    const make = Effect.suspend(() => {
      if (frame.type === "edit") return this.edit(frame, rights)
      return frame.type === "react" ? this.react(frame, rights) : this.amend(frame, rights)
    })
    return Effect.andThen(this.reachable(frame.roomId), make)
  }

  /** Whoever may not be in a private room is answered as for a message that never was. */
  private reachable(roomId: RoomId): Effect.Effect<void, ProtocolError> {
    if (!isPrivateRoom(roomId) || this.client.rooms.has(roomId)) return Effect.void
    const missing = refusal("not_found", "there is no such message", "messageId")
    const { privateRooms } = this.services
    const { userId } = this.client.identity
    if (privateRooms === undefined || userId === anonymous) return Effect.fail(missing)
    return Effect.flatMap(privateRooms.admits(userId, roomId), (admitted) =>
      admitted ? Effect.void : Effect.fail(missing)
    )
  }

  private amend(frame: Asked, rights: Rights | undefined): Effect.Effect<void, ProtocolError> {
    const { amender, moderation } = this.services
    const { userId } = this.client.identity
    const { messageId, roomId, type } = frame
    const moderates = rights?.moderates === true
    const asking = {
      client: this.client,
      rights: rights ?? Rights.open,
      moderates,
      // what one has said one may always take away
      forbidden: () => (type === "delete" ? undefined : this.shut(roomId, moderates))
    }
    return Effect.flatMap(amender.amend({ ...asking, ref: frame.ref }, frame), (author) =>
      frame.type !== "delete" || author === userId || moderation === undefined || rights === undefined
        ? Effect.void
        : moderation.noted({ action: "delete", roomId, messageId, userId: author }, moderatorOf(userId, rights))
    )
  }

  /** Why moderators do not let a user change something in a room now. Slow mode does: who mends a word or nods has waited already. */
  private shut(roomId: RoomId, exempt: boolean): ProtocolError | undefined {
    const { moderation } = this.services
    const { userId } = this.client.identity
    const silenced = moderation?.silences(userId, roomId, exempt)
    return moderation?.bars(userId, roomId) ?? (silenced?.code === "slow_mode" ? undefined : silenced)
  }

  /** Waits for the word that a user may write in a room, where it is private. */
  private permitted(roomId: RoomId): Effect.Effect<void, ProtocolError> {
    const { privateRooms } = this.services
    const { userId } = this.client.identity
    const may = privateRooms?.mayWrite(userId, roomId)
    if (may === undefined || privateRooms === undefined) return Effect.void
    return may === "unknown" ? privateRooms.permits(userId, roomId) : Effect.fail(may)
  }

  /** A reaction has no text to screen or to judge. */
  private react(frame: React, rights: Rights | undefined): Effect.Effect<void, ProtocolError> {
    const { roomId } = frame
    const make = Effect.suspend(() => {
      const shut = this.shut(roomId, rights?.moderates === true)
      return shut === undefined ? this.amend(frame, rights) : Effect.fail(shut)
    })
    return Effect.andThen(this.permitted(roomId), make)
  }

  /** An edit is held to what a message is held to, but for slow mode. */
  private edit(frame: Edit, rights: Rights | undefined): Effect.Effect<void, ProtocolError> {
    const { judge, moderation } = this.services
    const { content, messageId, roomId } = frame
    const { userId, username } = this.client.identity
    const exempt = rights?.moderates === true
    const shut = this.shut(roomId, exempt) ?? (exempt ? undefined : moderation?.screens(content))
    if (shut !== undefined) return Effect.fail(shut)
    const permitted = this.permitted(roomId)
    if (judge === undefined) return Effect.andThen(permitted, this.amend(frame, rights))
    // the judge takes its time, in which much may be ordered
    const amended = (judged: Edit) =>
      Effect.suspend(() => {
        const shut = this.shut(roomId, exempt)
        if (shut !== undefined) return Effect.fail(shut)
        return this.expired() ? Effect.void : this.amend(judged, rights)
      })
    const judged = Effect.flatMap(judge.ask({ roomId, userId, username, content, type: "edit", messageId }), (ruling) =>
      ruling._tag === "reject"
        ? Effect.fail(refusal("rejected", ruling.reason, "content"))
        : amended(ruling._tag === "rewrite" ? { ...frame, content: ruling.content } : frame)
    )
    return Effect.andThen(permitted, judged)
  }
}
