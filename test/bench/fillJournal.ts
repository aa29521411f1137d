/** Process of `replay`: writes messages of many rooms into a new journal, in batches as the hub would, and closes it in order. */
import { Effect } from "effect"
import { RoomId } from "../../src/domain/RoomId.ts"
import { type JournalOptions, open } from "../../src/log/journal/Journal.ts"
import { pastEntry } from "./pastEntry.ts"

export interface FillJournal {
  readonly journal: JournalOptions
  readonly messages: number
  readonly rooms: number
}

/** `appendSeconds` is the time inside `append` alone. */
export interface JournalFilled {
  readonly bytes: number
  readonly appendSeconds: number
}

/** Most messages that the hub hands to its log at once. */
const batchSize = 512

const fill = ({ journal: options, messages, rooms }: FillJournal) =>
  Effect.gen(function* () {
    const journal = yield* open(options, () => {})
    const ids = Array.from({ length: rooms }, (_, room) => RoomId.make(`past-${room}`))
    const from = Date.now() - messages
    let appendMillis = 0
    for (let first = 0; first < messages; first += batchSize) {
      const batch = Array.from({ length: Math.min(batchSize, messages - first) }, (_, offset) => {
        const nth = first + offset
        return pastEntry(ids[nth % rooms]!, journal.epoch, Math.floor(nth / rooms) + 1, from + nth)
      })
      const begun = performance.now()
      journal.append(batch)
      appendMillis += performance.now() - begun
    }
    return { bytes: journal.backlog, appendSeconds: appendMillis / 1000 }
  })

const task: FillJournal = JSON.parse(process.argv[2] ?? "{}")
const filled: JournalFilled = await Effect.runPromise(Effect.scoped(fill(task)))
console.log(JSON.stringify(filled))
