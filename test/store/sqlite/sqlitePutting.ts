/** A process that puts batch after batch into an archive and says after each how far it is, until it is killed: `file`, first seq. */
import { Effect, Layer } from "effect"
import { Supervisor } from "../../../src/actor/Supervisor.ts"
import { MessageStore } from "../../../src/store/MessageStore.ts"
import { layer } from "../../../src/store/sqlite/SqliteStore.ts"
import { run } from "../../contract/messageEntry.ts"

const BATCH = 20

const [file = "", first = "1"] = process.argv.slice(2)

const putting = Effect.gen(function* () {
  const store = yield* MessageStore
  for (let seq = Number(first); ; seq += BATCH) {
    yield* store.put(run(seq, seq + BATCH - 1))
    process.stdout.write(`${seq + BATCH - 1}\n`)
  }
})

await Effect.runPromise(putting.pipe(Effect.provide(layer({ file }).pipe(Layer.provide(Supervisor.layer)))))
