/** Why a token does not let its bearer in. No text here has any part of the token in it. */
import { Data } from "effect"

const texts = {
  missing: "a token is needed here",
  off: "tokens are not taken here",
  malformed: "this is not a signed token",
  algorithm: "the token is signed by an algorithm that is not taken here",
  unknown: "this key is not one of those that are taken here",
  key: "the token is signed with a key that its issuer does not have",
  signature: "the signature of the token is wrong",
  expired: "the token has expired",
  early: "the token is not valid yet",
  audience: "the token is for someone else",
  issuer: "the token is from someone else",
  claims: "the token does not say what it has to",
  revoked: "the token was revoked"
} as const

export type RefusalReason = keyof typeof texts

export class TokenRefused extends Data.TaggedError("TokenRefused")<{
  readonly reason: RefusalReason
  /** Which claim is wrong, for who made the token. */
  readonly detail?: string
}> {
  /** One line that may go into a header. */
  get summary(): string {
    return texts[this.reason]
  }

  override get message() {
    return this.detail === undefined ? this.summary : `${this.summary}: ${this.detail}`
  }

  /** `code` of the problem document that says so. */
  get code(): string {
    return this.reason === "missing" ? "unauthorized" : "invalid_token"
  }

  /** The header that goes with 401 (RFC 6750 section 3). */
  get challenge(): string {
    const error = this.reason === "missing" ? "" : `, error="invalid_token", error_description="${this.summary}"`
    return `Bearer realm="hubbub"${error}`
  }
}
