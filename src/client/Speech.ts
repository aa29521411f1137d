/** Saying things in a room, and taking them back: at once in its list, and kept once the server says so. */
import type { Ack } from "./Frame.ts"
import { HubbubError } from "./HubbubError.ts"
import type { Lane, SayOptions, SendOptions } from "./Outbox.ts"
import { refused } from "./quiet.ts"
import type { Row } from "./Row.ts"
import type { Scene } from "./Scene.ts"
import type { Subscription } from "./Subscription.ts"
import type { Timeline } from "./Timeline.ts"
import type { Waiting } from "./Waiters.ts"

/** A message: its row, or its id, which means the newest of the list that has it. */
export type Target = string | Pick<Row, "messageId" | "at">

export interface Speech {
  /** Says something, at once in the list; done once it is kept. Joins the room if need be. */
  send(content: string, options?: SayOptions): Promise<Ack>
  /** Says once more what failed, under the same id. */
  retry(messageId: string, options?: SendOptions): Promise<Ack>
  /** Takes what failed out of the list. */
  discard(messageId: string): void
  edit(target: Target, content: string, options?: Pick<SendOptions, "mentions"> & Waiting): Promise<Ack>
  delete(target: Target, waiting?: Waiting): Promise<Ack>
  /** Reacts with one emoji, or takes that back. */
  react(target: Target, emoji: string, remove?: boolean, waiting?: Waiting): Promise<Ack>
}

/** As the room drives it: `silence` fails what waits and has not left. */
interface HeldSpeech extends Speech {
  silence(error: HubbubError): void
}

/** `spoke`: one is about to have written. */
export const createSpeech = (
  { calls, clock, outbox, self, state }: Scene,
  timeline: Timeline,
  subscription: Subscription,
  spoke: () => void
): HeldSpeech => {
  const { roomId } = state

  /** What is told to a room that one comes back to may find one not there yet. */
  const due = () => (state.status === "joining" ? Infinity : 0)

  const lane: Lane = {
    name: `#${roomId}`,
    due,
    wanted: subscription.wanted,
    queued: (said) => {
      const { userId, username } = self()
      timeline.queued({
        ...said,
        type: "chat",
        key: said.messageId,
        status: "pending",
        timestamp: new Date(clock.now()).toISOString(),
        roomId,
        userId,
        username
      })
    },
    settled: timeline.settled
  }

  const send = (content: string, options: SayOptions = {}) => {
    void subscription.join({})
    spoke()
    return outbox.send(lane, { type: "chat", roomId }, content, options)
  }

  const failed = (messageId: string) =>
    timeline.rows().find((one) => one.messageId === messageId && one.status === "failed")

  /** Where a message stands spares the server a search. */
  const about = (target: Target) => {
    const { at, messageId }: Pick<Row, "messageId" | "at"> =
      typeof target === "string"
        ? (timeline.rows().findLast((one) => one.messageId === target) ?? { messageId: target })
        : target
    return { roomId, messageId, at }
  }

  return {
    send,
    retry: (messageId, options) => {
      const row = failed(messageId)
      if (!row) return refused(new HubbubError("not_found"))
      return send(row.content, { ...row, ...options, messageId })
    },
    discard: (messageId) => {
      if (failed(messageId)) lane.settled(messageId, undefined)
    },
    edit: (target, content, { mentions, ...waiting } = {}) =>
      calls.call({ type: "edit", ...about(target), content, mentions }, "ack", waiting),
    delete: (target, waiting) => calls.call({ type: "delete", ...about(target) }, "ack", waiting),
    react: (target, emoji, remove, waiting) =>
      calls.call({ type: "react", ...about(target), emoji, remove }, "ack", waiting, due),
    silence: (error) => outbox.end(error, lane)
  }
}
