import { Effect } from "effect"
import type { RollupKey } from "../store/Rollup.ts"

/** Says which rollups cannot be read and are therefore taken for none; a few of them say enough. */
export const logUnreadable = (keys: ReadonlyArray<RollupKey>): Effect.Effect<void> =>
  Effect.logError("figures cannot be read and are left out; `hubbub analytics rebuild` counts what was said again", {
    count: keys.length,
    rollups: keys.slice(0, 20).map(({ scope, start, tier }) => `${scope}${tier} ${new Date(start).toISOString()}`)
  })
