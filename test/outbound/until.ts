/** Waits, turn by turn of the real event loop, until something holds that nothing tells of. Moves no virtual time. */
import { Effect } from "effect"

const turn = Effect.promise(() => new Promise<void>((resolve) => setImmediate(resolve)))

const held = (holds: () => boolean): Effect.Effect<void> =>
  Effect.suspend(() => (holds() ? Effect.void : Effect.andThen(turn, held(holds))))

/** What follows at once, such as the beginning of a sleep, has happened as well: it is done within the next turns. */
export const until = (holds: () => boolean): Effect.Effect<void> =>
  held(holds).pipe(Effect.andThen(turn), Effect.andThen(turn))
