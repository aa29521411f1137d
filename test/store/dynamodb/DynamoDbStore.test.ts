import type { KeySchemaElement } from "@aws-sdk/client-dynamodb"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schedule } from "effect"
import { vi } from "vitest"
import { RoomId } from "../../../src/domain/RoomId.ts"
import { UserId } from "../../../src/domain/UserId.ts"
import * as DynamoDbStore from "../../../src/store/dynamodb/DynamoDbStore.ts"
import { MessageStore } from "../../../src/store/MessageStore.ts"
import { entry, messageStoreContract } from "../../contract/messageStore.ts"
import { quiet, Tables } from "./Tables.ts"

const lobby = RoomId.make("lobby")
const everything = { limit: 1000, order: "oldest" } as const

const tables = new Tables("hubbub")

/** A store on a table, until the test's scope closes. */
const open = (options: Parameters<typeof DynamoDbStore.layer>[0]) =>
  Layer.build(DynamoDbStore.layer(options).pipe(Layer.provide(quiet))).pipe(
    Effect.flatMap((context) => MessageStore.pipe(Effect.provideContext(context)))
  )

/** How a call failed. */
const failureOf = <A, E extends Error>(call: Effect.Effect<A, E>) =>
  Effect.match(call, { onFailure: (error) => `${error.name}: ${error.message}`, onSuccess: () => "no failure" })

const soon = { schedule: Schedule.spaced("20 millis"), times: 250 }

messageStoreContract(
  "dynamodb",
  Layer.unwrap(Effect.sync(() => DynamoDbStore.layer(tables.options(tables.next())))).pipe(Layer.provide(quiet))
)

const keys = (hash: string, range?: string): Array<KeySchemaElement> => [
  { AttributeName: hash, KeyType: "HASH" },
  ...(range === undefined ? [] : [{ AttributeName: range, KeyType: "RANGE" as const }])
]

/** Makes a table that is not ours: with these keys, and these of an index `gsi1` if there are any. */
const makeTable = (table: string, own: Array<KeySchemaElement>, index?: Array<KeySchemaElement>) =>
  Effect.promise(() =>
    tables.raw.createTable({
      TableName: table,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [...own, ...(index ?? [])].map(({ AttributeName }) => ({
        AttributeName,
        AttributeType: AttributeName === "number" ? "N" : "S"
      })),
      KeySchema: own,
      ...(index === undefined
        ? {}
        : {
            GlobalSecondaryIndexes: [
              { IndexName: "gsi1", KeySchema: index, Projection: { ProjectionType: "KEYS_ONLY" } }
            ]
          })
    })
  ).pipe(Effect.andThen(active(table)))

const describeTable = (table: string) => Effect.promise(() => tables.raw.describeTable({ TableName: table }))

const active = (table: string) =>
  describeTable(table).pipe(Effect.repeat({ while: ({ Table }) => Table?.TableStatus !== "ACTIVE" }))

const deleteTable = (table: string) =>
  Effect.promise(() => tables.raw.deleteTable({ TableName: table })).pipe(
    Effect.andThen(
      Effect.promise(() => tables.raw.listTables({})).pipe(
        Effect.repeat({ while: ({ TableNames }) => TableNames?.includes(table) === true })
      )
    )
  )

describe("the table of the DynamoDB store", () => {
  it.live("is created by the first start and found by the second", () =>
    Effect.gen(function* () {
      const table = tables.next()
      const first = yield* open(tables.options(table))
      yield* first.put([entry(1)])
      const { Table: made } = yield* describeTable(table)
      assert.strictEqual(made?.BillingModeSummary?.BillingMode, "PAY_PER_REQUEST")
      const second = yield* open(tables.options(table))
      assert.deepStrictEqual(yield* second.room(lobby, everything), [entry(1)])
      yield* second.put([entry(2)])
      assert.deepStrictEqual(yield* first.room(lobby, everything), [entry(1), entry(2)])
      assert.deepStrictEqual((yield* describeTable(table)).Table?.CreationDateTime, made?.CreationDateTime)
    })
  )

  it.live("is created once by two servers that start together", () =>
    Effect.gen(function* () {
      const table = tables.next()
      const stores = yield* Effect.all([open(tables.options(table)), open(tables.options(table))], {
        concurrency: "unbounded"
      })
      yield* Effect.forEach(stores, (store, i) => store.put([entry(i + 1)]).pipe(Effect.retry(soon)), {
        concurrency: "unbounded"
      })
      for (const store of stores) assert.strictEqual((yield* store.room(lobby, everything)).length, 2)
    })
  )

  it.live("is created again when it is deleted while the store is in use, and what is written then is found", () =>
    Effect.gen(function* () {
      const table = tables.next()
      const store = yield* open(tables.options(table))
      yield* store.put([entry(1), entry(2)])
      yield* deleteTable(table)
      assert.include(yield* failureOf(store.put([entry(3)])), "StoreUnavailable: ")
      yield* store.put([entry(3)]).pipe(Effect.retry(soon))
      assert.deepStrictEqual(yield* store.room(lobby, everything), [entry(3)])
      assert.deepStrictEqual(yield* store.user(UserId.make("alice"), everything), [entry(3)])
      yield* store.check
      yield* deleteTable(table)
      assert.include(yield* failureOf(store.room(lobby, everything)), "StoreUnavailable: ")
      yield* store.check.pipe(Effect.retry(soon))
    })
  )

  it.live("is not written to, nor are entries given up, when another one takes its place", () =>
    Effect.gen(function* () {
      const table = tables.next()
      const store = yield* open(tables.options(table))
      yield* store.put([entry(1)])
      yield* deleteTable(table)
      yield* makeTable(table, keys("id"))
      const told = `StoreUnavailable: DynamoDB table ${table} has the keys id (HASH, S) but needs`
      assert.include(yield* failureOf(store.put([entry(2)])), told)
      assert.include(yield* failureOf(store.put([entry(2)])), told)
      yield* deleteTable(table)
      yield* store.put([entry(2)]).pipe(Effect.retry(soon))
    })
  )

  it.live("is refused at the start, with a reason at every call, when its keys or its index are wrong", () =>
    Effect.gen(function* () {
      const own = "pk (HASH, S), sk (RANGE, S)"
      const index = "gsi1pk (HASH, S), gsi1sk (RANGE, S)"
      const wrong = [
        { own: keys("id"), says: `has the keys id (HASH, S) but needs ${own}` },
        { own: keys("pk", "number"), says: `has the keys pk (HASH, S), number (RANGE, N) but needs ${own}` },
        { own: keys("pk", "sk"), says: `has no index gsi1: add a global secondary index gsi1 with the keys ${index}` },
        { own: keys("pk", "sk"), index: keys("user"), says: `has the keys user (HASH, S) but needs ${index}` }
      ]
      for (const { index, own, says } of wrong) {
        const table = tables.next()
        yield* makeTable(table, own, index)
        const refused = yield* failureOf(DynamoDbStore.check(tables.options(table)))
        assert.include(refused, "DynamoDbUnusable: ")
        assert.include(refused, says)
        assert.notInclude(refused, "\n")
        const store = yield* open(tables.options(table))
        for (const call of [store.check, store.put([entry(1)]), store.room(lobby, everything)]) {
          assert.include(yield* failureOf(call), says)
        }
      }
    })
  )
})

describe("messages too large for one answer of DynamoDB", () => {
  it.live("are all read", () =>
    Effect.gen(function* () {
      const store = yield* open(tables.options(tables.next()))
      // a page of a query ends at 1 MB, and so do the emulator's answers to many keys; DynamoDB's own end at 16 MB
      const all = Array.from({ length: 8 }, (_, i) => entry(i + 1, { content: "x".repeat(300_000) }))
      yield* store.put(all)
      assert.deepStrictEqual(yield* store.user(UserId.make("alice"), everything), all)
      assert.deepStrictEqual(yield* store.room(lobby, everything), all)
    })
  )
})

describe("entries that DynamoDB cannot keep", () => {
  it.live("are refused without saying what is in them", () =>
    Effect.gen(function* () {
      const store = yield* open(tables.options(tables.next()))
      const secret = "a secret "
      const large = yield* failureOf(store.put([entry(1), entry(2, { content: secret.repeat(50_000) })]))
      assert.include(large, "EntriesRefused: ValidationException: Item size has exceeded")
      assert.notInclude(large, "secret")
      for (const odd of [{ ...entry(1), epoch: 0.5 }, entry(10 ** 12), { ...entry(1), at: -1 }]) {
        assert.include(yield* failureOf(store.put([odd])), "EntriesRefused: ")
      }
      yield* store.put([entry(1)])
      assert.deepStrictEqual(yield* store.room(lobby, everything), [entry(1)])
    })
  )

  it.live("leave no hole when something else wrote into their place", () =>
    Effect.gen(function* () {
      const table = tables.next()
      const store = yield* open(tables.options(table))
      yield* store.put([entry(1), entry(2)])
      const [Item] =
        (yield* Effect.promise(() => tables.raw.scan({ TableName: table }))).Items?.filter(({ json }) => json) ?? []
      yield* Effect.promise(() => tables.raw.putItem({ TableName: table, Item: { ...Item, at: { S: "noon" } } }))
      const told = yield* failureOf(store.room(lobby, everything))
      assert.include(told, "StoreUnavailable: the item R#lobby#")
      assert.include(told, "is not a message")
    })
  )
})

const aws = (table: string) => ({ region: "eu-central-1", table })

describe("the check before the start", () => {
  const unset = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_PROFILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI"
  ]

  /** Runs with these variables and no other that could lead to AWS. */
  const withEnv = <A>(env: Readonly<Record<string, string>>, run: Effect.Effect<A>) =>
    Effect.acquireUseRelease(
      Effect.sync(() => {
        for (const variable of unset) vi.stubEnv(variable, undefined)
        const files = { AWS_CONFIG_FILE: "/dev/null", AWS_SHARED_CREDENTIALS_FILE: "/dev/null" }
        const all = { ...files, AWS_EC2_METADATA_DISABLED: "true", ...env }
        for (const [variable, value] of Object.entries(all)) vi.stubEnv(variable, value)
      }),
      () => run,
      () => Effect.sync(() => vi.unstubAllEnvs())
    )

  const credentials = { AWS_ACCESS_KEY_ID: "local", AWS_SECRET_ACCESS_KEY: "local" }

  it.live("finds nothing wrong with a local endpoint that has no table yet, or that nobody answers at", () =>
    withEnv(
      {},
      Effect.gen(function* () {
        assert.strictEqual(yield* failureOf(DynamoDbStore.check(tables.options(tables.next()))), "no failure")
        const nobody = { ...tables.options(tables.next()), endpoint: "http://127.0.0.1:1" }
        assert.strictEqual(yield* failureOf(DynamoDbStore.check(nobody)), "no failure")
      })
    )
  )

  it.live("refuses an endpoint that is no address", () =>
    Effect.gen(function* () {
      for (const endpoint of ["", "localhost:8000", "ftp://localhost", "http://"]) {
        assert.include(
          yield* failureOf(DynamoDbStore.check({ ...tables.options("hubbub"), endpoint })),
          `DynamoDbUnusable: the DynamoDB endpoint ${JSON.stringify(endpoint)} is no address`
        )
      }
    })
  )

  it.live("refuses to use AWS without a region, without credentials, or without a table", () =>
    Effect.gen(function* () {
      const table = tables.next()
      assert.include(
        yield* failureOf(DynamoDbStore.check({ region: "", table })),
        "DynamoDbUnusable: no AWS region for DynamoDB: set DYNAMODB_REGION"
      )
      const without = yield* withEnv({}, failureOf(DynamoDbStore.check(aws(table))))
      assert.include(without, "DynamoDbUnusable: no AWS credentials for DynamoDB: ")
      assert.notInclude(without, "\n")
      // the SDK's own variable stands for AWS: without our endpoint the table is not made
      const env = { ...credentials, AWS_ENDPOINT_URL_DYNAMODB: tables.url }
      const missing = `DynamoDB table ${table} does not exist in region eu-central-1: create it with the keys pk (HASH, S), sk (RANGE, S) and`
      assert.include(yield* withEnv(env, failureOf(DynamoDbStore.check(aws(table)))), missing)
      const calling = open(aws(table)).pipe(Effect.flatMap((store) => failureOf(store.put([entry(1)]))))
      assert.include(yield* withEnv(env, Effect.scoped(calling)), missing)
      const { TableNames } = yield* Effect.promise(() => tables.raw.listTables({}))
      assert.notInclude(TableNames ?? [], table)
    })
  )

  it.live("finds nothing wrong with the right table in AWS", () =>
    Effect.gen(function* () {
      const table = tables.next()
      yield* makeTable(table, keys("pk", "sk"), keys("gsi1pk", "gsi1sk"))
      const env = { ...credentials, AWS_ENDPOINT_URL_DYNAMODB: tables.url }
      assert.strictEqual(yield* withEnv(env, failureOf(DynamoDbStore.check(aws(table)))), "no failure")
    })
  )
})
