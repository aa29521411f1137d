/**
 * The issuer's public keys, fetched when they are first needed and kept. A key that is known goes on while the issuer is away; one that is
 * not known is looked for, though not by everyone at once, and not again right after it failed.
 */
import { Schema } from "effect"
import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from "jose"
import { IssuerAway } from "./IssuerAway.ts"

/** Milliseconds the issuer may take for one answer. */
const TIMEOUT_MS = 5000
/** Milliseconds after which keys are looked up again for a key that is not among them. */
const COOLDOWN_MS = 5000
/** Milliseconds after which an issuer that did not answer is asked again. */
const RETRY_MS = 2000

/** Where the keys are. */
export type KeySource =
  | { readonly _tag: "url"; readonly url: string }
  | { readonly _tag: "issuer"; readonly issuer: string }

export interface KeySet {
  /** The key of a token. Rejects with what `jose` says of the token, or with `IssuerAway`. */
  readonly find: JWTVerifyGetKey
  /** Fetches the keys as they are now; rejects with `IssuerAway`, and the ones that are known stay. */
  renew(): Promise<void>
}

const isConfiguration = Schema.is(Schema.Struct({ issuer: Schema.String, jwks_uri: Schema.String }))

/** What is wrong with the token, rather than with the issuer. */
const isVerdict = (error: unknown): boolean =>
  error instanceof errors.JWKSNoMatchingKey ||
  error instanceof errors.JWKSMultipleMatchingKeys ||
  error instanceof errors.JOSENotSupported

/** What went wrong, with its cause, which is where `fetch` says it. */
const explain = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message
}

/** Whatever kept the keys from being fetched. */
export const away = (error: unknown): IssuerAway =>
  error instanceof IssuerAway ? error : new IssuerAway({ why: explain(error), retryAfterMs: RETRY_MS })

/** `now` in monotonic milliseconds. */
export const keySet = (source: KeySource, now: () => number): KeySet => {
  let askAgainAt = -Infinity

  const ask = async (url: string, init: RequestInit): Promise<Response> => {
    if (now() < askAgainAt) throw new IssuerAway({ why: "it did not answer just now", retryAfterMs: RETRY_MS })
    const response = await fetch(url, init)
    if (response.status !== 200) throw new Error(`${url} answered ${response.status}`)
    return response
  }

  const failed = (error: unknown): IssuerAway => {
    if (!(error instanceof IssuerAway)) askAgainAt = now() + RETRY_MS
    return away(error)
  }

  const discover = async (issuer: string): Promise<string> => {
    const url = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`
    const response = await ask(url, { redirect: "error", signal: AbortSignal.timeout(TIMEOUT_MS) })
    const configuration: unknown = await response.json()
    if (!isConfiguration(configuration)) throw new Error(`${url} has no issuer or no jwks_uri`)
    if (configuration.issuer !== issuer) throw new Error(`${url} is the configuration of another issuer`)
    if (issuer.startsWith("https:") && !configuration.jwks_uri.startsWith("https:")) {
      throw new Error(`${url} has a jwks_uri that is not https`)
    }
    return configuration.jwks_uri
  }

  const open = async () => {
    const url = source._tag === "url" ? source.url : await discover(source.issuer)
    return createRemoteJWKSet(new URL(url), {
      timeoutDuration: TIMEOUT_MS,
      cooldownDuration: COOLDOWN_MS,
      // renewed on the side: keys that grew old while the issuer is away would else shut everyone out
      cacheMaxAge: Infinity,
      [customFetch]: ask
    })
  }

  let opened: ReturnType<typeof open> | undefined
  const set = async () => {
    opened ??= open()
    const mine = opened
    try {
      return await mine
    } catch (error) {
      if (opened === mine) opened = undefined
      throw error
    }
  }

  return {
    find: async (header, token) => {
      try {
        const keys = await set()
        return await keys(header, token)
      } catch (error) {
        throw isVerdict(error) ? error : failed(error)
      }
    },
    renew: async () => {
      try {
        const keys = await set()
        await keys.reload()
      } catch (error) {
        throw failed(error)
      }
    }
  }
}
