/**
 * The calls that the store makes, each bounded in time and made once: whoever calls owns the retries. The SDK is loaded with the first
 * client, so that a server that keeps its messages elsewhere does not pay for it (0.3 s).
 */
import type {
  AttributeValue,
  CreateTableCommandInput,
  DynamoDB,
  QueryCommandInput,
  ScanCommandInput,
  TableDescription,
  UpdateItemCommandInput,
  WriteRequest
} from "@aws-sdk/client-dynamodb"
import { Effect, type Scope } from "effect"
import { DynamoDbFailure, failureOf } from "./DynamoDbFailure.ts"
import type { Key } from "./dynamoDbKeys.ts"

export interface DynamoDbOptions {
  /** Where DynamoDB is when it is not AWS's own, such as `http://localhost:8000`; the table is then created when it is missing. */
  readonly endpoint?: string | undefined
  readonly region: string
  readonly table: string
  /** Milliseconds a call may take; 2000 unless given. */
  readonly requestTimeoutMs?: number | undefined
  /** Milliseconds a connection may take to open; 1000 unless given. */
  readonly connectTimeoutMs?: number | undefined
}

/** An item as DynamoDB writes it. */
export type Item = Readonly<Record<string, AttributeValue>>

/** One page of an answer, at most 1 MB; `next` is where the following one begins. */
export interface Page {
  readonly items: ReadonlyArray<Item>
  readonly next: QueryCommandInput["ExclusiveStartKey"]
}

/** Connections to DynamoDB at most; further calls wait for one, and that counts towards their time. */
const MAX_SOCKETS = 16

/** Any of these and the SDK's own search finds credentials, or says why it does not. */
const CREDENTIAL_VARIABLES = [
  "AWS_ACCESS_KEY_ID",
  "AWS_CONTAINER_CREDENTIALS_FULL_URI",
  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
  "AWS_PROFILE",
  "AWS_WEB_IDENTITY_TOKEN_FILE"
]

/** Half of a key that no item has. */
const NOBODY = { S: "-" }

const silent = { trace() {}, debug() {}, info() {}, warn() {}, error() {} }

/** Local emulators want credentials, but any will do. */
const localCredentials = (endpoint: string | undefined) =>
  endpoint === undefined || CREDENTIAL_VARIABLES.some((variable) => (process.env[variable] ?? "") !== "")
    ? undefined
    : { accessKeyId: "local", secretAccessKey: "local" }

export class DynamoDbClient {
  private readonly sdk: DynamoDB
  private readonly table: string
  private readonly timeoutMs: number

  private constructor(sdk: DynamoDB, table: string, timeoutMs: number) {
    this.sdk = sdk
    this.table = table
    this.timeoutMs = timeoutMs
  }

  /** A client that lets go of its connections with its scope. Contacts nobody. */
  static readonly open = (options: DynamoDbOptions): Effect.Effect<DynamoDbClient, never, Scope.Scope> =>
    Effect.gen(function* () {
      const [{ DynamoDB }, { NodeHttpHandler }] = yield* Effect.promise(() =>
        Promise.all([import("@aws-sdk/client-dynamodb"), import("@smithy/node-http-handler")])
      )
      const { connectTimeoutMs = 1000, endpoint, region, requestTimeoutMs = 2000, table } = options
      const agent = { keepAlive: true, maxSockets: MAX_SOCKETS }
      const credentials = localCredentials(endpoint)
      const sdk = yield* Effect.acquireRelease(
        Effect.sync(
          () =>
            new DynamoDB({
              region: region === "" && endpoint !== undefined ? "local" : region,
              maxAttempts: 1,
              ...(endpoint === undefined ? {} : { endpoint }),
              ...(credentials === undefined ? {} : { credentials }),
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
      return new DynamoDbClient(sdk, table, connectTimeoutMs + requestTimeoutMs)
    })

  private call<A>(run: (sdk: DynamoDB, options: { abortSignal: AbortSignal }) => Promise<A>) {
    return Effect.tryPromise({
      try: (abortSignal) => run(this.sdk, { abortSignal }),
      catch: failureOf
    }).pipe(
      // the handler's own limit ends with the headers: an answer that stops halfway would be waited for without end
      Effect.timeoutOrElse({
        duration: this.timeoutMs,
        orElse: () => Effect.fail(new DynamoDbFailure({ kind: "transient", reason: "DynamoDB did not answer in time" }))
      })
    )
  }

  /** Finds credentials, without using them. */
  get credentials(): Effect.Effect<unknown, DynamoDbFailure> {
    return Effect.tryPromise({ try: () => this.sdk.config.credentials(), catch: failureOf })
  }

  /** What the table is like, as far as DynamoDB says. */
  get describe(): Effect.Effect<TableDescription, DynamoDbFailure> {
    return Effect.map(
      this.call((sdk, options) => sdk.describeTable({ TableName: this.table }, options)),
      ({ Table = {} }) => Table
    )
  }

  /** The cheapest question that the table's data can be asked. */
  get probe(): Effect.Effect<unknown, DynamoDbFailure> {
    return this.call((sdk, options) => sdk.getItem({ TableName: this.table, Key: { pk: NOBODY, sk: NOBODY } }, options))
  }

  /** Begins to create the table. */
  create(schema: Omit<CreateTableCommandInput, "TableName">): Effect.Effect<void, DynamoDbFailure> {
    return Effect.asVoid(this.call((sdk, options) => sdk.createTable({ ...schema, TableName: this.table }, options)))
  }

  /** Lets DynamoDB delete items when the time in `attribute` has passed. */
  expireBy(attribute: string): Effect.Effect<void, DynamoDbFailure> {
    const specification = { AttributeName: attribute, Enabled: true }
    return Effect.asVoid(
      this.call((sdk, options) =>
        sdk.updateTimeToLive({ TableName: this.table, TimeToLiveSpecification: specification }, options)
      )
    )
  }

  /** Writes or deletes up to 25 items, no two with one key; answers what was not done for lack of capacity. */
  write(requests: ReadonlyArray<WriteRequest>): Effect.Effect<ReadonlyArray<WriteRequest>, DynamoDbFailure> {
    return Effect.map(
      this.call((sdk, options) => sdk.batchWriteItem({ RequestItems: { [this.table]: [...requests] } }, options)),
      ({ UnprocessedItems }) => UnprocessedItems?.[this.table] ?? []
    )
  }

  /** Reads up to 100 items as they are now, in any order; `rest` were not read for lack of capacity or room in the answer. */
  get(
    keys: ReadonlyArray<Key>
  ): Effect.Effect<{ readonly items: ReadonlyArray<Item>; readonly rest: ReadonlyArray<Key> }, DynamoDbFailure> {
    const wanted = { Keys: keys.map(({ pk, sk }) => ({ pk: { S: pk }, sk: { S: sk } })), ConsistentRead: true }
    return Effect.map(
      this.call((sdk, options) => sdk.batchGetItem({ RequestItems: { [this.table]: wanted } }, options)),
      ({ Responses, UnprocessedKeys }) => ({
        items: Responses?.[this.table] ?? [],
        rest: (UnprocessedKeys?.[this.table]?.Keys ?? []).map(keyOf)
      })
    )
  }

  /** Changes the item under a key, or makes it; answers what `ReturnValues` asks for, and nothing when the condition is not met. */
  update(
    key: Key,
    change: Omit<UpdateItemCommandInput, "TableName" | "Key">
  ): Effect.Effect<Item | undefined, DynamoDbFailure> {
    return this.call(async (sdk, options) => {
      try {
        const input = { ...change, TableName: this.table, Key: { ...keyItem(key) } }
        const { Attributes = {} } = await sdk.updateItem(input, options)
        return Attributes
      } catch (error) {
        if (error instanceof Error && error.name === "ConditionalCheckFailedException") return undefined
        throw error
      }
    })
  }

  /** Deletes the item under a key and answers what it was. */
  remove(key: Key): Effect.Effect<Item | undefined, DynamoDbFailure> {
    const input = { TableName: this.table, Key: { ...keyItem(key) }, ReturnValues: "ALL_OLD" } as const
    return Effect.map(
      this.call((sdk, options) => sdk.deleteItem(input, options)),
      ({ Attributes }) => Attributes
    )
  }

  /** One page of a query. */
  query(input: Omit<QueryCommandInput, "TableName">): Effect.Effect<Page, DynamoDbFailure> {
    return Effect.map(
      this.call((sdk, options) => sdk.query({ ...input, TableName: this.table }, options)),
      ({ Items = [], LastEvaluatedKey }) => ({ items: Items, next: LastEvaluatedKey })
    )
  }

  /** One page of the whole table; the 1 MB is what is looked at, not what a filter leaves of it. */
  scan(input: Omit<ScanCommandInput, "TableName">): Effect.Effect<Page, DynamoDbFailure> {
    return Effect.map(
      this.call((sdk, options) => sdk.scan({ ...input, TableName: this.table }, options)),
      ({ Items = [], LastEvaluatedKey }) => ({ items: Items, next: LastEvaluatedKey })
    )
  }
}

/** The key of an item; empty where the item has none. */
export const keyOf = (item: Item): Key => ({ pk: item["pk"]?.S ?? "", sk: item["sk"]?.S ?? "" })

export const keyItem = ({ pk, sk }: Key): Item => ({ pk: { S: pk }, sk: { S: sk } })
