/** How an open journal refuses work. Nothing of the batch was kept in any of these cases. */
import { Data } from "effect"
import { errorCode, isFull } from "./errorCode.ts"

/** The disk has no space for the batch; a later append may succeed. `code`: the system error, such as `ENOSPC`. */
export class JournalFull extends Data.TaggedError("JournalFull")<{ readonly code: string }> {
  override get message() {
    return `no space left for the journal (${this.code})`
  }
}

/** The disk refused for another reason than space; `reason` is for operators. */
export class JournalFailed extends Data.TaggedError("JournalFailed")<{ readonly reason: string }> {
  override get message() {
    return this.reason
  }
}

/** The store is behind by as many bytes as the journal may keep for it. */
export class BacklogFull extends Data.TaggedError("BacklogFull")<{ readonly backlog: number }> {
  override get message() {
    return `the store has yet to take ${this.backlog} bytes of the journal, and no more may pile up`
  }
}

/** The refusal that a failed system call amounts to. */
export const failureOf = (error: unknown): JournalFull | JournalFailed =>
  isFull(error)
    ? new JournalFull({ code: errorCode(error) })
    : new JournalFailed({ reason: `the journal failed: ${error instanceof Error ? error.message : String(error)}` })
