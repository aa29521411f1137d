/** The document of the routes, for machines and for people. */
import { assert, describe, it } from "@effect/vitest"
import { execFile } from "node:child_process"
import { createHash } from "node:crypto"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { Effect, Schema } from "effect"
import { Moderation as Order } from "../../src/domain/Moderation.ts"
import type { Moderator } from "../../src/moderation/Moderation.ts"
import { orderProblem } from "../../src/moderation/orderProblem.ts"
import { askText } from "../support/askText.ts"
import { Past } from "../support/Past.ts"
import { type Answer, ask, web } from "../support/Web.ts"

const isOrder = Schema.is(Order)
/** Somebody who may order anything. */
const anyone: Moderator = { userId: undefined, name: "ops-bot", via: "http", moderates: () => true }

const served = () => web(new Past().layer)

const root = join(import.meta.dirname, "../..")
const redocly = join(root, "node_modules/@redocly/cli/bin/cli.js")

interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly description: string
  readonly parameters: ReadonlyArray<Readonly<Record<string, unknown>>>
  readonly security: ReadonlyArray<Readonly<Record<string, unknown>>>
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: { readonly examples?: ReadonlyArray<unknown> } }>>
  }
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>
}

interface Route {
  readonly method: string
  readonly path: string
  readonly operation: Operation
}

const operations = ({ body }: Answer): ReadonlyArray<Route> =>
  Object.entries(body["paths"] as Readonly<Record<string, Readonly<Record<string, Operation>>>>).flatMap(
    ([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation }))
  )

/** What Redocly says of a document by its recommended rules, without asking anyone on the network. */
const lint = async (document: string): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), "openapi-"))
  try {
    const file = join(directory, "openapi.json")
    await writeFile(file, document)
    const env = { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true", CI: "true" }
    const run = await promisify(execFile)(
      process.execPath,
      [redocly, "lint", file, "--extends=recommended", "--format=json"],
      { cwd: directory, env }
    ).catch((error: { stdout: string; stderr: string }) => error)
    return run.stdout === "" ? run.stderr : run.stdout
  } finally {
    await rm(directory, { recursive: true })
  }
}

describe("GET /openapi.json", () => {
  it.live("is a document that a linter has nothing to say about", () =>
    Effect.gen(function* () {
      const answer = yield* ask("/openapi.json")
      assert.strictEqual(answer.status, 200)
      assert.deepInclude(answer.body, { openapi: "3.1.0" })
      const found = JSON.parse(yield* Effect.promise(() => lint(answer.text))) as {
        readonly totals: unknown
        readonly problems: ReadonlyArray<{ readonly ruleId: string; readonly message: string }>
      }
      assert.deepStrictEqual(
        found.problems.map(({ message, ruleId }) => `${ruleId}: ${message}`),
        []
      )
      assert.deepInclude(found.totals, { errors: 0, warnings: 0 })
    }).pipe(Effect.provide(served()))
  )

  it.live("says of every route and parameter what it is, and how it refuses", () =>
    Effect.gen(function* () {
      const all = operations(yield* ask("/openapi.json"))
      assert.isAtLeast(all.length, 30)
      const ids = all.map(({ operation }) => operation.operationId)
      assert.strictEqual(new Set(ids).size, ids.length)
      for (const { operation, path } of all) {
        const { description, parameters, responses, summary } = operation
        assert.isNotEmpty(summary, path)
        assert.isNotEmpty(description, path)
        for (const { description, name, schema } of parameters) {
          assert.isNotEmpty(description, `${path} ${String(name)}`)
          assert.notProperty(schema, "anyOf", `${path} ${String(name)}`)
        }
        assert.property(responses["400"]?.content, "application/problem+json", path)
      }
      const timeseries = all.find(({ path }) => path === "/api/analytics/timeseries")?.operation
      const metric = timeseries?.parameters.find(({ name }) => name === "metric")
      assert.deepInclude(metric, { in: "query", required: true })
      assert.include(JSON.stringify(metric), '"connectedUsers"')
      assert.property(timeseries?.responses["503"]?.content, "application/problem+json")
    }).pipe(Effect.provide(served()))
  )
})

describe("what the document says of who may ask", () => {
  it.live("is a token or a key, and how it is refused where there is none", () =>
    Effect.gen(function* () {
      const answer = yield* ask("/openapi.json")
      assert.deepNestedInclude(answer.body, { "components.securitySchemes.bearer.scheme": "bearer" })
      assert.deepNestedInclude(answer.body, { "components.securitySchemes.apiKey.name": "X-API-Key" })
      const closed: Array<string> = []
      for (const { operation, path } of operations(answer)) {
        const { responses, security } = operation
        const asked = path.startsWith("/api/")
        for (const status of ["401", "403", "429"]) {
          const content = responses[status]?.content
          if (asked) assert.hasAllKeys(content, ["application/problem+json"], `${path} ${status}`)
          else assert.isUndefined(content, path)
        }
        if (!asked) assert.isEmpty(security, path)
        else if (!/^\/api\/(?:admin|moderation)/.test(path)) {
          assert.deepStrictEqual(security, [{ bearer: [] }, { apiKey: [] }, {}])
        } else {
          closed.push(operation.operationId)
          assert.deepStrictEqual(security, [{ bearer: [] }, { apiKey: [] }])
        }
      }
      assert.deepStrictEqual(closed.toSorted(), [
        "broadcastMessage",
        "disconnectUser",
        "listBans",
        "listConnections",
        "listMutes",
        "listOrders",
        "listRuledRooms",
        "moderate",
        "publishMessage",
        "revokeTokens"
      ])
      for (const { method, operation } of operations(answer)) {
        assert.strictEqual(operation.requestBody !== undefined, method === "POST", operation.operationId)
      }
    }).pipe(Effect.provide(served()))
  )
})

describe("what the document says of moderating", () => {
  it.live("is what an order has, how it is refused, and orders that would be taken", () =>
    Effect.gen(function* () {
      const all = operations(yield* ask("/openapi.json"))
      const { requestBody, responses } = all.find(({ path }) => path === "/api/moderation")!.operation
      assert.hasAllKeys(responses, ["200", "400", "401", "403", "404", "413", "415", "429", "501", "503"])
      for (const [status, { content }] of Object.entries(responses)) {
        if (status !== "200") assert.hasAllKeys(content, ["application/problem+json"], status)
      }
      const examples = requestBody?.content["application/json"]?.schema.examples ?? []
      const orders = examples.filter((example) => isOrder(example))
      assert.lengthOf(orders, examples.length)
      for (const order of orders) assert.isUndefined(orderProblem(order, anyone), order.action)
      assert.include(
        orders.map(({ action }) => action),
        "delete"
      )
      const { text } = yield* askText("/docs")
      assert.include(text, "<h2>moderation</h2>")
      for (const { action } of orders) assert.include(text, `{&quot;action&quot;:&quot;${action}&quot;`)
      for (const list of ["bans", "mutes", "rooms", "audit"]) {
        const { responses } = all.find(({ path }) => path === `/api/moderation/${list}`)!.operation
        assert.strictEqual("503" in responses, list === "audit", list)
      }
    }).pipe(Effect.provide(served()))
  )
})

describe("GET /docs", () => {
  it.live("is a page that needs nothing but itself, and names every route and parameter", () =>
    Effect.gen(function* () {
      const { headers, text } = yield* askText("/docs")
      assert.match(headers.get("content-type") ?? "", /^text\/html/)
      const policy = headers.get("content-security-policy") ?? ""
      assert.match(policy, /^default-src 'none'/)
      for (const [tag, directive] of [
        ["script", "script-src"],
        ["style", "style-src"]
      ]) {
        const content = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(text)?.[1] ?? ""
        const hash = createHash("sha256").update(content).digest("base64")
        assert.include(policy, `${directive} 'sha256-${hash}'`)
      }
      assert.notMatch(text, /(?:src|href)="(?:https?:)?\/\/|<link rel="stylesheet|\son[a-z]+="|style="/)
      for (const { method, operation, path } of operations(yield* ask("/openapi.json"))) {
        assert.include(text, `id="${operation.operationId}"`)
        assert.include(text, `${method} ${path}<`)
        for (const { name } of operation.parameters) {
          assert.include(text, method === "GET" ? `name="${String(name)}"` : `<code>${String(name)}</code>`)
        }
      }
      // what is sent, and what a page cannot try
      assert.include(text, "content: string")
      assert.notMatch(text, /data-path="\/api\/admin\/broadcast"/)
    }).pipe(Effect.provide(served()))
  )
})
