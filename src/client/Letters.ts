/** What is between users rather than in rooms that anyone may enter: writing to one, groups, blocking. */
import type { Ack, Frame, Outgoing } from "./Frame.ts"
import type { House } from "./House.ts"
import type { Lane } from "./Outbox.ts"
import { quiet } from "./quiet.ts"
import type { Waiting } from "./Waiters.ts"
import type { SayOptions } from "./Speech.ts"
import { uuid } from "./uuid.ts"

export interface GroupOptions extends Waiting {
  readonly title?: string | undefined
  /** Users who may come in. */
  readonly invite?: ReadonlyArray<string> | undefined
}

export interface Letters {
  /** Writes to one user, in the room of the two that the answer names. */
  direct(userId: string, content: string, options?: SayOptions): Promise<Ack>
  /** One's private rooms. */
  conversations(waiting?: Waiting): Promise<Frame<"conversations">["rooms"]>
  /** Makes a private room. */
  group(options?: GroupOptions): Promise<Frame<"group">>
  invite(roomId: string, userId: string, waiting?: Waiting): Promise<Frame<"group">>
  /** Takes another one out of one's private room. */
  remove(roomId: string, userId: string, waiting?: Waiting): Promise<Frame<"group">>
  /** Leaves a private room for good. */
  quit(roomId: string, waiting?: Waiting): Promise<void>
  /** Those who are blocked then. */
  block(userId: string, waiting?: Waiting): Promise<ReadonlyArray<string>>
  unblock(userId: string, waiting?: Waiting): Promise<ReadonlyArray<string>>
  blocks(waiting?: Waiting): Promise<ReadonlyArray<string>>
}

/** `removed` is told of rooms that one has left. */
export const createLetters = (house: House, removed: (frame: Frame<"unsubscribed">) => void): Letters => {
  const { calls, outbox } = house
  /** To one user each, whatever room that is. */
  const lanes = new Map<string, Lane>()
  const laneTo = (userId: string): Lane => {
    const known = lanes.get(userId)
    if (known !== undefined) return known
    // it is in no list until its room is known
    const lane: Lane = { ready: house.isLive, wanted: () => true, queued() {}, settled() {} }
    lanes.set(userId, lane)
    return lane
  }

  const blocked = (frame: Extract<Outgoing, { readonly type: "block" | "unblock" | "blocks" }>, waiting?: Waiting) =>
    quiet(calls.call(frame, "blocks", waiting).then(({ userIds }) => userIds))

  return {
    direct: (to, content, { messageId = uuid(), replyTo, ...options } = {}) =>
      outbox.send(laneTo(to), { type: "direct", to, content, messageId: messageId.toLowerCase(), replyTo }, options),
    conversations: (waiting) =>
      quiet(calls.call({ type: "conversations" }, "conversations", waiting).then(({ rooms }) => rooms)),
    group: ({ invite, title, ...waiting } = {}) => calls.call({ type: "group", title, invite }, "group", waiting),
    invite: (roomId, userId, waiting) => calls.call({ type: "invite", roomId, userId }, "group", waiting),
    remove: (roomId, userId, waiting) => calls.call({ type: "remove", roomId, userId }, "group", waiting),
    quit: (roomId, waiting) => quiet(calls.call({ type: "quit", roomId }, "unsubscribed", waiting).then(removed)),
    block: (userId, waiting) => blocked({ type: "block", userId }, waiting),
    unblock: (userId, waiting) => blocked({ type: "unblock", userId }, waiting),
    blocks: (waiting) => blocked({ type: "blocks" }, waiting)
  }
}
