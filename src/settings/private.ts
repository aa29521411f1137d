/** Rooms of members only. */
import { whole } from "./Setting.ts"

export const privateSettings = {
  groupMembersMax: whole("GROUP_MEMBERS_MAX", 200, 2, 500, "Members that a group may have.")
} as const
