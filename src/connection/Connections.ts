/** Every connection there is, by whose it is: to end them, to tell them something, and to show them. */
import { Context, Layer } from "effect"
import type { CloseReason } from "../domain/CloseReason.ts"
import type { RoomId } from "../domain/RoomId.ts"
import type { UserId } from "../domain/UserId.ts"
import type { Client } from "../hub/Client.ts"

export interface Known {
  readonly client: Client
  /** Milliseconds since 1970 at which it came. */
  readonly since: number
  /** Whether its token, if it has one, is for a room. */
  enters(roomId: RoomId): boolean
  end(reason: CloseReason): void
}

export class Connections extends Context.Service<
  Connections,
  {
    add(connection: Known): void
    remove(connection: Known): void
    /** Those of one user, none where there are none. */
    of(userId: UserId): Iterable<Known>
    readonly all: Iterable<Known>
  }
>()("hubbub/connection/Connections") {
  static readonly layer = Layer.sync(Connections, () => {
    const users = new Map<UserId, Set<Known>>()
    function* all() {
      for (const connections of users.values()) yield* connections
    }
    return Connections.of({
      add: (connection) => {
        const { userId } = connection.client.identity
        const known = users.get(userId)
        if (known === undefined) users.set(userId, new Set([connection]))
        else known.add(connection)
      },
      remove: (connection) => {
        const { userId } = connection.client.identity
        const known = users.get(userId)
        if (known?.delete(connection) === true && known.size === 0) users.delete(userId)
      },
      of: (userId) => users.get(userId) ?? [],
      all: { [Symbol.iterator]: all }
    })
  })
}
