/** The one table: what it must be like, what is wrong with one that is not, and how it comes to be where nobody else makes it. */
import type { CreateTableCommandInput, KeySchemaElement, TableDescription } from "@aws-sdk/client-dynamodb"
import { Effect, Schedule } from "effect"
import type { DynamoDbClient } from "./DynamoDbClient.ts"
import { DynamoDbFailure } from "./DynamoDbFailure.ts"

/** The index that finds a user's messages. */
export const INDEX = "gsi1"

const keys = (hash: string, range: string): Array<KeySchemaElement> => [
  { AttributeName: hash, KeyType: "HASH" },
  { AttributeName: range, KeyType: "RANGE" }
]

const schema = {
  BillingMode: "PAY_PER_REQUEST",
  AttributeDefinitions: ["pk", "sk", "gsi1pk", "gsi1sk"].map((name) => ({ AttributeName: name, AttributeType: "S" })),
  KeySchema: keys("pk", "sk"),
  GlobalSecondaryIndexes: [
    { IndexName: INDEX, KeySchema: keys("gsi1pk", "gsi1sk"), Projection: { ProjectionType: "KEYS_ONLY" } }
  ]
} satisfies Omit<CreateTableCommandInput, "TableName">

/** `pk (HASH, S), sk (RANGE, S)` */
const shown = (
  elements: ReadonlyArray<KeySchemaElement> | undefined,
  types: TableDescription["AttributeDefinitions"]
) =>
  (elements ?? [])
    .map(({ AttributeName: name, KeyType: role }) => {
      const type = types?.find((one) => one.AttributeName === name)?.AttributeType
      return `${name} (${role}, ${type})`
    })
    .join(", ")

const TABLE_KEYS = shown(schema.KeySchema, schema.AttributeDefinitions)
const INDEX_KEYS = shown(keys("gsi1pk", "gsi1sk"), schema.AttributeDefinitions)

/** Why a table can never serve as it is, in one line that says what to do, or nothing. */
export const tableProblem = (name: string, table: TableDescription): string | undefined => {
  const own = shown(table.KeySchema, table.AttributeDefinitions)
  if (own !== TABLE_KEYS) {
    return `DynamoDB table ${name} has the keys ${own} but needs ${TABLE_KEYS}: name another table, or create this one anew`
  }
  const index = table.GlobalSecondaryIndexes?.find((one) => one.IndexName === INDEX)
  if (index === undefined) {
    return `DynamoDB table ${name} has no index ${INDEX}: add a global secondary index ${INDEX} with the keys ${INDEX_KEYS} and the projection KEYS_ONLY`
  }
  const found = shown(index.KeySchema, table.AttributeDefinitions)
  if (found !== INDEX_KEYS) {
    return `index ${INDEX} of DynamoDB table ${name} has the keys ${found} but needs ${INDEX_KEYS}: create the index anew`
  }
  return undefined
}

/** What to do about a table that is not there and that we may not make. */
export const noTable = (name: string, region: string) =>
  `DynamoDB table ${name} does not exist in region ${region}: create it with the keys ${TABLE_KEYS} and a global secondary index ${INDEX} with the keys ${INDEX_KEYS}, projection KEYS_ONLY`

/** Why a table cannot serve just now, or nothing. A table that is being updated serves. */
const stateProblem = (name: string, { GlobalSecondaryIndexes, TableStatus }: TableDescription): string | undefined => {
  if (TableStatus !== "ACTIVE" && TableStatus !== "UPDATING") return `DynamoDB table ${name} is ${TableStatus}`
  const status = GlobalSecondaryIndexes?.find((one) => one.IndexName === INDEX)?.IndexStatus
  return status === "ACTIVE" || status === "UPDATING"
    ? undefined
    : `index ${INDEX} of DynamoDB table ${name} is ${status}`
}

/** Succeeds when the table is there, is right and serves. */
export const verify = (client: DynamoDbClient, name: string): Effect.Effect<void, DynamoDbFailure> =>
  Effect.flatMap(client.describe, (table) => {
    const problem = tableProblem(name, table)
    if (problem !== undefined) return Effect.fail(new DynamoDbFailure({ kind: "refused", reason: problem }))
    const state = stateProblem(name, table)
    return state === undefined ? Effect.void : Effect.fail(new DynamoDbFailure({ kind: "transient", reason: state }))
  })

/** How often a new table is looked at until it serves, and how many times. */
const LOOK_MS = 250
const LOOKS = 20

/** Creates the table and waits until it serves. Another process that does the same at the same time is no harm. */
export const create = (client: DynamoDbClient, name: string): Effect.Effect<void, DynamoDbFailure> =>
  Effect.gen(function* () {
    const created = yield* client.create(schema).pipe(
      Effect.as(true),
      Effect.catchIf(
        ({ reason }) => reason.startsWith("ResourceInUseException"),
        () => Effect.succeed(false)
      )
    )
    yield* verify(client, name).pipe(
      Effect.retry({
        while: ({ kind }) => kind === "transient" || kind === "missing",
        schedule: Schedule.spaced(LOOK_MS),
        times: LOOKS
      })
    )
    if (!created) return
    yield* Effect.logInfo("created a table", { table: name })
    // what has a time to live is only found longer without; emulators may not know it
    yield* client
      .expireBy("ttl")
      .pipe(Effect.catch(({ reason }) => Effect.logDebug("table has no time to live", { table: name, reason })))
  })
