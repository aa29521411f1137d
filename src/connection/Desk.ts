/** Serves what a client asks for that is looked up or written down first: changes of messages, private rooms, what moderators order. */
import { Effect } from "effect"
import type { ClientFrame, Ref } from "../domain/ClientFrame.ts"
import { type ProtocolError, refusal } from "../domain/ProtocolError.ts"
import { anyGroup, isPrivateRoom, type RoomId } from "../domain/RoomId.ts"
import type { ServerFrame } from "../domain/ServerFrame.ts"
import { anonymous, type UserId } from "../domain/UserId.ts"
import type { Client } from "../hub/Client.ts"
import { Rights } from "../identity/Rights.ts"
import type { Moderation, Moderator } from "../moderation/Moderation.ts"
import { type Group, noMember, type PrivateRooms } from "../private/PrivateRooms.ts"
import type { Amender } from "./Amender.ts"
import type { Connections } from "./Connections.ts"
import type { Errands } from "./Errands.ts"
import type { Judge } from "./Gate.ts"

/** What all desks serve from. */
export interface Services {
  readonly moderation: Moderation | undefined
  readonly amender: Amender["Service"]
  readonly judge: Judge | undefined
  readonly privateRooms: PrivateRooms | undefined
  readonly connections: Connections["Service"]
}

type Change = Extract<ClientFrame, { readonly type: "edit" | "delete" }>

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

const moderatorOf = (userId: UserId, rights: Rights): Moderator => ({
  userId,
  name: userId,
  via: "socket",
  moderates: (roomId) => (roomId === undefined ? rights.everywhere : rights.enter(roomId))
})

export class Desk {
  private readonly client: Client
  private readonly services: Services
  private readonly errands: Errands
  private readonly refuse: (error: ProtocolError, ref: Ref | undefined) => void
  /** Whether the client may no longer be heard. */
  private readonly expired: () => boolean

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
  change(frame: Change, rights: Rights | undefined): ProtocolError | undefined {
    return this.begin(
      frame.ref,
      Effect.andThen(
        this.reachable(frame.roomId),
        Effect.suspend(() => (frame.type === "edit" ? this.edit(frame, rights) : this.amend(frame, rights)))
      )
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

  private amend(frame: Change, rights: Rights | undefined): Effect.Effect<void, ProtocolError> {
    const { amender, moderation } = this.services
    const { userId } = this.client.identity
    const { messageId, roomId } = frame
    const asking = { client: this.client, rights: rights ?? Rights.open, moderates: rights?.moderates === true }
    return Effect.flatMap(amender.amend({ ...asking, ref: frame.ref }, frame), (author) =>
      author === userId || moderation === undefined || rights === undefined
        ? Effect.void
        : moderation.noted({ action: "delete", roomId, messageId, userId: author }, moderatorOf(userId, rights))
    )
  }

  /** Why moderators do not let a message of a room be changed by its author now. */
  private shut(roomId: RoomId, exempt: boolean): ProtocolError | undefined {
    const { moderation } = this.services
    const { userId } = this.client.identity
    const silenced = moderation?.silences(userId, roomId, exempt)
    return moderation?.bars(userId, roomId) ?? (silenced?.code === "slow_mode" ? undefined : silenced)
  }

  /** An edit is held to what a message is held to, but for slow mode: who mends a word has waited already. */
  private edit(
    frame: Extract<Change, { readonly type: "edit" }>,
    rights: Rights | undefined
  ): Effect.Effect<void, ProtocolError> {
    const { judge, moderation, privateRooms } = this.services
    const { content, messageId, roomId } = frame
    const { userId, username } = this.client.identity
    const exempt = rights?.moderates === true
    const shut = this.shut(roomId, exempt) ?? (exempt ? undefined : moderation?.screens(content))
    if (shut !== undefined) return Effect.fail(shut)
    const may = privateRooms?.mayWrite(userId, roomId)
    if (may !== undefined && may !== "unknown") return Effect.fail(may)
    const permitted =
      may === "unknown" && privateRooms !== undefined ? privateRooms.permits(userId, roomId) : Effect.void
    if (judge === undefined) return Effect.andThen(permitted, this.amend(frame, rights))
    // the judge takes its time, in which much may be ordered
    const amended = (judged: typeof frame) =>
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
