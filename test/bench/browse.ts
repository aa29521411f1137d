/** How fast a SQLite store takes a room's messages, and how long the pages of its history take, end to end over HTTP. */
import { join } from "node:path"
import { DataDirectory } from "./DataDirectory.ts"
import type { FillStore, StoreFilled } from "./fillStore.ts"
import { generatorCore, serverCore } from "./Machine.ts"
import { nextPort } from "./nextPort.ts"
import { hubbub } from "./Peer.ts"
import { runTask } from "./runTask.ts"
import { Server } from "./Server.ts"
import type { Walk, WalkHistory } from "./walkHistory.ts"

export interface Browsed {
  readonly messages: number
  readonly rowsPerSecond: number
  /** Share of the time in which the store's process had no core. */
  readonly putWait: number
  readonly walks: ReadonlyArray<Walk>
}

const room = "past"
const limits = [50, 200]

export const browse = async (messages: number, pinned: boolean): Promise<Browsed> => {
  const data = new DataDirectory()
  try {
    const fill: FillStore = { file: join(data.path, "hubbub.db"), room, messages }
    const onServerCore = { core: serverCore, pinned }
    const filled: StoreFilled = JSON.parse(
      await runTask(new URL("./fillStore.ts", import.meta.url), fill, onServerCore)
    )
    const env = { DATA_DIR: data.path, DURABILITY: "journal", STORE: "sqlite" }
    const server = await Server.start(hubbub, nextPort(), pinned, env)
    try {
      const task: WalkHistory = { port: server.port, serverPid: server.pid, room, messages, limits }
      const walks: ReadonlyArray<Walk> = JSON.parse(
        await runTask(new URL("./walkHistory.ts", import.meta.url), task, { core: generatorCore, pinned })
      )
      return { messages, rowsPerSecond: messages / filled.putSeconds, putWait: filled.wait, walks }
    } finally {
      await server.stop()
    }
  } finally {
    data.remove()
  }
}
