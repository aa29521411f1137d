/** What one client says: whether it may be said now, and its way to the hub. */
import type { ClientFrame, Ref } from "../domain/ClientFrame.ts"
import type { CloseReason } from "../domain/CloseReason.ts"
import { type ProtocolError, refusal } from "../domain/ProtocolError.ts"
import { anyDirect, isPrivateRoom, type RoomId } from "../domain/RoomId.ts"
import type { Client } from "../hub/Client.ts"
import type { Publish } from "../hub/Command.ts"
import type { Desk } from "./Desk.ts"
import type { Errands } from "./Errands.ts"
import { Gate } from "./Gate.ts"
import type { Library } from "./Lookups.ts"
import type { Passport } from "./Passport.ts"

/** What is said, wherever that is. */
type Said = Omit<Extract<ClientFrame, { readonly type: "chat" | "system" }>, "roomId">
type Direct = Extract<ClientFrame, { readonly type: "direct" }>

/** Who hears the client: answers it, and tells how it stands. */
export interface Listener {
  /** The client's passport; none in open mode. */
  readonly passport: Passport | undefined
  /** The room of a frame that names none. */
  readonly home: RoomId
  /** Whether the client may no longer be heard. */
  readonly expired: boolean
  /** Takes a message from what the user may send: 0, or the milliseconds to wait. */
  allowed(): number
  /** Monotonic milliseconds. */
  now(): number
  submit(message: Publish): CloseReason | undefined
  refuse(error: ProtocolError, ref: Ref | undefined): CloseReason | undefined
}

const hasty = (wait: number) => refusal("rate_limited", "too many messages", undefined, wait)

export class Speech {
  private readonly client: Client
  private readonly library: Library
  private readonly listener: Listener
  private readonly desk: Desk
  /** Between here and the hub where messages are judged before they are published. */
  private readonly gate: Gate | undefined

  constructor(client: Client, library: Library, listener: Listener, desk: Desk, errands: Errands) {
    this.client = client
    this.library = library
    this.listener = listener
    this.desk = desk
    const { judge } = library
    if (judge === undefined) return
    // what is decided later ends nobody for abuse: the frames were counted when they came
    this.gate = new Gate(
      judge,
      errands,
      (message) => this.judged(message),
      (error, { ref }) => void listener.refuse(error, ref)
    )
  }

  /** Publishes a message in a room. */
  say(said: Said, roomId: RoomId): CloseReason | undefined {
    const { client, library, listener } = this
    const { content, messageId, ref } = said
    const wait = listener.allowed()
    const unheard = wait > 0 ? hasty(wait) : this.unheard(content, roomId)
    if (unheard === undefined) return this.publish(said, roomId)
    // a repeat is answered as the first send was, whatever the limits say now
    const repeated = messageId !== undefined && library.hub.knows(roomId, client.identity.userId, messageId)
    return repeated ? this.publish(said, roomId) : listener.refuse(unheard, ref)
  }

  /** Publishes a message in the room of the client and another user, once everybody who has to hear of it is in there. */
  write(frame: Direct): CloseReason | undefined {
    const { listener } = this
    const wait = listener.allowed()
    // the room is not even opened by who may not speak anywhere
    const unheard = wait > 0 ? hasty(wait) : this.silenced(anyDirect)
    if (unheard !== undefined) return listener.refuse(unheard, frame.ref)
    const error = this.desk.with(frame, (roomId) => this.written(frame, roomId))
    return error === undefined ? undefined : listener.refuse(error, frame.ref)
  }

  private written({ to, ...said }: Direct, roomId: RoomId): void {
    const { passport } = this.listener
    const message = { ...said, type: "chat" } as const
    const refused = passport?.refuses({ ...message, roomId }, roomId) ?? this.unheard(said.content, roomId)
    if (refused === undefined) {
      this.seat(to, roomId)
      this.publish(message, roomId)
    } else this.listener.refuse(refused, said.ref)
  }

  /** Has all connections of the client's user and of another one enter a room. */
  private seat(other: Direct["to"], roomId: RoomId): void {
    const { connections, hub } = this.library
    for (const userId of new Set([this.client.identity.userId, other])) {
      for (const connection of connections.of(userId)) {
        const { client } = connection
        if (!connection.enters(roomId)) continue
        if (client.rooms.has(roomId) || this.library.moderation?.bars(userId, roomId) !== undefined) continue
        hub.submit({ _tag: "Subscribe", client, ref: undefined, roomId, after: undefined, history: 0, unasked: true })
      }
    }
  }

  /** Why moderators do not let this be said now. */
  private unheard(content: string, roomId: RoomId): ProtocolError | undefined {
    const { moderation } = this.library
    if (moderation === undefined) return undefined
    const { userId } = this.client.identity
    const exempt = this.listener.passport?.rights.moderates === true
    const refused = this.silenced(roomId) ?? (exempt ? undefined : moderation.screens(content))
    if (refused === undefined) moderation.spoke(userId, roomId)
    return refused
  }

  /** Why moderators do not let the client say anything in a room. */
  private silenced(roomId: RoomId): ProtocolError | undefined {
    const exempt = this.listener.passport?.rights.moderates === true
    return this.library.moderation?.silences(this.client.identity.userId, roomId, exempt)
  }

  private publish({ content, mentions, messageId, ref, replyTo, type }: Said, roomId: RoomId): CloseReason | undefined {
    const { client, library, listener } = this
    const said = { type, content, messageId, replyTo, mentions }
    const message: Publish = { _tag: "Publish", client, ref, roomId, ...said, arrivedAt: listener.now() }
    const { userId } = client.identity
    const problem = isPrivateRoom(roomId) ? library.privateRooms?.mayWrite(userId, roomId) : undefined
    if (problem === undefined) return this.pass(message)
    if (problem !== "unknown") return listener.refuse(problem, ref)
    const error = this.desk.write(roomId, ref, () => this.pass(message))
    return error === undefined ? undefined : listener.refuse(error, ref)
  }

  private pass(message: Publish): CloseReason | undefined {
    const { gate, listener } = this
    if (gate === undefined) return listener.submit(message)
    const error = gate.pass(message)
    return error === undefined ? undefined : listener.refuse(error, message.ref)
  }

  /** Publishes a message that was judged, unless the client may no longer say it. */
  private judged(message: Publish): void {
    const { client, content, ref, roomId, type } = message
    const { expired, home, passport } = this.listener
    if (expired) return
    const silenced = this.silenced(roomId)
    const may = isPrivateRoom(roomId) ? this.library.privateRooms?.mayWrite(client.identity.userId, roomId) : undefined
    const forbidden =
      passport?.refuses({ type, roomId, content }, home) ??
      // slow mode counts from when it came
      (silenced?.code === "slow_mode" ? undefined : silenced) ??
      (may === "unknown" ? undefined : may)
    if (forbidden === undefined) this.listener.submit(message)
    else this.listener.refuse(forbidden, ref)
  }
}
