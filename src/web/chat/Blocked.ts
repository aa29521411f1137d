/** Whom one has blocked: they can neither write to one nor invite one. */
import type { Client } from "../../client/index.ts"
import { lettersOf } from "../../client/Letters.ts"
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
  const letters = lettersOf(client)
  return {
    subscribe: state.subscribe,
    getSnapshot: state.getSnapshot,
    load: async () => state.set(await letters.blocks()),
    block: async (userId) => state.set(await letters.block(userId)),
    unblock: async (userId) => state.set(await letters.unblock(userId))
  }
}
