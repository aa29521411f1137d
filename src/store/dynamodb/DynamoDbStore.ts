/**
 * Messages, rollups and records in one DynamoDB table. The process starts before its store does: until DynamoDB answers, and whenever it does not, calls fail
 * and say why, and what has to be written waits in the log.
 */
import { Context, Data, Effect, Layer } from "effect"
import type { Supervisor } from "../../actor/Supervisor.ts"
import { RollupStore } from "../RollupStore.ts"
import { DynamoDbClient, type DynamoDbOptions } from "./DynamoDbClient.ts"
import { connect } from "./DynamoDbConnection.ts"
import { DynamoDbFailure } from "./DynamoDbFailure.ts"
import { makeRecords } from "./dynamoDbRecords.ts"
import { makeReader } from "./dynamoDbReader.ts"
import { makeReads } from "./dynamoDbReads.ts"
import { makeRollupReader } from "./dynamoDbRollupReader.ts"
import { makeRollupWriter } from "./dynamoDbRollupWriter.ts"
import { create, noTable, tableProblem, verify } from "./dynamoDbTable.ts"
import { makeWriter } from "./dynamoDbWriter.ts"
import { CHUNK, CONCURRENCY, makeWriteAll } from "./dynamoDbWrites.ts"
import { EntriesRefused, MessageStore, StoreUnavailable } from "../MessageStore.ts"
import { readingSearch } from "../readingSearch.ts"
import { acceptRecord, RecordStore } from "../RecordStore.ts"

/** DynamoDB is set up so that no waiting helps. One line that says what is wrong and what to do. */
export class DynamoDbUnusable extends Data.TaggedError("DynamoDbUnusable")<{ readonly reason: string }> {
  override get message() {
    return this.reason
  }
}

const unavailable = ({ reason }: DynamoDbFailure) => new StoreUnavailable({ reason })

/** Looks at the table, and makes it where nobody else would. */
const establish = (client: DynamoDbClient, { endpoint, region, table }: DynamoDbOptions) =>
  verify(client, table).pipe(
    Effect.catchIf(
      ({ kind }) => kind === "missing",
      () =>
        endpoint === undefined
          ? Effect.fail(new DynamoDbFailure({ kind: "missing", reason: noTable(table, region) }))
          : create(client, table)
    )
  )

/** The store. Building it waits for nobody; it serves from when DynamoDB answers and the table is right. */
export const layer = (
  options: DynamoDbOptions
): Layer.Layer<MessageStore | RollupStore | RecordStore, never, Supervisor> =>
  Layer.effectContext(
    Effect.gen(function* () {
      const client = yield* DynamoDbClient.open(options)
      const connection = yield* connect(establish(client, options))
      const reads = makeReads(client)
      const writeAll = makeWriteAll(client)
      const reader = makeReader(reads)
      const writer = makeWriter(writeAll, client)
      const rollupReader = makeRollupReader(reads)
      const rollupWriter = makeRollupWriter(reads, rollupReader, writeAll)
      const keeper = makeRecords(reads, client)

      const forget = Effect.sync(() => {
        writer.forget()
        rollupWriter.forget()
      })
      const lost = Effect.andThen(forget, connection.lost)

      /** Calls of the store do not say what the table is like, so a table that is not what it was shows in them. */
      const noticed = (failure: DynamoDbFailure): Effect.Effect<never, StoreUnavailable> =>
        failure.kind === "missing" || failure.kind === "refused"
          ? Effect.andThen(lost, Effect.fail(unavailable(failure)))
          : Effect.fail(unavailable(failure))

      /** What is put is only refused for its own sake when the table is as it must be: what is refused is given up for ever. */
      const blamed = (failure: DynamoDbFailure): Effect.Effect<never, StoreUnavailable | EntriesRefused> =>
        failure.kind !== "refused"
          ? noticed(failure)
          : verify(client, options.table).pipe(
              Effect.catch(noticed),
              Effect.andThen(Effect.fail(new EntriesRefused({ reason: failure.reason })))
            )

      const read = <A>(call: Effect.Effect<A, DynamoDbFailure | StoreUnavailable>) =>
        connection.ready.pipe(Effect.andThen(call), Effect.catchTag("DynamoDbFailure", noticed))

      const put = (call: Effect.Effect<void, DynamoDbFailure | EntriesRefused>) =>
        connection.ready.pipe(Effect.andThen(call), Effect.catchTag("DynamoDbFailure", blamed))

      const room: MessageStore["Service"]["room"] = (roomId, stretch) => read(reader.room(roomId, stretch))
      const messages = MessageStore.of({
        engine: "dynamodb",
        batch: CHUNK * CONCURRENCY,
        put: (entries) => put(writer.put(entries)),
        room,
        search: readingSearch(room),
        user: (userId, stretch) => read(reader.user(userId, stretch)),
        rooms: (page) => read(reader.rooms(page)),
        check: read(Effect.asVoid(client.probe))
      })
      const rollups = RollupStore.of({
        // rollups are of this program's own making
        put: (rollups) => Effect.catchTag(put(rollupWriter.put(rollups)), "EntriesRefused", Effect.die),
        range: (range) => read(rollupReader.range(range)),
        find: (keys) => read(rollupReader.find(keys)),
        remove: (old) => read(rollupWriter.remove(old))
      })
      const records = RecordStore.of({
        get: (pk, sk) => read(keeper.get(pk, sk)),
        list: (page) => read(keeper.list(page)),
        put: Effect.fnUntraced(function* (draft, condition) {
          yield* acceptRecord(draft, condition)
          const answer = yield* read(keeper.put(draft, condition))
          return typeof answer === "number" ? answer : yield* answer
        }),
        remove: (pk, sk) => read(keeper.remove(pk, sk)),
        sweep: () => Effect.succeed(0)
      })
      return Context.make(MessageStore, messages).pipe(
        Context.add(RollupStore, rollups),
        Context.add(RecordStore, records)
      )
    })
  )

/** Milliseconds that the search for credentials may take; a machine's own credentials are asked for over the network. */
const CREDENTIALS_MS = 10_000

const endpointProblem = (endpoint: string): string | undefined => {
  const protocol = URL.parse(endpoint)?.protocol
  return protocol === "http:" || protocol === "https:"
    ? undefined
    : `the DynamoDB endpoint ${JSON.stringify(endpoint)} is no address: expected something like http://localhost:8000`
}

const unusable = (reason: string) => Effect.fail(new DynamoDbUnusable({ reason }))

/** Why a table that was asked for is of no use, or nothing: what is merely out of reach may come. */
const missed = ({ kind, reason }: DynamoDbFailure, { endpoint, region, table }: DynamoDbOptions) => {
  if (kind === "transient") return undefined
  if (kind !== "missing") return `DynamoDB refuses to describe table ${table}: ${reason}`
  return endpoint === undefined ? noTable(table, region) : undefined
}

/**
 * Says at the start what no waiting would mend: no credentials, a wrong address, a table that is wrong or, in AWS, missing. A DynamoDB
 * that cannot be reached is no such thing.
 */
export const check = (options: DynamoDbOptions): Effect.Effect<void, DynamoDbUnusable> =>
  Effect.gen(function* () {
    const { endpoint, region, table } = options
    const wrong = endpoint === undefined ? undefined : endpointProblem(endpoint)
    if (wrong !== undefined) return yield* unusable(wrong)
    if (endpoint === undefined && region === "") {
      return yield* unusable("no AWS region for DynamoDB: set DYNAMODB_REGION, such as eu-central-1")
    }
    const client = yield* DynamoDbClient.open(options)
    yield* client.credentials.pipe(
      Effect.timeout(CREDENTIALS_MS),
      Effect.catch(({ message }) =>
        unusable(
          `no AWS credentials for DynamoDB: ${message}; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile or a role, or DYNAMODB_ENDPOINT for a local one`
        )
      )
    )
    const problem = yield* Effect.match(client.describe, {
      onFailure: (failure) => missed(failure, options),
      onSuccess: (description) => tableProblem(table, description)
    })
    return yield* problem === undefined ? Effect.void : unusable(problem)
  }).pipe(Effect.scoped)
