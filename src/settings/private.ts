/** Rooms of members only. */
import { whole } from "./Setting.ts"

export const privateSettings = {
  groupMembersMax: whole("GROUP_MEMBERS_MAX", 200, 2, 500, "Members that a group may have."),
  groupsPerUser: whole(
    "GROUPS_PER_USER",
    1000,
    1,
    10_000,
    "Groups made by one user that may be there at a time, whoever is in them; beyond, who makes another one is answered forbidden."
  )
} as const
