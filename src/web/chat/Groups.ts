/** Who is in one's groups, as far as the server has said. */
import type { Client, Frame } from "../../client/index.ts"
import { lettersOf } from "../../client/Letters.ts"
import { cell, type Readable } from "../Cell.ts"

type Group = Frame<"group">

export interface Groups extends Readable<ReadonlyMap<string, Group>> {
  /** Rejected with a HubbubError, as the others are. */
  load(roomId: string): Promise<void>
  /** Makes one; its room id. */
  make(title: string | undefined, invite: ReadonlyArray<string>): Promise<string>
  invite(roomId: string, userId: string): Promise<void>
  remove(roomId: string, userId: string): Promise<void>
}

export const createGroups = (client: Client): Groups => {
  const state = cell<ReadonlyMap<string, Group>>(new Map())
  const put = (group: Group) => state.set(new Map(state.getSnapshot()).set(group.roomId, group))

  const letters = lettersOf(client)
  client.on("group", put)
  const invite = async (roomId: string, userId: string) => put(await letters.invite(roomId, userId))

  return {
    subscribe: state.subscribe,
    getSnapshot: state.getSnapshot,
    // who is in it already changes nothing by being invited, and is told who else is
    load: (roomId) => invite(roomId, client.getSnapshot().welcome?.userId ?? ""),
    make: async (title, others) => {
      const group = await letters.group({ title, invite: others })
      put(group)
      return group.roomId
    },
    invite,
    remove: async (roomId, userId) => put(await letters.remove(roomId, userId))
  }
}
