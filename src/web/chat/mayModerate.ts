/** Whether one's role lets one order what concerns others. */
import type { Client } from "../../client/index.ts"

export const mayModerate = (client: Client): boolean => {
  const role = client.getSnapshot().welcome?.role
  return role === "moderator" || role === "admin"
}
