/** Whom one has blocked: they can neither write to one nor invite one. */
import type { Client } from "../../client/index.ts"
import { cell, type Readable } from "../Cell.ts"

/** None before it was asked for. */
export interface Blocked extends Readable<ReadonlyArray<string> | undefined> {
  /** Rejected with a HubbubError, as the others are. */
  load(): Promise<void>
  block(userId: string): Promise<void>
  unblock(userId: string): Promise<void>
}

export const createBlocked = (client: Client): Blocked => {
  const state = cell<ReadonlyArray<string> | undefined>(undefined)
  return {
    subscribe: state.subscribe,
    getSnapshot: state.getSnapshot,
    load: async () => state.set(await client.blocks()),
    block: async (userId) => state.set(await client.block(userId)),
    unblock: async (userId) => state.set(await client.unblock(userId))
  }
}
