/** Process of `browse`: puts one room's messages into a new SQLite store, as many at a time as it likes best. */
import { Effect, Layer } from "effect"
import { Supervisor } from "../../src/actor/Supervisor.ts"
import { RoomId } from "../../src/domain/RoomId.ts"
import { MessageStore } from "../../src/store/MessageStore.ts"
import { layer } from "../../src/store/sqlite/SqliteStore.ts"
import { pastEntry } from "./pastEntry.ts"
import { cpuTime } from "./ServerAccount.ts"

export interface FillStore {
  readonly file: string
  readonly room: string
  readonly messages: number
}

/** `putSeconds` is the time inside `put` alone; `wait` the share of it without a core. */
export interface StoreFilled {
  readonly putSeconds: number
  readonly wait: number
}

/** Any that a server would not take for its present one. */
const epoch = 1

const fill = ({ messages, room }: FillStore) =>
  Effect.gen(function* () {
    const store = yield* MessageStore
    const roomId = RoomId.make(room)
    const from = Date.now() - messages
    let putMillis = 0
    const before = cpuTime(process.pid)?.waited ?? 0
    for (let first = 0; first < messages; first += store.batch) {
      const batch = Array.from({ length: Math.min(store.batch, messages - first) }, (_, offset) =>
        pastEntry(roomId, epoch, first + offset + 1, from + first + offset)
      )
      const begun = performance.now()
      yield* store.put(batch)
      putMillis += performance.now() - begun
    }
    const waited = (cpuTime(process.pid)?.waited ?? 0) - before
    return { putSeconds: putMillis / 1000, wait: Math.max(0, waited) / 1000 / putMillis }
  })

const task: FillStore = JSON.parse(process.argv[2] ?? "{}")
const sqlite = layer({ file: task.file }).pipe(Layer.provide(Supervisor.layer))
const filled: StoreFilled = await Effect.runPromise(fill(task).pipe(Effect.provide(sqlite)))
console.log(JSON.stringify(filled))
