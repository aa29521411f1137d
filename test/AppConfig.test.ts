import { readFileSync } from "node:fs"
import { parseEnv } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer } from "effect"
import { AppConfig, ConfigInvalid, loadConfig, settings } from "../src/AppConfig.ts"
import type { Setting } from "../src/settings/Setting.ts"

const all: ReadonlyArray<Setting<unknown>> = Object.values(settings)

const load = (env: Record<string, string>) =>
  loadConfig.pipe(Effect.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord(env))))
const refusal = (env: Record<string, string>) => Effect.flip(load(env))

/** Texts that a setting must not take: nonsense, and for a range what lies just outside of it. */
const badValues = ({ allowed, variable }: Setting<unknown>): ReadonlyArray<string> => {
  const range = / from (\S+) to (\S+)$/.exec(allowed)
  if (variable === "ALLOWED_ORIGINS") return ["https://chat.example/", "chat.example", "null", "*,https://a.example"]
  if (variable === "WORD_FILTER") return ["@"]
  if (variable === "DATA_DIR") return ["\0"]
  if (variable === "AUTH_ISSUER" || variable === "AUTH_JWKS_URL") {
    return ["login.example", "ftp://login.example", "https://login.example:keys", "https://[::1", "https://a:b@c"]
  }
  if (variable === "AUTH_SCOPE") return ["two  spaces", "größe"]
  if (variable === "CURSOR_SECRET") return ["too short", "x".repeat(31)]
  if (range === null) return ["no such thing!"]
  const [min, max] = [Number(range[1]), Number(range[2])]
  const whole = allowed.startsWith("a whole") ? ["0.5", `${max}.0`] : []
  return ["x", "-1", "1e3", "0x10", "NaN", "Infinity", "1_000", "5 s", String(min - 1), String(max + 1), ...whole]
}

describe("AppConfig", () => {
  it.effect("has a default for everything, which is itself allowed", () =>
    Effect.gen(function* () {
      const config: Record<string, unknown> = yield* load({})
      assert.deepStrictEqual(Object.keys(config), Object.keys(settings))
      for (const [name, { fallback, read }] of Object.entries(settings)) {
        assert.isDefined(config[name], name)
        assert.deepStrictEqual(config[name], read(fallback))
      }
      const said = yield* load(Object.fromEntries(all.map(({ fallback, variable }) => [variable, fallback])))
      assert.deepStrictEqual(said, yield* load({}))
    })
  )

  it.effect("has the limits that are promised as its defaults", () =>
    Effect.gen(function* () {
      assert.deepInclude(yield* load({}), {
        host: "127.0.0.1",
        maxFrameBytes: 16 * 1024,
        maxFragments: 64,
        headersTimeoutMs: 5000,
        pingIntervalMs: 25_000,
        mailboxBytes: 2 ** 20,
        unsentBytes: 64 * 1024,
        stallTimeoutMs: 10_000,
        hubInbox: 65_536,
        ratePerSec: 5,
        rateBurst: 10,
        joinsPerSec: 5,
        roomsPerConnection: 128,
        connectionsPerIp: 200,
        upgradesPerSec: 10,
        upgradesBurst: 30,
        roomEmptyMs: 600_000
      })
    })
  )

  // I4
  it.effect("reads what the environment says", () =>
    Effect.gen(function* () {
      const config = yield* load({
        PORT: "9000",
        HOST: "::",
        LOG_LEVEL: "WARN",
        ALLOWED_ORIGINS: "https://a.example, http://localhost:5173",
        RATE_LIMIT_PER_SEC: "0.5",
        LIMIT_LOOPBACK: "true",
        // variables of others that look alike
        PORT_NAME: "x",
        HOST__NAME: "x",
        PORT__0: "x"
      })
      assert.deepInclude(config, {
        port: 9000,
        host: "::",
        logLevel: "warn",
        allowedOrigins: ["https://a.example", "http://localhost:5173"],
        ratePerSec: 0.5,
        limitLoopback: true
      })
    })
  )

  it.effect("takes 0 for any free port, and * for any origin", () =>
    Effect.gen(function* () {
      assert.deepInclude(yield* load({ PORT: "0", ALLOWED_ORIGINS: "*" }), { port: 0, allowedOrigins: "*" })
    })
  )

  it.effect("is also a service", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* AppConfig).port, 9000)
    }).pipe(
      Effect.provide(
        AppConfig.layer.pipe(Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord({ PORT: "9000" }))))
      )
    )
  )

  it.effect.each(all)("takes an empty $variable for none", ({ variable }) =>
    Effect.gen(function* () {
      const defaults = yield* load({})
      assert.deepStrictEqual(yield* load({ [variable]: "" }), defaults)
      assert.deepStrictEqual(yield* load({ [variable]: "  " }), defaults)
    })
  )

  it.effect.each(all)("does not start with a bad $variable, and says in one line what it may be", (setting) =>
    Effect.gen(function* () {
      for (const value of badValues(setting)) {
        const error = yield* refusal({ [setting.variable]: value })
        assert.instanceOf(error, ConfigInvalid)
        assert.strictEqual(
          error.message,
          `${setting.variable}=${JSON.stringify(setting.secret ? "…" : value)} is not allowed: expected ${setting.allowed}`
        )
      }
      const { message } = yield* refusal({ [setting.variable]: "a\nb\r\u001b[31m" })
      assert.notMatch(message, /\p{Cc}/u)
    })
  )

  it.effect.each(all.filter(({ allowed }) => allowed.includes(" from ")))(
    "takes both ends of the range of $variable",
    ({ allowed, variable }) =>
      Effect.gen(function* () {
        for (const end of / from (\S+) to (\S+)$/.exec(allowed)!.slice(1)) {
          assert.include(Object.values(yield* load({ [variable]: end })), Number(end))
        }
      })
  )

  it.effect("names the first of two mistakes", () =>
    Effect.gen(function* () {
      const error = yield* refusal({ DRAIN_GRACE_MS: "x", PORT: "x" })
      assert.strictEqual(error.variable, "PORT")
    })
  )

  it("gives each setting a variable of its own, an explanation and a rule", () => {
    assert.strictEqual(new Set(all.map(({ variable }) => variable)).size, all.length)
    for (const { allowed, doc, variable } of all) {
      assert.match(variable, /^[A-Z]+(_[A-Z]+)*$/)
      assert.match(doc, /^\S.*\.$/)
      assert.notStrictEqual(allowed, "")
    }
  })
})

describe(".env.example", () => {
  const text = readFileSync(new URL("../.env.example", import.meta.url), "utf8")

  it("lists every setting with its default and its explanation, in the order of the table", () => {
    const listed = Array.from(text.matchAll(/^# (.*)\n([A-Z_]+)=(.*)$/gm), ([, doc, variable, fallback]) => ({
      doc,
      variable,
      fallback
    }))
    assert.deepStrictEqual(
      listed,
      all.map(({ doc, fallback, variable }) => ({ doc, variable, fallback }))
    )
  })

  it.effect("changes nothing when it is used as it is", () =>
    Effect.gen(function* () {
      const env = Object.fromEntries(Object.entries(parseEnv(text)).map(([name, value]) => [name, value ?? ""]))
      assert.sameMembers(
        Object.keys(env),
        all.map(({ variable }) => variable)
      )
      assert.deepStrictEqual(yield* load(env), yield* load({}))
    })
  )
})
