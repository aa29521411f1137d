/**
 * What is read aloud of what others say: a message by itself soon, several within a moment as their number, never more than one thing in
 * a while. The list of messages is not read by itself, since it is drawn anew by every scroll.
 */
import { cell, type Readable } from "../Cell.ts"

export interface Announcer extends Readable<string> {
  /** Something that was said, or happened, in the room that is shown. */
  message(text: string): void
  /** Anything else, read as it is. */
  announce(text: string): void
}

/** Milliseconds in which what comes is taken together. */
const GATHER_MS = 1000
/** Milliseconds that one thing is given to be read. */
const PAUSE_MS = 3000
/** Messages that are read one by one. */
const FEW = 2

export type Later = (ms: number, call: () => void) => void

const timeout: Later = (ms, call) => void setTimeout(call, ms)

export const createAnnouncer = (later: Later = timeout): Announcer => {
  const said = cell("")
  let messages: Array<string> = []
  let others: Array<string> = []
  let waiting = false

  const speak = () => {
    const news = messages.length > FEW ? [`${messages.length} new messages`] : messages
    const text = [...others, ...news].join(". ")
    messages = []
    others = []
    if (text === "") {
      waiting = false
      said.set("")
      return
    }
    // the same words again are read again only where they are other text
    said.set(text === said.getSnapshot() ? `${text}\u00a0` : text)
    later(PAUSE_MS, speak)
  }

  const begin = () => {
    if (waiting) return
    waiting = true
    later(GATHER_MS, speak)
  }

  return {
    subscribe: said.subscribe,
    getSnapshot: said.getSnapshot,
    message: (text) => {
      messages.push(text)
      begin()
    },
    announce: (text) => {
      others.push(text)
      begin()
    }
  }
}
