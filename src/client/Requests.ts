/**
 * What was asked of the server and is not answered yet. Each is answered once: by the frame that echoes its `ref`, by the end of the
 * connection, or by time. Synchronously, so that what an answer changes is in place before the next frame is read.
 */
import type { Frame, Incoming, Outgoing } from "./Frame.ts"
import { HubbubError } from "./HubbubError.ts"

export type Answer = Exclude<Incoming, Frame<"error">> | HubbubError

export interface Requests {
  /** Sends a frame; false where there is no connection. */
  ask(frame: Outgoing, answered: (answer: Answer) => void): boolean
  /** Whether the frame answered something. */
  settle(frame: Incoming): boolean
  /** The connection ended. */
  lost(): void
}

export const createRequests = (send: (frame: Outgoing) => boolean): Requests => {
  const open = new Map<unknown, (answer: Answer) => void>()
  let refs = 0
  return {
    ask: (frame, answered) => {
      const ref = ++refs
      open.set(ref, answered)
      if (send({ ...frame, ref })) return true
      open.delete(ref)
      return false
    },
    settle: (frame) => {
      const ref = "ref" in frame ? frame.ref : undefined
      const answered = open.get(ref)
      if (answered === undefined) return false
      open.delete(ref)
      answered(
        frame.type === "error" ? new HubbubError(frame.code, frame.message, frame.field, frame.retryAfterMs) : frame
      )
      return true
    },
    lost: () => {
      const all = [...open.values()]
      open.clear()
      for (const answered of all) answered(new HubbubError("disconnected", "the connection ended"))
    }
  }
}
