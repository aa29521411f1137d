/** Who an HTTP request is from. */
import { Context } from "effect"
import type { UserId } from "../domain/UserId.ts"
import { Rights } from "./Rights.ts"

export interface Viewer {
  /** Whose token the request came with; nobody's in open mode, or where it came with an API key. */
  readonly userId: UserId | undefined
  readonly rights: Rights
  /** The name of the API key that the request came with. */
  readonly apiKey?: string
}

/** Nobody with no rights at all, wherever nothing has looked at the request yet. */
export const Viewer = Context.Reference<Viewer>("hubbub/identity/Viewer", {
  defaultValue: () => ({ userId: undefined, rights: Rights.none })
})
