/** The document of the routes, for machines and for people. */
import { assert, describe, it } from "@effect/vitest"
import { execFile } from "node:child_process"
import { createHash } from "node:crypto"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { Effect } from "effect"
import { askText } from "../support/askText.ts"
import { Past } from "../support/Past.ts"
import { type Answer, ask, web } from "../support/Web.ts"

const served = () => web(new Past().layer)

const root = join(import.meta.dirname, "../..")
const redocly = join(root, "node_modules/@redocly/cli/bin/cli.js")

interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly description: string
  readonly parameters: ReadonlyArray<Readonly<Record<string, unknown>>>
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>
}

const operations = ({ body }: Answer): ReadonlyArray<readonly [string, Operation]> =>
  Object.entries(body["paths"] as Readonly<Record<string, { readonly get: Operation }>>).map(([path, { get }]) => [
    path,
    get
  ])

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
      assert.isAtLeast(all.length, 22)
      const ids = all.map(([, { operationId }]) => operationId)
      assert.strictEqual(new Set(ids).size, ids.length)
      for (const [path, { description, parameters, responses, summary }] of all) {
        assert.isNotEmpty(summary, path)
        assert.isNotEmpty(description, path)
        for (const { description, name, schema } of parameters) {
          assert.isNotEmpty(description, `${path} ${String(name)}`)
          assert.notProperty(schema, "anyOf", `${path} ${String(name)}`)
        }
        assert.property(responses["400"]?.content, "application/problem+json", path)
      }
      const timeseries = all.find(([path]) => path === "/api/analytics/timeseries")?.[1]
      const metric = timeseries?.parameters.find(({ name }) => name === "metric")
      assert.deepInclude(metric, { in: "query", required: true })
      assert.include(JSON.stringify(metric), '"connectedUsers"')
      assert.property(timeseries?.responses["503"]?.content, "application/problem+json")
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
      for (const [path, { operationId, parameters }] of operations(yield* ask("/openapi.json"))) {
        assert.include(text, `id="${operationId}"`)
        assert.include(text, `GET ${path}<`)
        for (const { name } of parameters) assert.include(text, `name="${String(name)}"`)
      }
    }).pipe(Effect.provide(served()))
  )
})
