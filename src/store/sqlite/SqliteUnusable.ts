/** The archive's file cannot be used, and trying again will not help: an operator has to do something. */
import { Data } from "effect"

/** `problem` is one line: which file, what is the matter, and what to do. */
export class SqliteUnusable extends Data.TaggedError("SqliteUnusable")<{ readonly problem: string }> {
  override get message() {
    return this.problem
  }
}
