import { assert, describe, it } from "@effect/vitest"
import { DCLinter } from "dclint"
import { ConfigProvider, Effect } from "effect"
import { existsSync, readFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { loadConfig, settings } from "../../src/AppConfig.ts"
import { environmentOf, interpolate, readCompose } from "../support/Compose.ts"
import { every, parseDockerfile } from "../support/Dockerfile.ts"
import type { Env } from "../support/ServerProcess.ts"

const root = resolve(import.meta.dirname, "../..")
const file = join(root, "docker-compose.yml")
const { services, volumes } = readCompose(file)
const { dynamodb, hubbub } = services
const known: ReadonlyArray<string> = Object.values(settings).map(({ variable }) => variable)

/** Those that must not follow the machine's .env, which is written for a server outside of containers. */
const FIXED = ["HOST", "PORT", "DATA_DIR", "STORE", "DYNAMODB_ENDPOINT"]

/** What the linter's types, which do not resolve here, say of a finding. */
interface Finding {
  readonly line: number
  readonly message: string
}

/** Each volume as its name and where it is mounted. */
const mounted = (entries: ReadonlyArray<string>) => entries.map((volume) => volume.split(":"))

const published = (machine: Env) => hubbub.ports.map((port) => interpolate(port, machine))

const seconds = (text: string) => Number(/^(\d+)s$/.exec(text)?.[1])

describe("docker-compose.yml", () => {
  it("has nothing that a linter objects to", () => {
    const linter = new DCLinter({
      rules: {
        // keys stand in the order in which they are explained
        "service-keys-order": 0,
        // `name` is not known to docker-compose 1, and the folder's name is as good
        "require-project-name-field": 0,
        "require-quotes-in-ports": [1, { quoteType: "double" }]
      },
      quiet: false,
      debug: false,
      exclude: []
    })
    assert.deepStrictEqual(
      linter
        .lintFiles([file], false)
        .flatMap(({ messages }: { readonly messages: ReadonlyArray<Finding> }) =>
          messages.map(({ line, message }: Finding) => `${line}: ${message}`)
        ),
      []
    )
  })

  it("gives the server no variable that it does not know", () => {
    const unknown = Object.keys(hubbub.environment).filter((name) => !known.includes(name) && !name.startsWith("AWS_"))
    assert.deepStrictEqual(unknown, [])
  })

  it("lets every other setting be set by the shell or by .env", () => {
    const machine = Object.fromEntries(known.map((name) => [name, `their ${name}`]))
    const given = environmentOf(hubbub, machine)
    for (const name of known) {
      if (FIXED.includes(name)) assert.notStrictEqual(given[name], machine[name], name)
      else assert.strictEqual(given[name], machine[name], name)
    }
  })

  it.effect("configures a server that starts, also where .env is the example as it stands", () =>
    Effect.gen(function* () {
      const example = readFileSync(join(root, ".env.example"), "utf8").matchAll(/^([A-Z_]+)=(.*)$/gm)
      const copied = Object.fromEntries(Array.from(example, ([, name = "", value = ""]) => [name, value]))
      for (const machine of [{}, copied]) {
        const environment = ConfigProvider.fromEnvRecord(environmentOf(hubbub, machine))
        const config = yield* Effect.provideService(loadConfig, ConfigProvider.ConfigProvider, environment)
        assert.deepInclude(config, { host: "0.0.0.0", port: 8080 })
      }
    })
  )

  it("serves this machine alone: at 8080, or at the PORT that was set", () => {
    assert.deepStrictEqual(published({}), ["127.0.0.1:8080:8080"])
    assert.deepStrictEqual(published({ PORT: "9000" }), ["127.0.0.1:9000:8080"])
    assert.isTrue(dynamodb.ports.every((port) => port.startsWith("127.0.0.1:")))
  })

  it("never hands the machine's AWS credentials to the local database", () => {
    const machine = { AWS_ACCESS_KEY_ID: "real", AWS_SECRET_ACCESS_KEY: "real", AWS_SESSION_TOKEN: "real" }
    assert.notInclude(Object.values(environmentOf(hubbub, machine)), "real")
    // DynamoDB local refuses ids with anything else in them
    assert.match(environmentOf(hubbub)["AWS_ACCESS_KEY_ID"] ?? "", /^[A-Za-z0-9]+$/)
  })

  it("builds the server from the Dockerfile, and checks its health as that does", () => {
    const { context = "", dockerfile = "" } = hubbub.build ?? {}
    const path = join(root, context, dockerfile)
    assert.isTrue(existsSync(path))
    const image = parseDockerfile(readFileSync(path, "utf8")).at(-1)!
    const [check] = every(image, "HEALTHCHECK")
    assert.deepStrictEqual(hubbub.healthcheck.test, ["CMD", ...(check?.args ?? [])])
    const { interval, retries, start_period, timeout } = hubbub.healthcheck
    assert.deepStrictEqual(check?.flags, { interval, timeout, "start-period": start_period, retries: String(retries) })
  })

  it("gives the server longer to stop than it takes at most", () => {
    assert.isAbove(seconds(hubbub.stop_grace_period ?? "") * 1000, Number(settings.drainGraceMs.fallback))
  })

  it("starts the server once the database answers, at the address that the server is given", () => {
    assert.deepStrictEqual(hubbub.depends_on, { dynamodb: { condition: "service_healthy" } })
    const endpoint = new URL(environmentOf(hubbub)["DYNAMODB_ENDPOINT"] ?? "")
    assert.strictEqual(endpoint.hostname, "dynamodb")
    assert.isTrue(dynamodb.ports.some((port) => port.endsWith(`:${endpoint.port}`)))
    assert.isTrue(dynamodb.healthcheck.test.some((arg) => arg.includes(`:${endpoint.port}`)))
  })

  it("keeps what both write in volumes", () => {
    assert.deepStrictEqual(mounted(hubbub.volumes), [["data", hubbub.environment["DATA_DIR"]]])
    const path = dynamodb.command?.at((dynamodb.command?.indexOf("-dbPath") ?? 0) + 1)
    assert.deepStrictEqual(mounted(dynamodb.volumes), [["dynamodb", path]])
    assert.sameMembers(Object.keys(volumes), ["data", "dynamodb"])
  })

  it("gives the server no right that it does not need", () => {
    assert.isTrue(hubbub.read_only)
    assert.deepStrictEqual(hubbub.cap_drop, ["ALL"])
    for (const service of [hubbub, dynamodb]) assert.include(service.security_opt, "no-new-privileges:true")
    assert.isUndefined(hubbub.user)
  })
})
