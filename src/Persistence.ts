/** The Layers under the engine, composed: what numbers messages, what keeps them, and what their history is read from. */
import { createHash, randomBytes } from "node:crypto"
import { join } from "node:path"
import { Effect, Layer, Redacted } from "effect"
import type { Supervisor } from "./actor/Supervisor.ts"
import { NodeName } from "./analytics/NodeName.ts"
import { RollupStore } from "./store/RollupStore.ts"
import type { Configuration } from "./AppConfig.ts"
import { Cursors } from "./http/Cursors.ts"
import * as JournalLog from "./log/JournalLog.ts"
import { Recall } from "./log/Recall.ts"
import { RoomLog } from "./log/RoomLog.ts"
import type { StreamLimits } from "./log/RoomStream.ts"
import { Drain } from "./store/Drain.ts"
import * as StoreTimings from "./observability/StoreTimings.ts"
import * as DynamoDbStore from "./store/dynamodb/DynamoDbStore.ts"
import { History } from "./store/History.ts"
import { PairKey } from "./private/PairKey.ts"
import * as HistoryRecall from "./store/HistoryRecall.ts"
import { keyFile } from "./store/keyFile.ts"
import * as MemoryRecords from "./store/MemoryRecords.ts"
import * as MemoryRollups from "./store/MemoryRollups.ts"
import * as MemoryStore from "./store/MemoryStore.ts"
import { MessageStore } from "./store/MessageStore.ts"
import { RecordStore } from "./store/RecordStore.ts"
import * as SqliteStore from "./store/sqlite/SqliteStore.ts"
import type { SqliteUnusable } from "./store/sqlite/SqliteUnusable.ts"
import { Storage } from "./store/Storage.ts"
import { Vigil } from "./store/Vigil.ts"

/**
 * Milliseconds that entries wait for company before they go to the store, or until there are so many. With 25 a busy server called SQLite
 * 200 times a second, which cost it a fifth of a core; where acknowledgements wait for the store there is less time.
 */
const LINGER = { lingerMs: 100, lingerCount: 500 } as const
const LINGER_ACKNOWLEDGING = { lingerMs: 5, lingerCount: 25 } as const
/** Milliseconds a stop may take to hand the store what is left. */
const STOP_MS = 1500

export const logOptions = (config: Configuration): StreamLimits => ({
  messages: config.roomLogMessages,
  bytes: config.roomLogBytes,
  burstMs: config.roomLogBurstMs
})

/** History and what resumes from it, over a log and a store. */
export const history = HistoryRecall.layer.pipe(Layer.provideMerge(History.layer))

/** What is made with the server's secret. */
const signing = (secret: Redacted.Redacted<Buffer>) => Layer.merge(Cursors.layer(secret), PairKey.layer(secret))

const given = ({ cursorSecret }: Configuration): Redacted.Redacted<Buffer> | undefined => {
  const secret = Redacted.value(cursorSecret)
  return secret === "" ? undefined : Redacted.make(createHash("sha256").update(secret).digest())
}

const dynamoDb = (config: Configuration) => {
  const options = {
    region: config.dynamoDbRegion,
    table: config.dynamoDbTable,
    ...(config.dynamoDbEndpoint === "" ? {} : { endpoint: config.dynamoDbEndpoint })
  }
  return DynamoDbStore.layer(options).pipe(Layer.provide(Layer.effectDiscard(DynamoDbStore.check(options))))
}

/** Nothing outlives the process, and a room has no past but what is in memory. */
const inMemory = (config: Configuration) =>
  Layer.merge(History.layer, Recall.layerNone).pipe(
    Layer.provideMerge(MemoryStore.layer),
    Layer.provideMerge(RoomLog.layerMemory(logOptions(config))),
    Layer.merge(Storage.layerMemory),
    Layer.merge(MemoryRollups.layer),
    Layer.merge(MemoryRecords.layer),
    Layer.merge(NodeName.layerAlone),
    Layer.merge(signing(given(config) ?? Redacted.make(randomBytes(32))))
  )

/** A journal, and a store that it is drained to. The journal comes first: it makes the directory and holds its lock. */
const onDisk = (config: Configuration, durability: JournalLog.JournalLogOptions["durability"]) => {
  const directory = config.dataDir
  const journal = JournalLog.layer(
    {
      directory,
      durability,
      segmentBytes: config.journalSegmentBytes,
      maxBacklogBytes: config.journalMaxBytes,
      idleMs: config.roomEmptyMs
    },
    logOptions(config)
  )
  const engine: Layer.Layer<
    MessageStore | RollupStore | RecordStore,
    DynamoDbStore.DynamoDbUnusable | SqliteUnusable,
    Supervisor
  > =
    config.store === "sqlite"
      ? // the journal lets go of what the store has, so the store must promise as much
        SqliteStore.layer({ file: join(directory, "hubbub.db"), flush: durability !== "journal" })
      : dynamoDb(config)
  const drain = Drain.layer({
    ...(durability === "store" ? LINGER_ACKNOWLEDGING : LINGER),
    stopMs: STOP_MS,
    deadLetters: join(directory, "dead-letters.ndjson")
  })
  const key = given(config)
  const signed = Layer.unwrap(
    Effect.map(key === undefined ? keyFile(join(directory, "cursor.key")) : Effect.succeed(key), signing)
  )
  return Layer.mergeAll(
    history.pipe(
      Layer.provideMerge(
        Layer.effect(
          MessageStore,
          Effect.map(Vigil, ({ guarded }) => guarded)
        )
      )
    ),
    Storage.layer.pipe(Layer.provide(drain)),
    Layer.effect(RollupStore, RollupStore),
    Layer.effect(RecordStore, RecordStore),
    NodeName.layerFile(join(directory, "node.key")),
    signed
  ).pipe(
    Layer.provide(Vigil.layer),
    Layer.provide(StoreTimings.layer),
    Layer.provide(engine),
    Layer.provideMerge(journal)
  )
}

/** What a server keeps messages with, as its configuration says. */
export const persistence = (config: Configuration) =>
  config.durability === "memory" ? inMemory(config) : onDisk(config, config.durability)
