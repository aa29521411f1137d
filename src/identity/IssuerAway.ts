/** The issuer's keys are needed to check a token, and cannot be had now. */
import { Data } from "effect"

export class IssuerAway extends Data.TaggedError("IssuerAway")<{
  /** For operators, not for clients. */
  readonly why: string
  readonly retryAfterMs: number
}> {
  override get message() {
    return "the issuer of tokens does not answer; try again later"
  }
}
