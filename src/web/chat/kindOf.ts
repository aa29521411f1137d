/** Which of the three kinds a room is of, as its id says. */
import type { ListedRoom } from "./ChatContext.ts"

export const kindOf = (roomId: string): ListedRoom["kind"] => {
  if (roomId.startsWith("dm:")) return "direct"
  return roomId.startsWith("group:") ? "group" : "public"
}
