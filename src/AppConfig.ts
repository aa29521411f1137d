/** Every environment variable: its default, what is allowed, what it is for. `.env.example`, `--help` and the README follow this table. */
import { Config, Context, Data, Effect, Layer } from "effect"
import { checkApiKeys } from "./identity/ApiKeys.ts"
import { tokenPolicy } from "./identity/TokenPolicy.ts"
import { chatSettings } from "./settings/chat.ts"
import { figuresSettings } from "./settings/figures.ts"
import { identitySettings } from "./settings/identity.ts"
import { moderationSettings } from "./settings/moderation.ts"
import { networkSettings } from "./settings/network.ts"
import { operatorsSettings } from "./settings/operators.ts"
import { outboundSettings } from "./settings/outbound.ts"
import { paceSettings } from "./settings/pace.ts"
import { privateSettings } from "./settings/private.ts"
import { storageSettings } from "./settings/storage.ts"
import type { Setting } from "./settings/Setting.ts"

/** A variable that stops the start: which, what it was set to, what it may be. */
export class ConfigInvalid extends Data.TaggedError("ConfigInvalid")<{
  readonly variable: string
  readonly value: string
  readonly allowed: string
}> {
  override get message() {
    return `${this.variable}=${JSON.stringify(this.value)} is not allowed: expected ${this.allowed}`
  }
}

/** By the name they have in the code, in the order they are listed in. */
export const settings = {
  ...networkSettings,
  ...identitySettings,
  ...chatSettings,
  ...moderationSettings,
  ...privateSettings,
  ...storageSettings,
  ...paceSettings,
  ...figuresSettings,
  ...outboundSettings,
  ...operatorsSettings
} as const

type Settings = typeof settings
export type Configuration = { readonly [K in keyof Settings]: Settings[K] extends Setting<infer A> ? A : never }

/** Reads one variable; an empty one counts as missing. */
const load = <A>(setting: Setting<A>): Effect.Effect<A, ConfigInvalid> =>
  Config.String(setting.variable).pipe(
    Config.withDefault(""),
    Effect.orDie,
    Effect.flatMap((text) => {
      const trimmed = text.trim()
      const value = setting.read(trimmed === "" ? setting.fallback : trimmed)
      if (value !== undefined) return Effect.succeed(value)
      return Effect.fail(
        new ConfigInvalid({
          variable: setting.variable,
          value: setting.secret ? "…" : text,
          allowed: setting.allowed
        })
      )
    })
  )

/** Reads every variable, or fails with the first one that is not allowed. */
export const loadConfig: Effect.Effect<Configuration, ConfigInvalid> = Effect.gen(function* () {
  const entries: Array<readonly [string, unknown]> = []
  for (const [name, setting] of Object.entries(settings)) {
    entries.push([name, yield* load<unknown>(setting)])
  }
  const config = Object.fromEntries(entries) as Configuration
  yield* Effect.mapError(Effect.fromResult(tokenPolicy(config)), (problem) => new ConfigInvalid(problem))
  yield* Effect.mapError(Effect.fromResult(checkApiKeys(config.apiKeys)), (problem) => new ConfigInvalid(problem))
  return config
})

export class AppConfig extends Context.Service<AppConfig, Configuration>()("hubbub/AppConfig") {
  static readonly layer = Layer.effect(AppConfig, loadConfig)
}
