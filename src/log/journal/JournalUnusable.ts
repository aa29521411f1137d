/** Why a journal could not be opened, as one line for an operator: what is wrong and what to do. */
import { Data } from "effect"
import { errorCode, isFull } from "./errorCode.ts"

export class JournalUnusable extends Data.TaggedError("JournalUnusable")<{ readonly message: string }> {
  /** Where a system call failed while the journal in `directory` was being opened. */
  static of(directory: string, error: unknown): JournalUnusable {
    if (error instanceof JournalUnusable) return error
    const code = errorCode(error)
    const at = `DATA_DIR ${directory}`
    if (isFull(error))
      return new JournalUnusable({ message: `${at} has no space left (${code}); free some and start again` })
    switch (code) {
      case "EACCES":
      case "EPERM":
      case "EROFS":
        return new JournalUnusable({
          message: `${at} cannot be written to (${code}); make it writable for this user or choose another DATA_DIR`
        })
      case "ENOTDIR":
      case "EEXIST":
        return new JournalUnusable({ message: `${at} is not a directory (${code}); choose another DATA_DIR` })
      default: {
        const [what] = (error instanceof Error ? error.message : String(error)).split("\n")
        return new JournalUnusable({ message: `${at} cannot be used: ${what}; repair that or choose another DATA_DIR` })
      }
    }
  }
}
