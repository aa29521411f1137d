/** Who sees to clients of `hubbub.v1` that have just come into a room. Nobody, unless a layer gives one. */
import { Context } from "effect"
import type { Seat } from "./Client.ts"

export interface Usher {
  /** A client was told that it is in a room. Called by the hub, which does not wait; must not throw. */
  seated(seat: Seat): void
}

export const Usher = Context.Reference<Usher | undefined>("hubbub/hub/Usher", { defaultValue: () => undefined })
