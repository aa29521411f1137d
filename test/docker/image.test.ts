/** What is in the image, run as `docker-compose.yml` runs it, on a machine that need not have Docker. */
import { assert, beforeAll, describe, it, onTestFinished } from "@effect/vitest"
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises"
import { ScanCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb"
import { once } from "node:events"
import { createServer, type ServerResponse } from "node:http"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { settings } from "../../src/AppConfig.ts"
import { ChatClient } from "../support/ChatClient.ts"
import { environmentOf, readCompose } from "../support/Compose.ts"
import { every } from "../support/Dockerfile.ts"
import { Dynalite } from "../support/Dynalite.ts"
import { Image } from "../support/Image.ts"
import { type Env, eventually, runToEnd, ServerProcess } from "../support/ServerProcess.ts"

/** Milliseconds that a test may take which starts several processes. */
const SEVERAL_MS = 60_000

const root = resolve(import.meta.dirname, "../..")
const { hubbub } = readCompose(join(root, "docker-compose.yml")).services

let image: Image

beforeAll(async () => {
  image = await Image.build(root, hubbub.build?.dockerfile ?? "")
  return () => image.remove()
}, SEVERAL_MS)

/** A volume of its own, as long as the test. */
const volume = async () => {
  const folder = await mkdtemp(join(tmpdir(), "hubbub-data-"))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** The server of the image as Compose starts it, but for where its volume and its database are. */
const start = async (data: string, env: Env) => {
  const given = { ...image.env, ...environmentOf(hubbub), PORT: "0", DATA_DIR: data, ...env }
  const server = await ServerProcess.start(given, image.command)
  onTestFinished(async () => {
    await server.stop("SIGKILL")
  })
  return server
}

/** A DynamoDB of its own, as long as the test. */
const database = async () => {
  const dynalite = await Dynalite.start()
  const { DYNAMODB_TABLE: TableName = settings.dynamoDbTable.fallback, ...env } = environmentOf(hubbub)
  const client = new DynamoDBClient({
    endpoint: dynalite.url,
    region: env["DYNAMODB_REGION"] ?? settings.dynamoDbRegion.fallback,
    credentials: { accessKeyId: env["AWS_ACCESS_KEY_ID"] ?? "", secretAccessKey: env["AWS_SECRET_ACCESS_KEY"] ?? "" }
  })
  onTestFinished(async () => {
    client.destroy()
    await dynalite.stop()
  })
  return {
    endpoint: dynalite.url,
    /** Everything in the server's table, as text. */
    text: async () => JSON.stringify((await client.send(new ScanCommand({ TableName }))).Items)
  }
}

/** Waits until traffic may be sent to it. */
const ready = (server: ServerProcess) =>
  eventually(
    () => server.fetch("/ready").then(({ status }) => status),
    (status) => status === 200
  )

/** Runs the image's health check as Docker would. */
const health = (port: number) => {
  const [check] = every(image.stage, "HEALTHCHECK")
  return runToEnd(image.resolved(check?.args ?? []), { ...image.env, PORT: String(port) }, image.workdir)
}

/** Something else that listens, as long as the test: its port. */
const listening = async (answer: (response: ServerResponse) => void) => {
  const server = createServer((_, response) => answer(response)).listen(0)
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  await once(server, "listening")
  const address = server.address()
  return typeof address === "object" ? (address?.port ?? 0) : 0
}

describe("the image", () => {
  it("has the bundle, the web app, its health check and an empty data folder, and no packages", async () => {
    const files = Object.keys(await image.files())
    assert.includeMembers(files, ["app/dist/main.js", "app/dist/package.json", "app/healthcheck.mjs"])
    const known = [/^app\/healthcheck\.mjs$/, /^app\/dist\/[\w.-]+\.js(?:on)?$/, /^app\/dist\/web\//]
    assert.isTrue(
      files.every((file) => known.some((pattern) => pattern.test(file))),
      files.join("\n")
    )
    assert.include(files, "app/dist/web/index.html")
  })

  it("tells its version from within the bundle", async () => {
    const { stdout } = await runToEnd([process.execPath, "dist/main.js", "--version"], {}, image.workdir)
    const { default: manifest } = await import("../../package.json", { with: { type: "json" } })
    assert.include(stdout, manifest.version)
  })

  it(
    "serves chat, and its health check says so until it stops",
    async () => {
      const before = await image.files()
      const { endpoint } = await database()
      const server = await start(await volume(), { DYNAMODB_ENDPOINT: endpoint })
      await ready(server)
      const [alice, bob] = await Promise.all([
        ChatClient.plain(server, { userId: "alice", username: "Alice" }),
        ChatClient.v1(server, { userId: "bob", username: "Bob", room: "global" })
      ])
      await alice.say("Hello everyone!")
      assert.deepInclude(await bob.next("chat"), { content: "Hello everyone!", userId: "alice", seq: 1 })
      assert.deepInclude(await health(server.port), { code: 0, stdout: "answered 200\n" })
      const page = await server.fetch("/")
      assert.include(await page.text(), '<div id="root">')
      await Promise.all([alice.close(), bob.close()])
      assert.strictEqual(await server.stop(), 0)
      const down = await health(server.port)
      assert.strictEqual(down.code, 1)
      assert.include(down.stdout, "ECONNREFUSED")
      // the file system of the container can't be written to
      assert.deepStrictEqual(await image.files(), before)
    },
    SEVERAL_MS
  )

  it(
    "is not healthy when its server answers with an error, or not at all",
    async () => {
      const failing = await health(await listening((response) => response.writeHead(503).end()))
      assert.deepInclude(failing, { code: 1, stdout: "answered 503\n" })
      // well before Docker's own patience ends
      assert.strictEqual((await health(await listening(() => {}))).code, 1)
    },
    SEVERAL_MS
  )

  it(
    "keeps what was acknowledged through a kill, in its volume and in DynamoDB",
    async () => {
      const dynamodb = await database()
      const data = await volume()
      const first = await start(data, { DYNAMODB_ENDPOINT: dynamodb.endpoint })
      await ready(first)
      const alice = await ChatClient.v1(first, { userId: "alice", username: "Alice", room: "global" })
      const ack = await alice.ask({ type: "chat", roomId: "global", content: "Still here?" })
      assert.deepInclude(ack, { type: "ack", roomId: "global" })
      await first.stop("SIGKILL")

      const second = await start(data, { DYNAMODB_ENDPOINT: dynamodb.endpoint })
      await ready(second)
      const { messageId, seq } = ack
      const page = await second.json("/api/rooms/global/messages")
      assert.deepInclude(page, { roomId: "global", count: 1 })
      assert.nestedInclude(page, { "messages[0].messageId": messageId, "messages[0].seq": seq })
      assert.nestedInclude(page, { "messages[0].content": "Still here?" })
      await eventually(dynamodb.text, (items) => items.includes(String(messageId)) && items.includes("Still here?"))

      const since = performance.now()
      assert.strictEqual(await second.stop(), 0)
      assert.isBelow(performance.now() - since, Number.parseInt(hubbub.stop_grace_period ?? "") * 1000)
    },
    SEVERAL_MS
  )

  it(
    "keeps history in a file just as well, through the thread that the bundle brings along",
    async () => {
      const data = await volume()
      const server = await start(data, { STORE: "sqlite" })
      const alice = await ChatClient.plain(server, { userId: "alice", username: "Alice" })
      await alice.say("On file?")
      await eventually(
        async () => {
          const files = (await readdir(data)).filter((name) => name.startsWith("hubbub.db"))
          const texts = await Promise.all(files.map((name) => readFile(join(data, name), "latin1")))
          return texts.some((text) => text.includes("On file?"))
        },
        (there) => there
      )
      await alice.close()
      assert.strictEqual(await server.stop(), 0)
    },
    SEVERAL_MS
  )
})
