/** Why an order is not carried out: something is missing from it or should not be in it, or it is not for this moderator to give. */
import { type Moderation, type ModerationAction, SLOW_MODE_MAX } from "../domain/Moderation.ts"
import { type ProtocolError, refusal } from "../domain/ProtocolError.ts"
import { isPrivateRoom } from "../domain/RoomId.ts"
import { anonymous } from "../domain/UserId.ts"
import type { Moderator } from "./Moderation.ts"

type Field = "userId" | "roomId" | "messageId" | "seconds"

/** What an action must say, and what it may say besides `reason`. */
const shapes: Readonly<
  Record<ModerationAction, { readonly needs: ReadonlyArray<Field>; readonly takes: ReadonlyArray<Field> }>
> = {
  ban: { needs: ["userId"], takes: ["roomId", "seconds"] },
  unban: { needs: ["userId"], takes: ["roomId"] },
  mute: { needs: ["userId"], takes: ["roomId", "seconds"] },
  unmute: { needs: ["userId"], takes: ["roomId"] },
  delete: { needs: ["roomId", "messageId"], takes: ["userId"] },
  purge: { needs: ["userId"], takes: ["roomId"] },
  slow_mode: { needs: ["roomId", "seconds"], takes: [] },
  freeze: { needs: ["roomId"], takes: [] },
  unfreeze: { needs: ["roomId"], takes: [] }
}

const FIELDS: ReadonlyArray<Field> = ["userId", "roomId", "messageId", "seconds"]

const against: ReadonlySet<ModerationAction> = new Set(["ban", "mute"])
const personal: ReadonlySet<ModerationAction> = new Set(["ban", "mute", "purge"])

const shapeProblem = (what: Moderation): ProtocolError | undefined => {
  const { action, seconds } = what
  const { needs, takes } = shapes[action]
  for (const field of FIELDS) {
    if (what[field] === undefined && needs.includes(field)) {
      return refusal("invalid_frame", `${field} is required to ${action}`, field)
    }
    // one that goes unheeded would have its sender believe in it
    if (what[field] !== undefined && !needs.includes(field) && !takes.includes(field)) {
      return refusal("invalid_frame", `${action} takes no ${field}`, field)
    }
  }
  if (seconds === undefined) return undefined
  if (action === "slow_mode" && seconds > SLOW_MODE_MAX) {
    return refusal("invalid_frame", `seconds must be 0 to ${SLOW_MODE_MAX}; 0 ends slow mode`, "seconds")
  }
  if (action !== "slow_mode" && seconds === 0) {
    return refusal("invalid_frame", "seconds must be at least 1; without it this is for good", "seconds")
  }
  return undefined
}

export const orderProblem = (what: Moderation, by: Moderator): ProtocolError | undefined => {
  const problem = shapeProblem(what)
  if (problem !== undefined) return problem
  const { action, roomId, userId } = what
  if (roomId !== undefined && isPrivateRoom(roomId)) {
    return refusal("forbidden_room", `not a member of room ${roomId}`, "roomId")
  }
  if (!by.moderates(roomId)) {
    const whose = roomId === undefined ? "orders for all rooms are" : `orders for room ${roomId} are`
    return refusal("forbidden", `${whose} for who moderates there`, "roomId")
  }
  if (userId === undefined) return undefined
  if (userId === anonymous && personal.has(action)) {
    return refusal("forbidden", `${anonymous} is not one user, so nobody can know who would be meant`, "userId")
  }
  if (userId === by.userId && against.has(action)) {
    return refusal("forbidden", `nobody can ${action} themselves`, "userId")
  }
  return undefined
}
