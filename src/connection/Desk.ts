/** Serves what a client asks for that is looked up or written down first: changes of messages, private rooms, what moderators order. */
import { Effect } from "effect"
import type { ClientFrame, Ref } from "../domain/ClientFrame.ts"
import { type ProtocolError, refusal } from "../domain/ProtocolError.ts"
import { anyGroup, type RoomId } from "../domain/RoomId.ts"
import type { ServerFrame } from "../domain/ServerFrame.ts"
import { anonymous } from "../domain/UserId.ts"
import type { Client } from "../hub/Client.ts"
import type { Rights } from "../identity/Rights.ts"
import { type Group, noMember } from "../private/PrivateRooms.ts"
import type { ReadMarkers } from "../reading/ReadMarkers.ts"
import type { Asked } from "./Amender.ts"
import { Changes, type ChangeServices, moderatorOf } from "./Changes.ts"
import type { Connections } from "./Connections.ts"
import type { Errands } from "./Errands.ts"
import { type Mark, mark } from "./Marks.ts"

/** What all desks serve from. */
export interface Services extends ChangeServices {
  readonly connections: Connections["Service"]
  readonly readMarkers: ReadMarkers | undefined
}

export type Petition = Extract<
  ClientFrame,
  {
    readonly type:
      | "moderate"
      | "group"
      | "invite"
      | "remove"
      | "quit"
      | "block"
      | "unblock"
      | "blocks"
      | "conversations"
  }
>

/** Private rooms that are listed at once; `GET /api/conversations` has them all, by pages. */
const LISTED_MAX = 1000
/** Milliseconds after which what found too much waiting is worth another try. */
const RETRY_MS = 250

const unserved = ({ type }: Petition) => refusal("not_supported", `${type} is not served here`, "type")

const nameless = refusal("forbidden", "private rooms and blocks are for users with a name of their own", "type")

const groupFrame = ({ members, owner, roomId, title }: Group, ref: Ref | undefined): ServerFrame => ({
  type: "group",
  ...(ref === undefined ? {} : { ref }),
  roomId,
  ...(title === undefined ? {} : { title }),
  owner,
  userIds: members
})

export class Desk {
  private readonly client: Client
  private readonly services: Services
  private readonly errands: Errands
  private readonly refuse: (error: ProtocolError, ref: Ref | undefined) => void
  /** Whether the client may no longer be heard. */
  private readonly expired: () => boolean
  private readonly changes: Changes

  constructor(
    client: Client,
    services: Services,
    errands: Errands,
    refuse: (error: ProtocolError, ref: Ref | undefined) => void,
    expired: () => boolean
  ) {
    this.client = client
    this.services = services
    this.errands = errands
    this.refuse = refuse
    this.expired = expired
    this.changes = new Changes(client, services, expired)
  }

  /** Serves a frame in its turn, or says at once why not. `rights` is what the client's token gives; none in open mode. */
  serve(frame: Petition, rights: Rights | undefined): ProtocolError | undefined {
    const { ref } = frame
    const work = frame.type === "moderate" ? this.moderate(frame, rights) : this.arrange(frame, rights)
    return this.begin(
      ref,
      Effect.map(work, (answer) => this.client.tell(answer))
    )
  }

  /** Has a message changed, in its turn. The hub answers once that is kept. */
  change(frame: Asked, rights: Rights | undefined): ProtocolError | undefined {
    return this.begin(frame.ref, this.changes.make(frame, rights))
  }

  /** Serves a frame about how far the client has read, in its turn. */
  mark(frame: Mark, rights: Rights | undefined): ProtocolError | undefined {
    const work = Effect.suspend(() => mark(this.client, this.services, rights, frame))
    return this.begin(
      frame.ref,
      Effect.map(work, (answer) => this.client.tell(answer))
    )
  }

  /** Goes on with `then` if the client may be in a private room. */
  enter(roomId: RoomId, ref: Ref | undefined, then: () => void): ProtocolError | undefined {
    const { userId } = this.client.identity
    const forbidden = noMember(roomId)
    const { privateRooms } = this.services
    if (privateRooms === undefined || userId === anonymous) return forbidden
    return this.begin(
      ref,
      Effect.flatMap(privateRooms.admits(userId, roomId), (admitted) =>
        admitted ? Effect.sync(then) : Effect.fail(forbidden)
      )
    )
  }

  /** Goes on with `then` if the client may write in a private room that it is in. */
  write(roomId: RoomId, ref: Ref | undefined, then: () => void): ProtocolError | undefined {
    const { privateRooms } = this.services
    if (privateRooms === undefined) return noMember(roomId)
    return this.begin(ref, Effect.map(privateRooms.permits(this.client.identity.userId, roomId), then))
  }

  /** Goes on with `then` in the room of the client and another user. */
  with(frame: Extract<ClientFrame, { readonly type: "direct" }>, then: (roomId: RoomId) => void) {
    const { userId } = this.client.identity
    const { privateRooms } = this.services
    if (privateRooms === undefined) return refusal("not_supported", "direct is not served here", "type")
    if (userId === anonymous || frame.to === anonymous) return nameless
    return this.begin(frame.ref, Effect.map(privateRooms.between(userId, frame.to), then))
  }

  private begin(ref: Ref | undefined, work: Effect.Effect<void, ProtocolError>): ProtocolError | undefined {
    const { client } = this
    const answered = Effect.suspend(() => (this.expired() ? Effect.void : work)).pipe(
      Effect.catch((error) => Effect.sync(() => this.refuse(error, ref))),
      Effect.andThen(Effect.sync(() => client.mailbox.flush()))
    )
    const crashed = () => {
      this.refuse(refusal("internal", "this could not be handled and was set aside"), ref)
      client.mailbox.flush()
    }
    if (this.errands.begin(answered, crashed)) return undefined
    return refusal("overloaded", "too much of what was asked for still waits", undefined, RETRY_MS)
  }

  private moderate(
    frame: Extract<Petition, { readonly type: "moderate" }>,
    rights: Rights | undefined
  ): Effect.Effect<ServerFrame, ProtocolError> {
    const { moderation } = this.services
    if (moderation === undefined) return Effect.fail(unserved(frame))
    if (rights?.moderates !== true) {
      return Effect.fail(refusal("forbidden", "moderate is for the roles moderator and admin", "type"))
    }
    const { userId } = this.client.identity
    const { ref, type: _, ...order } = frame
    return Effect.map(moderation.order(order, moderatorOf(userId, rights)), ({ until }) => ({
      type: "moderated",
      ...(ref === undefined ? {} : { ref }),
      ...order,
      ...(until === undefined ? {} : { until: new Date(until).toISOString() })
    }))
  }

  /** Why moderators do not let a group be made, or anybody be asked into one. */
  private silenced(title: string | undefined, rights: Rights | undefined): ProtocolError | undefined {
    const { moderation } = this.services
    const exempt = rights?.moderates === true
    const silenced = moderation?.silences(this.client.identity.userId, anyGroup, exempt)
    return silenced ?? (exempt || title === undefined ? undefined : moderation?.screens(title))
  }

  private arrange(
    frame: Exclude<Petition, { readonly type: "moderate" }>,
    rights: Rights | undefined
  ): Effect.Effect<ServerFrame, ProtocolError> {
    const { privateRooms } = this.services
    const { userId } = this.client.identity
    if (privateRooms === undefined) return Effect.fail(unserved(frame))
    if (userId === anonymous) return Effect.fail(nameless)
    const { ref } = frame
    const referred = ref === undefined ? {} : { ref }
    const blocked = (userIds: ReadonlyArray<typeof userId>): ServerFrame => ({ type: "blocks", ...referred, userIds })
    if (frame.type === "group" || frame.type === "invite") {
      const silenced = this.silenced(frame.type === "group" ? frame.title : undefined, rights)
      if (silenced !== undefined) return Effect.fail(silenced)
    }
    switch (frame.type) {
      case "group":
        return Effect.map(privateRooms.group(userId, frame.title, frame.invite ?? []), (group) =>
          groupFrame(group, ref)
        )
      case "invite":
        return Effect.map(privateRooms.invite(userId, frame.roomId, frame.userId), (group) => groupFrame(group, ref))
      case "remove":
      case "quit": {
        const removed = frame.type === "quit" ? userId : frame.userId
        return Effect.map(privateRooms.remove(userId, frame.roomId, removed), (group) =>
          group === undefined || removed === userId
            ? { type: "unsubscribed", ...referred, roomId: frame.roomId }
            : groupFrame(group, ref)
        )
      }
      case "block":
        return Effect.map(privateRooms.block(userId, frame.userId), blocked)
      case "unblock":
        return Effect.map(privateRooms.unblock(userId, frame.userId), blocked)
      case "blocks":
        return Effect.map(privateRooms.blocks(userId), blocked)
      default:
        return Effect.map(privateRooms.page(userId, LISTED_MAX, undefined), ({ conversations, next }) => ({
          type: "conversations",
          ...referred,
          rooms: conversations.filter(({ roomId }) => rights?.enter(roomId) !== false),
          hasMore: next !== undefined
        }))
    }
  }
}
