/** How messages are gathered, and how the server stops. */
import { decimal, whole } from "./Setting.ts"

const DAY = 86_400_000

export const paceSettings = {
  pacingMaxMs: whole(
    "PACING_MAX_MS",
    16,
    0,
    1000,
    "Longest a busy room waits between two flushes; 0 switches pacing off."
  ),
  pacingTarget: decimal(
    "PACING_TARGET",
    0.5,
    0.1,
    1,
    "Share of time the event loop may be busy before rooms begin to wait."
  ),
  flushSliceMs: whole(
    "FLUSH_SLICE_MS",
    4,
    0,
    1000,
    "Milliseconds one room may write before others get their turn; 0 for no limit."
  ),
  drainWindowMs: whole("DRAIN_WINDOW_MS", 5000, 0, DAY, "Milliseconds over which clients are sent away on SIGTERM."),
  drainGraceMs: whole(
    "DRAIN_GRACE_MS",
    8000,
    0,
    DAY,
    "Milliseconds after SIGTERM at which the process ends whatever is left."
  )
} as const
