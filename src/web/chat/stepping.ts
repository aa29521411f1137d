/** Which room comes next in the list, round about. */
import type { ListedRoom } from "./ChatContext.ts"

interface Step {
  readonly by: 1 | -1
  /** Only where something is unread. */
  readonly unread: boolean
}

/** Nothing where there is no other. */
export const stepping = (
  rooms: ReadonlyArray<ListedRoom>,
  current: string | undefined,
  { by, unread }: Step
): string | undefined => {
  const at = rooms.findIndex(({ roomId }) => roomId === current)
  const from = at < 0 && by < 0 ? 0 : at
  for (let step = 1; step <= rooms.length; step++) {
    const room = rooms[(from + by * step + rooms.length * 2) % rooms.length]
    if (room === undefined || room.roomId === current) continue
    if (!unread || (room.unread > 0 && !room.muted)) return room.roomId
  }
  return undefined
}
