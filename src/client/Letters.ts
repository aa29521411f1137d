/** What is about users rather than one room: groups, blocking, what is unread anywhere. A module of its own, for who needs it. */
import type { Client } from "./Client.ts"
import type { Frame, Outgoing } from "./Frame.ts"
import { quiet } from "./quiet.ts"
import type { Waiting } from "./Waiters.ts"

export interface GroupOptions extends Waiting {
  readonly title?: string | undefined
  /** Users who may come in. */
  readonly invite?: ReadonlyArray<string> | undefined
}

/** Promises are rejected as those of the client are. */
export interface Letters {
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

export const lettersOf = ({ ask }: Client): Letters => {
  const blocked = (frame: Extract<Outgoing, { readonly type: "block" | "unblock" | "blocks" }>, waiting?: Waiting) =>
    quiet(ask(frame, "blocks", waiting).then(({ userIds }) => userIds))

  return {
    conversations: (waiting) =>
      quiet(ask({ type: "conversations" }, "conversations", waiting).then(({ rooms }) => rooms)),
    group: ({ invite, title, ...waiting } = {}) => ask({ type: "group", title, invite }, "group", waiting),
    invite: (roomId, userId, waiting) => ask({ type: "invite", roomId, userId }, "group", waiting),
    remove: (roomId, userId, waiting) => ask({ type: "remove", roomId, userId }, "group", waiting),
    // every connection is told apart from the answer, and this one as well
    quit: (roomId, waiting) => quiet(ask({ type: "quit", roomId }, "unsubscribed", waiting).then(() => undefined)),
    block: (userId, waiting) => blocked({ type: "block", userId }, waiting),
    unblock: (userId, waiting) => blocked({ type: "unblock", userId }, waiting),
    blocks: (waiting) => blocked({ type: "blocks" }, waiting),
    unread: (waiting) => ask({ type: "unread" }, "unread", waiting)
  }
}
