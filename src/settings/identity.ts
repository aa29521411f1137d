/** Who one is, and what may be done with tokens. */
import { Redacted } from "effect"
import { API_KEY_MIN, type ApiKey, parseApiKeys } from "../identity/ApiKeys.ts"
import { parseOrigin } from "../identity/Origins.ts"
import { ALGORITHMS, SECRET_MIN } from "../identity/TokenPolicy.ts"
import { secret, type Setting, text } from "./Setting.ts"

const authSecret: Setting<Redacted.Redacted> = {
  variable: "AUTH_SECRET",
  fallback: "",
  allowed: `${SECRET_MIN} bytes or more, or nothing`,
  doc: "Secret that tokens are signed with (HS256). With it, AUTH_JWKS_URL or AUTH_ISSUER, who one is comes from a token alone.",
  secret: true,
  read: (text) => (text === "" || Buffer.byteLength(text) >= SECRET_MIN ? Redacted.make(text) : undefined)
}

const authAlgorithms: Setting<ReadonlyArray<string>> = {
  variable: "AUTH_ALGORITHMS",
  fallback: "",
  allowed: `one or more of ${ALGORITHMS.join(", ")}, separated by commas, or nothing`,
  doc: "Algorithms that tokens may be signed by; without, HS256 with AUTH_SECRET, and RS256, ES256 and EdDSA with public keys.",
  read: (text) => {
    const entries = text === "" ? [] : text.split(",").map((entry) => entry.trim())
    return entries.every((entry) => ALGORITHMS.includes(entry)) ? entries : undefined
  }
}

/** Whether each key may be used is checked afterwards, so that a wrong one can be told by its name. */
const apiKeys: Setting<Redacted.Redacted<ReadonlyArray<ApiKey>>> = {
  variable: "API_KEYS",
  fallback: "",
  allowed: `name:key pairs separated by commas, each name of a-z, 0-9, - and _ and each key of ${API_KEY_MIN} characters or more, or nothing`,
  doc: "Keys of programs that may use the admin API, and everything else as the role admin, also without tokens.",
  secret: true,
  read: (text) => {
    const keys = parseApiKeys(text)
    return keys === undefined ? undefined : Redacted.make(keys)
  }
}

const authOrigins: Setting<ReadonlyArray<string>> = {
  variable: "AUTH_ORIGINS",
  fallback: "",
  allowed: "exact origins separated by commas, such as https://tokens.example, or nothing",
  doc: "Origins beside AUTH_ISSUER's that the web app has to ask to sign users in, as where tokens are given elsewhere.",
  read: (text) => {
    const entries = text === "" ? [] : text.split(",").map((entry) => entry.trim())
    return entries.every((entry) => "origin" in parseOrigin(entry)) ? entries : undefined
  }
}

/** No user or password in it, as it is shown where it does not work. */
const KEYS_URL = /^https?:\/\/[^\s/?#@]+(\/[^\s#@]*)?$/

const url = (variable: string, allowed: string, doc: string): Setting<string> => ({
  variable,
  fallback: "",
  allowed,
  doc,
  read: (text) => (text === "" || (KEYS_URL.test(text) && URL.canParse(text)) ? text : undefined)
})

export const identitySettings = {
  authSecret,
  authJwksUrl: url(
    "AUTH_JWKS_URL",
    "a URL such as https://login.example/keys, or nothing",
    "Where the public keys are that tokens are signed with (a JSON Web Key Set)."
  ),
  authIssuer: url(
    "AUTH_ISSUER",
    "a URL such as https://login.example, exactly as in tokens, or nothing",
    "Who tokens have to be from (iss); without AUTH_SECRET and AUTH_JWKS_URL the keys are found there by OpenID discovery."
  ),
  authAudience: text(
    "AUTH_AUDIENCE",
    "",
    /^[\x21-\x7e]{0,255}$/,
    "up to 255 printable characters without spaces",
    "Who tokens have to be for (aud); without, that is not looked at."
  ),
  authAlgorithms,
  authClientId: text(
    "AUTH_CLIENT_ID",
    "",
    /^[\x21-\x7e]{0,255}$/,
    "up to 255 printable characters without spaces",
    "What the web app is called at AUTH_ISSUER; with it, users sign in there (OpenID Connect, authorization code with PKCE)."
  ),
  authScope: text(
    "AUTH_SCOPE",
    "openid profile",
    /^[\x21-\x7e]+( [\x21-\x7e]+)*$/,
    "words separated by spaces",
    "What the web app asks AUTH_ISSUER for; add offline_access for sessions that outlive a token."
  ),
  authOrigins,
  apiKeys,
  metricsToken: secret(
    "METRICS_TOKEN",
    "32 printable characters or more without spaces, or nothing",
    /^([\x21-\x7e]{32,})?$/,
    "Bearer token for /metrics; without, it takes a token of the role analyst or admin where tokens are on, and none where not."
  )
} as const
