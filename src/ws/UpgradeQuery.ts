/** The query of `/ws`, checked before the upgrade so that a mistake is an HTTP answer that names the field. */
import { randomUUID } from "node:crypto"
import { Result, Schema } from "effect"
import type { Dialect } from "../domain/ClientFrame.ts"
import { type ErrorCode, type ProtocolError, refusal } from "../domain/ProtocolError.ts"
import { analyticsRoom, globalRoom, ROOM_RULE, RoomId } from "../domain/RoomId.ts"
import { anonymous, type UserId, userIdProblem } from "../domain/UserId.ts"
import { normaliseUsername, type Username, usernameProblem } from "../domain/Username.ts"
import type { Identity } from "../hub/Client.ts"

export interface UpgradeQuery {
  readonly identity: Identity
  /** The room to begin in; `hubbub.v1` may begin in none. */
  readonly room: RoomId | undefined
  readonly history: number | undefined
}

const fail = (code: ErrorCode, message: string, field: string) => Result.fail(refusal(code, message, field))
const isRoomId = Schema.is(RoomId)

/** `maxHistory` bounds `history`. Parameters that are not known are ignored; an empty one is not the same as none. */
export const decodeUpgradeQuery = (
  query: URLSearchParams,
  dialect: Dialect,
  maxHistory: number
): Result.Result<UpgradeQuery, ProtocolError> => {
  const userId = query.get("userId") ?? anonymous
  const userProblem = userIdProblem(userId)
  if (userProblem !== undefined) return fail("invalid_user_id", userProblem, "userId")
  const username = normaliseUsername(query.get("username") ?? "Anonymous")
  const nameProblem = usernameProblem(username)
  if (nameProblem !== undefined) return fail("invalid_username", nameProblem, "username")
  const room = query.get("room") ?? (dialect === "plain" ? globalRoom : undefined)
  if (room !== undefined && !isRoomId(room)) return fail("invalid_room", ROOM_RULE.replace("roomId", "room"), "room")
  if (room === analyticsRoom && dialect === "plain") {
    return fail("invalid_room", "the room analytics is for clients that speak hubbub.v1", "room")
  }
  const history = query.get("history")
  if (history !== null && !(/^\d{1,4}$/.test(history) && Number(history) <= maxHistory)) {
    return fail("invalid_history", `history must be a whole number from 0 to ${maxHistory}`, "history")
  }
  return Result.succeed({
    identity: {
      connectionId: randomUUID(),
      // checked above, with the messages that name the field
      userId: userId as UserId,
      username: username as Username,
      dialect
    },
    room,
    history: history === null ? undefined : Number(history)
  })
}
