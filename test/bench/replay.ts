/** How long a start takes on a journal that no store has any of: the journal alone, then the server until it says that it listens. */
import { DataDirectory } from "./DataDirectory.ts"
import type { FillJournal, JournalFilled } from "./fillJournal.ts"
import { serverCore } from "./Machine.ts"
import { nextPort } from "./nextPort.ts"
import type { JournalOpened } from "./openJournal.ts"
import { hubbub, type Peer } from "./Peer.ts"
import { runTask } from "./runTask.ts"
import { Server } from "./Server.ts"
import { cpuTime, residentBytes } from "./ServerAccount.ts"

/** Times in seconds, memory in bytes; a wait is a share of the time it belongs to. */
export interface Replayed {
  readonly messages: number
  readonly rooms: number
  readonly bytes: number
  readonly appendSeconds: number
  readonly openSeconds: number
  readonly openWait: number
  /** From the start of the process. */
  readonly listeningSeconds: number
  readonly listeningWait: number
  readonly resident: number | null
  /** Messages that the journal or the server did not give back. */
  readonly lost: number
}

export interface ReplaySize {
  readonly messages: number
  readonly rooms: number
}

const segmentBytes = 64 * 2 ** 20
const maxBacklogBytes = 4 * 2 ** 30

/** Says when it listens; the start itself asks nothing of it. */
const announcing: Peer = {
  ...hubbub,
  env: { ...hubbub.env, LOG_LEVEL: "info", LOG_FORMAT: "json", DURABILITY: "journal", STORE: "sqlite" },
  readyPath: undefined
}

interface RoomList {
  readonly rooms: ReadonlyArray<{ readonly messages: number }>
  readonly after: string | null
}

/** Messages of all rooms, as the server counts them. */
const countMessages = async (port: number): Promise<number> => {
  let messages = 0
  let after: string | null = null
  do {
    const place: string = after === null ? "" : `&after=${encodeURIComponent(after)}`
    const answer = await fetch(`http://127.0.0.1:${port}/api/rooms?limit=200${place}`)
    if (answer.status !== 200) throw new Error(`the list of rooms was answered ${answer.status}`)
    const page: RoomList = JSON.parse(await answer.text())
    for (const room of page.rooms) messages += room.messages
    after = page.after
  } while (after !== null)
  return messages
}

export const replay = async ({ messages, rooms }: ReplaySize, pinned: boolean): Promise<Replayed> => {
  const data = new DataDirectory()
  const place = { core: serverCore, pinned }
  const options = { directory: data.path, segmentBytes, maxBacklogBytes }
  try {
    const fill: FillJournal = { journal: options, messages, rooms }
    const filled: JournalFilled = JSON.parse(await runTask(new URL("./fillJournal.ts", import.meta.url), fill, place))
    const opened: JournalOpened = JSON.parse(
      await runTask(new URL("./openJournal.ts", import.meta.url), options, place)
    )
    const server = await Server.start(announcing, nextPort(), pinned, { DATA_DIR: data.path })
    try {
      const waited = cpuTime(server.pid)?.waited ?? 0
      const resident = residentBytes(server.pid) ?? null
      const counted = await countMessages(server.port)
      return {
        messages,
        rooms,
        bytes: filled.bytes,
        appendSeconds: filled.appendSeconds,
        openSeconds: opened.seconds,
        openWait: opened.wait,
        listeningSeconds: server.readyAfter / 1000,
        listeningWait: waited / 1000 / server.readyAfter,
        resident,
        lost: Math.max(messages - opened.messages, messages - counted)
      }
    } finally {
      await server.stop()
    }
  } finally {
    data.remove()
  }
}
