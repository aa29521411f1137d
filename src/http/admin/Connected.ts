/** Who is connected: to be shown, and to be sent away. */
import { Context } from "effect"
import type { CloseReason } from "../../domain/CloseReason.ts"
import type { RoomId } from "../../domain/RoomId.ts"
import type { UserId } from "../../domain/UserId.ts"
import type { Client } from "../../hub/Client.ts"

/** A connection. `since`: milliseconds since 1970 at which it came. */
export interface Guest {
  readonly client: Pick<Client, "identity"> & { readonly rooms: ReadonlyMap<RoomId, unknown> }
  readonly since: number
  end(reason: CloseReason): void
}

export interface Connected {
  of(userId: UserId): Iterable<Guest>
  readonly all: Iterable<Guest>
}

/** Nobody, unless a layer knows who is. */
export const Connected = Context.Reference<Connected>("hubbub/http/admin/Connected", {
  defaultValue: () => ({ of: () => [], all: [] })
})
