/** Saying things in a room, and taking them back: at once in its list, and kept once the server says so. */
import type { Ack } from "./Frame.ts"
import type { House } from "./House.ts"
import { HubbubError } from "./HubbubError.ts"
import type { Lane, SendOptions } from "./Outbox.ts"
import { refused } from "./quiet.ts"
import type { Waiting } from "./Waiters.ts"
import type { Subscription } from "./Subscription.ts"
import type { Timeline } from "./Timeline.ts"
import { uuid } from "./uuid.ts"

export interface SayOptions extends SendOptions {
  /** A UUID; made where none is given. The same again is the same message. */
  readonly messageId?: string
  readonly replyTo?: string | undefined
}

export interface Speech {
  /** Says something, at once in the list; done once it is kept. Joins the room if need be. */
  send(content: string, options?: SayOptions): Promise<Ack>
  /** Says once more what failed, under the same id. */
  retry(messageId: string, options?: SendOptions): Promise<Ack>
  /** Takes what failed out of the list. */
  discard(messageId: string): void
  edit(messageId: string, content: string, waiting?: Waiting): Promise<Ack>
  delete(messageId: string, waiting?: Waiting): Promise<Ack>
  react(messageId: string, emoji: string, options?: Waiting & { readonly remove?: boolean | undefined }): Promise<Ack>
}

/** As the room drives it: `end` fails what waits and has not left. */
interface HeldSpeech {
  readonly speech: Speech
  end(error: HubbubError): void
}

/** `spoke`: one is about to have written. */
export const createSpeech = (
  roomId: string,
  house: House,
  timeline: Timeline,
  subscription: Subscription,
  changed: () => void,
  spoke: () => void
): HeldSpeech => {
  const { calls, outbox, settings } = house

  const lane: Lane = {
    ready: () => subscription.status === "joined",
    wanted: () => subscription.status === "joined" || subscription.status === "joining",
    queued: ({ content, messageId, replyTo }) => {
      const timestamp = new Date(settings.clock.now()).toISOString()
      const said = { messageId, roomId, type: "chat", ...house.self(), content, timestamp, replyTo } as const
      timeline.queued({ ...said, key: messageId, status: "pending" })
      changed()
    },
    settled: (messageId, outcome) => {
      timeline.settled(messageId, outcome)
      changed()
    }
  }

  const send = (content: string, { messageId = uuid(), replyTo, ...options }: SayOptions = {}) => {
    void subscription.join({})
    spoke()
    return outbox.send(lane, { type: "chat", roomId, content, messageId: messageId.toLowerCase(), replyTo }, options)
  }

  const failed = (messageId: string) =>
    timeline.rows().find((one) => one.messageId === messageId && one.status === "failed")

  /** Where a message of the list stands, which spares the server a search. */
  const target = (messageId: string) => {
    return { roomId, messageId, at: timeline.rows().findLast((one) => one.messageId === messageId)?.at }
  }

  return {
    speech: {
      send,
      retry: (messageId, options = {}) => {
        const row = failed(messageId)
        if (row === undefined) return refused(new HubbubError("not_found", "no such message failed"))
        return send(row.content, { ...options, messageId, replyTo: row.replyTo })
      },
      discard: (messageId) => {
        if (failed(messageId) === undefined) return
        timeline.settled(messageId, undefined)
        changed()
      },
      edit: (messageId, content, waiting) =>
        calls.call({ type: "edit", ...target(messageId), content }, "ack", waiting),
      delete: (messageId, waiting) => calls.call({ type: "delete", ...target(messageId) }, "ack", waiting),
      react: (messageId, emoji, { remove, ...waiting } = {}) =>
        calls.call({ type: "react", roomId, messageId, emoji, remove }, "ack", waiting)
    },
    end: (error) => outbox.end(error, lane)
  }
}
