/** What an admin wants revoked. */
import { Effect, Schema } from "effect"
import { UserId } from "../../domain/UserId.ts"
import { invalidBody } from "./Refusal.ts"

/** Milliseconds for which tokens are revoked where nothing is said: no token should be valid for longer. */
const LASTING_MS = 400 * 86_400_000
const TOKEN_ID_MAX = 256

const TOKEN_ID_RULE = `tokenId must be the jti of a token, of at most ${TOKEN_ID_MAX} characters`

export const Revoking = Schema.Struct({
  userId: Schema.optionalKey(UserId),
  tokenId: Schema.optionalKey(
    Schema.String.check(
      Schema.isMinLength(1, { message: TOKEN_ID_RULE }),
      Schema.isMaxLength(TOKEN_ID_MAX, { message: TOKEN_ID_RULE })
    )
  ),
  until: Schema.optionalKey(Schema.String)
})

/** The revocation that is meant, as of now (milliseconds since 1970). */
export const revocationOf = Effect.fnUntraced(function* (
  { tokenId, until, userId }: typeof Revoking.Type,
  now: number
) {
  if (userId === undefined && tokenId === undefined) {
    return yield* invalidBody("userId or tokenId is required", "userId")
  }
  const end = until === undefined ? now + LASTING_MS : Date.parse(until)
  if (!(end > now)) {
    return yield* invalidBody("until must be an instant to come, such as 2027-01-01T00:00:00Z", "until")
  }
  return {
    ...(userId === undefined ? {} : { userId }),
    ...(tokenId === undefined ? {} : { tokenId }),
    until: end
  }
})
