/** The query of `/ws`, checked before the upgrade so that a mistake is an HTTP answer that names the field. */
import { randomUUID } from "node:crypto"
import { Result, Schema } from "effect"
import type { Dialect } from "../domain/ClientFrame.ts"
import { type ErrorCode, type ProtocolError, refusal } from "../domain/ProtocolError.ts"
import { analyticsRoom, globalRoom, ROOM_RULE, RoomId } from "../domain/RoomId.ts"
import { anonymous, isHouseId, type UserId, userIdProblem } from "../domain/UserId.ts"
import { normaliseUsername } from "../domain/nameRule.ts"
import { type Username, usernameProblem } from "../domain/Username.ts"
import type { Identity } from "../hub/Client.ts"
import type { Claims } from "../identity/Claims.ts"

export interface UpgradeQuery {
  readonly identity: Identity
  /** The room to begin in; `hubbub.v1` may begin in none. */
  readonly room: RoomId | undefined
  readonly history: number | undefined
}

const fail = (code: ErrorCode, message: string, field: string) => Result.fail(refusal(code, message, field))
const isRoomId = Schema.is(RoomId)

const nameOf = (query: URLSearchParams): Result.Result<Pick<Identity, "userId" | "username">, ProtocolError> => {
  const userId = query.get("userId") ?? anonymous
  const userProblem = userIdProblem(userId)
  if (userProblem !== undefined) return fail("invalid_user_id", userProblem, "userId")
  if (isHouseId(userId)) return fail("invalid_user_id", "userId must not be system, nor begin with bot:", "userId")
  const username = normaliseUsername(query.get("username") ?? "Anonymous")
  const nameProblem = usernameProblem(username)
  if (nameProblem !== undefined) return fail("invalid_username", nameProblem, "username")
  // checked above, with the messages that name the field
  return Result.succeed({ userId: userId as UserId, username: username as Username })
}

/**
 * `maxHistory` bounds `history`. Parameters that are not known are ignored; an empty one is not the same as none. With `claims`, the client
 * is who they say, and what the query says of that is not even looked at.
 */
export const decodeUpgradeQuery = (
  query: URLSearchParams,
  dialect: Dialect,
  maxHistory: number,
  claims?: Claims
): Result.Result<UpgradeQuery, ProtocolError> => {
  const who = claims === undefined ? nameOf(query) : Result.succeed(claims)
  if (Result.isFailure(who)) return Result.fail(who.failure)
  const { userId, username } = who.success
  const room = query.get("room") ?? (dialect === "plain" ? globalRoom : undefined)
  if (room !== undefined && !isRoomId(room)) return fail("invalid_room", ROOM_RULE.replace("roomId", "room"), "room")
  if (room === analyticsRoom && dialect === "plain") {
    return fail("invalid_room", "the room analytics is for clients that speak hubbub.v1", "room")
  }
  if (room !== undefined && claims?.rights.enter(room) === false) {
    return fail("forbidden_room", `the token is not for room ${room}`, "room")
  }
  const history = query.get("history")
  if (history !== null && !(/^\d{1,4}$/.test(history) && Number(history) <= maxHistory)) {
    return fail("invalid_history", `history must be a whole number from 0 to ${maxHistory}`, "history")
  }
  return Result.succeed({
    identity: { connectionId: randomUUID(), userId, username, dialect },
    room,
    history: history === null ? undefined : Number(history)
  })
}
