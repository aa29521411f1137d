/** Not being heard, in one room or everywhere. */
import type { Frame } from "./Frame.ts"

/** Until when one may not speak, for good where that is not said. */
export interface Mute {
  /** As in `2025-12-30T10:30:00.000Z`. */
  readonly until: string | undefined
  readonly reason: string | undefined
}

/** What a frame says of it; nothing where it is over. */
export const muteOf = (frame: Frame<"muted"> | Frame<"unmuted">): Mute | undefined => {
  if (frame.type === "unmuted") return undefined
  const { reason, until } = frame
  return { until, reason }
}
