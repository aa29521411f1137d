/** Why a command did not do what it was asked to: one line that says what is wrong and what to do. */
import { Data } from "effect"

export class CommandFailed extends Data.TaggedError("CommandFailed")<{ readonly message: string }> {}
