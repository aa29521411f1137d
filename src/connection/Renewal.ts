/** Puts a new token in the place of a connection's old one. It is checked beside the connection's reader, one at a time. */
import { Cause, Effect, type Fiber } from "effect"
import type { Ref } from "../domain/ClientFrame.ts"
import { type ProtocolError, refusal } from "../domain/ProtocolError.ts"
import type { Client } from "../hub/Client.ts"
import type { Library } from "./Lookups.ts"
import type { Passport } from "./Passport.ts"
import type { Passports } from "./Passports.ts"

const RETRY_MS = 100

export class Renewal {
  private readonly client: Client
  private readonly passport: Passport
  private readonly passports: Passports["Service"]
  private readonly library: Library
  private readonly refuse: (error: ProtocolError, ref: Ref | undefined) => void
  private busy = false
  private fiber: Fiber.Fiber<void> | undefined

  constructor(
    client: Client,
    passport: Passport,
    passports: Passports["Service"],
    library: Library,
    refuse: (error: ProtocolError, ref: Ref | undefined) => void
  ) {
    this.client = client
    this.passport = passport
    this.passports = passports
    this.library = library
    this.refuse = refuse
  }

  /** Whether the token in place has expired. */
  get expired(): boolean {
    return !this.passports.valid(this.passport)
  }

  /** Begins to check a token, and answers once that is done; or says at once why not. */
  begin(token: string, ref: Ref | undefined): ProtocolError | undefined {
    if (this.busy) return refusal("rate_limited", "one token at a time", undefined, RETRY_MS)
    this.busy = true
    this.fiber = this.library.fork(this.check(token, ref))
    return undefined
  }

  /** Breaks off what is under way; nothing is answered any more. */
  stop(): void {
    this.fiber?.interruptUnsafe()
  }

  private check(token: string, ref: Ref | undefined): Effect.Effect<void> {
    const { client, passport, passports } = this
    return passports.renew(passport, token).pipe(
      // before the answer, which the client may answer with the next one
      Effect.onExit(() =>
        Effect.sync(() => {
          this.busy = false
        })
      ),
      Effect.map(() =>
        client.tell({ type: "refreshed", ...(ref === undefined ? {} : { ref }), expiresAt: passport.expiresAt })
      ),
      Effect.catchTags({
        TokenRefused: ({ message }) => Effect.sync(() => this.refuse(refusal("invalid_token", message, "token"), ref)),
        IssuerAway: ({ message, retryAfterMs }) =>
          Effect.sync(() => this.refuse(refusal("unavailable", message, undefined, retryAfterMs), ref))
      }),
      Effect.catchCause((cause) => {
        if (Cause.hasInterruptsOnly(cause)) return Effect.void
        return Effect.andThen(
          this.library.supervisor.noted("token", cause),
          Effect.sync(() => this.refuse(refusal("internal", "the token could not be checked"), ref))
        )
      }),
      Effect.andThen(Effect.sync(() => client.mailbox.flush()))
    )
  }
}
