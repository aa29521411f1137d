/** Which bursts of messages were answered, and when. */
import type { DemoMessage } from "../../src/demo/DemoEvent.ts"

const DAY = 86_400_000

/** At the moment of the answer, or at the one from which on there is none. */
export interface Outcome {
  readonly at: number
  readonly roomId: string
  /** How long the answer took; nothing where there is none. */
  readonly seconds: number | undefined
}

/**
 * `messages`: of people, of all rooms, in the order of time. A burst is messages of one author in a room, each at most 24 h after the one
 * before, with no other author between; everyone who is `anonymous` is one author. Whether a burst is answered is known when its 24 h are
 * over, so what is still open at `computedAt` is neither.
 */
export const responsesOf = (messages: ReadonlyArray<DemoMessage>, computedAt: number): ReadonlyArray<Outcome> => {
  const outcomes: Array<Outcome> = []
  for (const [roomId, said] of Map.groupBy(messages, (message) => message.roomId)) {
    said.forEach((message, i) => {
      const next = said[i + 1]
      const soon = next !== undefined && next.at - message.at <= DAY
      if (soon && next.userId === message.userId) return
      if (soon) outcomes.push({ at: next.at, roomId, seconds: (next.at - message.at) / 1000 })
      else if (message.at + DAY <= computedAt) outcomes.push({ at: message.at + DAY, roomId, seconds: undefined })
    })
  }
  return outcomes.toSorted((a, b) => a.at - b.at)
}
