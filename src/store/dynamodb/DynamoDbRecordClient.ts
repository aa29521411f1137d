/**
 * Writes of one item that depend on what is there, which a batch cannot do, and that say what became of them. Tried again where that may
 * help: a write whose answer was lost may have been done, so whoever calls is told of every try that may have been.
 */
import type { DynamoDB, DynamoDBClientConfig, UpdateItemCommandInput } from "@aws-sdk/client-dynamodb"
import { Effect, type Scope } from "effect"
import { fullJitter } from "./dynamoDbBackoff.ts"
import { type DynamoDbClient, type DynamoDbOptions, type Item, keyItem } from "./DynamoDbClient.ts"
import { DynamoDbFailure, failureOf } from "./DynamoDbFailure.ts"
import type { Key } from "./dynamoDbKeys.ts"

/** Connections at most: records are few beside messages. */
const MAX_SOCKETS = 8

/** Tries of one call, and the milliseconds that they may take together. */
const TRIES = 3
const TRIES_MS = 4000

const silent = { trace() {}, debug() {}, info() {}, warn() {}, error() {} }

const late = new DynamoDbFailure({ kind: "transient", reason: "DynamoDB did not answer in time" })

type Credentials = Exclude<DynamoDBClientConfig["credentials"], undefined>

export class DynamoDbRecordClient {
  private readonly sdk: DynamoDB
  private readonly table: string
  private readonly timeoutMs: number

  private constructor(sdk: DynamoDB, table: string, timeoutMs: number) {
    this.sdk = sdk
    this.table = table
    this.timeoutMs = timeoutMs
  }

  /** Beside the other client, with the credentials that it finds. Lets go of its connections with its scope. Contacts nobody. */
  static readonly open = (
    { connectTimeoutMs = 1000, endpoint, region, requestTimeoutMs = 2000, table }: DynamoDbOptions,
    client: DynamoDbClient
  ): Effect.Effect<DynamoDbRecordClient, never, Scope.Scope> =>
    Effect.gen(function* () {
      const [{ DynamoDB }, { NodeHttpHandler }] = yield* Effect.promise(() =>
        Promise.all([import("@aws-sdk/client-dynamodb"), import("@smithy/node-http-handler")])
      )
      const agent = { keepAlive: true, maxSockets: MAX_SOCKETS }
      // what the other client's search found, and finds again when it has expired
      const credentials = (() => Effect.runPromise(client.credentials)) as Credentials
      const sdk = yield* Effect.acquireRelease(
        Effect.sync(
          () =>
            new DynamoDB({
              region: region === "" && endpoint !== undefined ? "local" : region,
              maxAttempts: 1,
              ...(endpoint === undefined ? {} : { endpoint }),
              credentials,
              requestHandler: new NodeHttpHandler({
                connectionTimeout: connectTimeoutMs,
                requestTimeout: requestTimeoutMs,
                throwOnRequestTimeout: true,
                httpAgent: agent,
                httpsAgent: agent,
                // its warnings would go to the console, past the log
                logger: silent
              })
            })
        ),
        (sdk) => Effect.sync(() => sdk.destroy())
      )
      return new DynamoDbRecordClient(sdk, table, connectTimeoutMs + requestTimeoutMs)
    })

  /**
   * Changes the item under a key, or makes it; answers what its attributes became, as far as `ReturnValues` says, and nothing when the
   * condition is not met. `unsure` is called for each try that failed and yet may have changed it.
   */
  update(
    key: Key,
    change: Omit<UpdateItemCommandInput, "TableName" | "Key">,
    unsure: () => void
  ): Effect.Effect<Item | undefined, DynamoDbFailure> {
    return this.call(async (sdk, options) => {
      try {
        const { Attributes = {} } = await sdk.updateItem(
          { ...change, TableName: this.table, Key: { ...keyItem(key) } },
          options
        )
        return Attributes
      } catch (error) {
        if (error instanceof Error && error.name === "ConditionalCheckFailedException") return undefined
        throw error
      }
    }, unsure)
  }

  /** Deletes the item under a key and answers what it was. `unsure` is called for each try that failed and yet may have deleted it. */
  remove(key: Key, unsure: () => void): Effect.Effect<Item | undefined, DynamoDbFailure> {
    return this.call(async (sdk, options) => {
      const { Attributes } = await sdk.deleteItem(
        { TableName: this.table, Key: { ...keyItem(key) }, ReturnValues: "ALL_OLD" },
        options
      )
      return Attributes
    }, unsure)
  }

  private call<A>(
    run: (sdk: DynamoDB, options: { readonly abortSignal: AbortSignal }) => Promise<A>,
    unsure: () => void
  ): Effect.Effect<A, DynamoDbFailure> {
    return Effect.tryPromise({
      try: (abortSignal) => run(this.sdk, { abortSignal }),
      // credentials fail as the other client's do
      catch: (error) => (error instanceof DynamoDbFailure ? error : failureOf(error))
    }).pipe(
      // the handler's own limit ends with the headers: an answer that stops halfway would be waited for without end
      Effect.timeoutOrElse({ duration: this.timeoutMs, orElse: () => Effect.fail(late) }),
      Effect.tapError(() => Effect.sync(unsure)),
      Effect.retry({ while: ({ kind }) => kind === "transient", schedule: fullJitter, times: TRIES - 1 }),
      Effect.timeoutOrElse({ duration: TRIES_MS, orElse: () => Effect.fail(late) })
    )
  }
}
