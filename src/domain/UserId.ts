/** Who a client is. In open mode the client says; the grammar keeps an id usable as a key and harmless in a log line. */
import { Schema } from "effect"
import { codePoints } from "./codePoints.ts"

const USER_ID_MAX = 64

const FORBIDDEN = /[\s\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\u2800\p{Default_Ignorable_Code_Point}]/u

/** Why an id is refused, or nothing. */
export const userIdProblem = (id: string): string | undefined => {
  const length = codePoints(id)
  if (length === 0) return "userId must not be empty"
  if (length > USER_ID_MAX) return `userId has ${length} code points; at most ${USER_ID_MAX} are allowed`
  if (FORBIDDEN.test(id)) return "userId must not contain white space, control or invisible characters"
  // two ids that look the same and sort apart would be two people
  if (id !== id.normalize("NFC")) return "userId must be in Unicode normalisation form C"
  return undefined
}

export const UserId = Schema.String.check(Schema.makeFilter((id) => userIdProblem(id))).pipe(Schema.brand("UserId"))
export type UserId = typeof UserId.Type

/** Whether an id is the server's own: `system`, and `bot:…` of what programs with API keys say. No client may have one. */
export const isHouseId = (id: string): boolean => id === "system" || id.startsWith("bot:")

/** The id of everyone who gives none; counted as connections, never as a user. */
export const anonymous = UserId.make("anonymous")
