import { DynamoDB } from "@aws-sdk/client-dynamodb"
import { NodeHttpHandler } from "@smithy/node-http-handler"
import { afterAll, afterEach, assert, beforeAll, beforeEach, describe, it } from "vitest"
import { Dynalite } from "../support/Dynalite.ts"
import { FaultProxy } from "../support/FaultProxy.ts"

let tables = 0
let table: string
let dynalite: Dynalite
let proxy: FaultProxy
let through: DynamoDB
let direct: DynamoDB

const client = (endpoint: string) =>
  new DynamoDB({
    endpoint,
    region: "local",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler({ requestTimeout: 300, throwOnRequestTimeout: true })
  })

const write = (from: number, to: number) =>
  through.batchWriteItem({
    RequestItems: {
      [table]: Array.from({ length: to - from + 1 }, (_, i) => ({ PutRequest: { Item: { id: { S: `${from + i}` } } } }))
    }
  })

/** How a call ended: the name of its error, or `ok`. */
const ending = (call: Promise<unknown>) =>
  call.then(
    () => "ok",
    (error: unknown) => (error instanceof Error ? error.name : "not an error")
  )

const kept = async () => (await direct.scan({ TableName: table })).Count

beforeAll(async () => {
  dynalite = await Dynalite.start()
  direct = client(dynalite.url)
})

afterAll(async () => {
  direct.destroy()
  await dynalite.stop()
})

beforeEach(async () => {
  proxy = await FaultProxy.start(dynalite.url, 7)
  through = client(proxy.url)
  table = `things-${tables++}`
  await direct.createTable({
    TableName: table,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }]
  })
  while ((await direct.describeTable({ TableName: table })).Table?.TableStatus !== "ACTIVE");
})

afterEach(async () => {
  through.destroy()
  await proxy.stop()
})

/** How twenty calls end when half of them fail. */
const halfFailing = async (seed: number) => {
  const own = await FaultProxy.start(dynalite.url, seed)
  const calling = client(own.url)
  own.throttle({ probability: 0.5 })
  const endings = []
  for (let i = 0; i < 20; i++) endings.push(await ending(calling.listTables({})))
  calling.destroy()
  await own.stop()
  return endings
}

describe("FaultProxy", () => {
  it("passes calls and answers on as they are, and notes each", async () => {
    await write(1, 3)
    const { Item } = await through.getItem({ TableName: table, Key: { id: { S: "2" } } })
    assert.deepStrictEqual(Item, { id: { S: "2" } })
    assert.strictEqual(await ending(through.describeTable({ TableName: "nothing" })), "ResourceNotFoundException")
    assert.deepStrictEqual(
      proxy.calls.map(({ fault, items, operation }) => [operation, items, fault]),
      [
        ["BatchWriteItem", 3, "pass"],
        ["GetItem", 0, "pass"],
        ["DescribeTable", 0, "pass"]
      ]
    )
  })

  it("answers with errors of the service without passing anything on", async () => {
    proxy.error500()
    assert.strictEqual(await ending(write(1, 2)), "InternalServerError")
    proxy.throttle()
    assert.strictEqual(await ending(write(1, 2)), "ProvisionedThroughputExceededException")
    proxy.expired()
    assert.strictEqual(await ending(write(1, 2)), "ExpiredTokenException")
    assert.strictEqual(await kept(), 0)
  })

  it("resets connections, and never answers, without passing anything on", async () => {
    proxy.down()
    assert.notStrictEqual(await ending(write(1, 2)), "ok")
    proxy.blackhole()
    assert.strictEqual(await ending(write(1, 2)), "TimeoutError")
    assert.strictEqual(await kept(), 0)
  })

  it("loses, cuts short or delays the answer of a call that it passed on", async () => {
    proxy.lostReply()
    assert.notStrictEqual(await ending(write(1, 2)), "ok")
    assert.strictEqual(await kept(), 2)
    proxy.truncated()
    assert.notStrictEqual(await ending(write(3, 4)), "ok")
    assert.strictEqual(await kept(), 4)
    proxy.slow(600)
    assert.strictEqual(await ending(write(5, 6)), "TimeoutError")
    assert.strictEqual(await kept(), 6)
    proxy.slow(50)
    assert.strictEqual(await ending(write(7, 8)), "ok")
  })

  it("leaves an answer unfinished with the connection open", async () => {
    proxy.stalled()
    const answer = await fetch(proxy.url, { method: "POST", body: "{}" })
    const reader = answer.body?.getReader()
    const { value } = (await reader?.read()) ?? {}
    assert.strictEqual(value?.length, Number(answer.headers.get("content-length")) >> 1)
    // it waits for the rest until its connection ends
    const rest = reader?.read().then(
      () => "answered",
      () => "ended"
    )
    await proxy.close()
    assert.strictEqual(await rest, "ended")
  })

  it("takes the first part of a batch and gives the rest back", async () => {
    proxy.partial()
    const { UnprocessedItems } = await write(1, 5)
    assert.deepStrictEqual(
      UnprocessedItems?.[table]?.map(({ PutRequest }) => PutRequest?.Item?.["id"]?.S),
      ["4", "5"]
    )
    assert.strictEqual(await kept(), 3)
    proxy.partial(0)
    assert.strictEqual((await write(6, 7)).UnprocessedItems?.[table]?.length, 2)
    assert.strictEqual(await kept(), 3)
    proxy.partial()
    assert.deepStrictEqual((await write(8, 8)).UnprocessedItems, {})
  })

  it("fails the next few calls, or calls of some operations, only", async () => {
    proxy.error500({ calls: 2, operations: ["BatchWriteItem"] })
    const endings = []
    for (let i = 1; i <= 3; i++) {
      endings.push(await ending(through.getItem({ TableName: table, Key: { id: { S: "1" } } })))
      endings.push(await ending(write(i, i)))
    }
    assert.deepStrictEqual(endings, ["ok", "InternalServerError", "ok", "InternalServerError", "ok", "ok"])
  })

  it("fails a share of calls, the same ones for the same seed", async () => {
    const endings = await halfFailing(3)
    assert.deepStrictEqual(endings, await halfFailing(3))
    assert.notDeepEqual(endings, await halfFailing(4))
    assert.isAbove(endings.filter((one) => one === "ok").length, 3)
    assert.isBelow(endings.filter((one) => one === "ok").length, 17)
  })

  it("closes its port and opens the same one again", async () => {
    const { url } = proxy
    await write(1, 1)
    await proxy.close()
    assert.notStrictEqual(await ending(write(2, 2)), "ok")
    await proxy.open()
    assert.strictEqual(proxy.url, url)
    assert.strictEqual(await ending(write(3, 3)), "ok")
    assert.strictEqual(await kept(), 2)
  })
})
