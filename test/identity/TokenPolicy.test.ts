import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect } from "effect"
import { loadConfig } from "../../src/AppConfig.ts"
import { SECRET } from "./minted.ts"

const refusal = (env: Record<string, string>) =>
  loadConfig.pipe(
    Effect.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord(env))),
    Effect.flip,
    Effect.map(({ message }) => message)
  )
const loads = (env: Record<string, string>) =>
  loadConfig.pipe(Effect.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord(env))))

describe("settings of tokens", () => {
  // T48
  it.effect("do not take a secret that can be guessed, and do not show it", () =>
    Effect.gen(function* () {
      for (const secret of ["x", "hunter2", "x".repeat(31), "ü".repeat(15)]) {
        const message = yield* refusal({ AUTH_SECRET: secret })
        assert.strictEqual(message, 'AUTH_SECRET="…" is not allowed: expected 32 bytes or more, or nothing')
      }
      // bytes count, not characters
      yield* loads({ AUTH_SECRET: "ü".repeat(16) })
    })
  )

  // T45: a public key must never be taken for a secret
  it.effect.each([
    [{ AUTH_SECRET: SECRET, AUTH_ALGORITHMS: "RS256" }, "AUTH_ALGORITHMS"],
    [{ AUTH_SECRET: SECRET, AUTH_ALGORITHMS: "HS256,RS256" }, "AUTH_ALGORITHMS"],
    [{ AUTH_JWKS_URL: "https://login.example/keys", AUTH_ALGORITHMS: "RS256,HS256" }, "AUTH_ALGORITHMS"],
    [{ AUTH_ISSUER: "https://login.example", AUTH_ALGORITHMS: "HS256" }, "AUTH_ALGORITHMS"],
    [{ AUTH_SECRET: SECRET, AUTH_JWKS_URL: "https://login.example/keys" }, "AUTH_JWKS_URL"],
    [{ AUTH_SECRET: SECRET, AUTH_ALGORITHMS: "HS512" }, "AUTH_ALGORITHMS"],
    [{ AUTH_ALGORITHMS: "none" }, "AUTH_ALGORITHMS"],
    [{ AUTH_ALGORITHMS: "HS256" }, "AUTH_ALGORITHMS"],
    [{ AUTH_AUDIENCE: "chat" }, "AUTH_AUDIENCE"],
    [{ AUTH_JWKS_URL: "https://user:password@login.example/keys" }, "AUTH_JWKS_URL"],
    [{ AUTH_JWKS_URL: "file:///etc/keys" }, "AUTH_JWKS_URL"]
  ] as const)("that do not go together stop the start in one line (case %#)", ([env, variable]) =>
    Effect.gen(function* () {
      const message = yield* refusal({ ...env })
      assert.isTrue(message.startsWith(`${variable}=`), message)
      assert.notMatch(message, /\n/)
      assert.notInclude(message, SECRET)
    })
  )

  it.effect("take a secret with an issuer and an audience to check, and a longer one for longer hashes", () =>
    Effect.gen(function* () {
      yield* loads({ AUTH_SECRET: SECRET, AUTH_ISSUER: "https://login.example", AUTH_AUDIENCE: "chat" })
      yield* loads({ AUTH_SECRET: "x".repeat(64), AUTH_ALGORITHMS: "HS512, HS256" })
      yield* loads({ AUTH_JWKS_URL: "https://login.example/keys", AUTH_ALGORITHMS: "ES256" })
    })
  )
})
