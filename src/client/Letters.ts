/** What is about users rather than one room: writing to one, groups, blocking, what is unread anywhere. */
import type { Ack, Frame, Outgoing } from "./Frame.ts"
import type { House } from "./House.ts"
import type { Lane, SayOptions } from "./Outbox.ts"
import { quiet } from "./quiet.ts"
import type { Waiting } from "./Waiters.ts"

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
  /** The rooms that one reads, and what is unread there. */
  unread(waiting?: Waiting): Promise<Frame<"unread">>
}

/** `removed` is told of rooms that one has left. */
export const createLetters = (house: House, removed: (frame: Frame<"unsubscribed">) => void): Letters => {
  const { calls, outbox } = house
  const blocked = (frame: Extract<Outgoing, { readonly type: "block" | "unblock" | "blocks" }>, waiting?: Waiting) =>
    quiet(calls.call(frame, "blocks", waiting).then(({ userIds }) => userIds))

  return {
    direct: (to, content, options) => {
      // it is in no list until its room is known
      const lane: Lane = { name: `@${to}`, ready: house.isLive, wanted: () => true, queued() {}, settled() {} }
      return outbox.send(lane, { type: "direct", to }, content, options)
    },
    conversations: (waiting) =>
      quiet(calls.call({ type: "conversations" }, "conversations", waiting).then(({ rooms }) => rooms)),
    group: ({ invite, title, ...waiting } = {}) => calls.call({ type: "group", title, invite }, "group", waiting),
    invite: (roomId, userId, waiting) => calls.call({ type: "invite", roomId, userId }, "group", waiting),
    remove: (roomId, userId, waiting) => calls.call({ type: "remove", roomId, userId }, "group", waiting),
    quit: (roomId, waiting) => quiet(calls.call({ type: "quit", roomId }, "unsubscribed", waiting).then(removed)),
    block: (userId, waiting) => blocked({ type: "block", userId }, waiting),
    unblock: (userId, waiting) => blocked({ type: "unblock", userId }, waiting),
    blocks: (waiting) => blocked({ type: "blocks" }, waiting),
    unread: (waiting) => calls.call({ type: "unread" }, "unread", waiting)
  }
}
