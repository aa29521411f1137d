/** The sign before the name of a room: what kind it is of, or who it is with. */
import { Avatar } from "../ui/Avatar.tsx"
import { Icon } from "../ui/Icon.tsx"
import type { ListedRoom } from "./ChatContext.ts"

export const RoomSign = ({ kind, name, peerId }: Pick<ListedRoom, "kind" | "name" | "peerId">) => {
  if (kind === "direct") return <Avatar userId={peerId ?? name} name={name} size={1.5} />
  return <Icon name={kind === "public" ? "hash" : "lock"} size={18} />
}
