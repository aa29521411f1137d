/** Which tokens are let in: whose keys they are signed with, by which algorithms, and whom they have to be from and for. */
import { Redacted, Result } from "effect"

/** The keys to check signatures with: a secret that is shared with the issuer, or the issuer's public ones. */
type Keys =
  | { readonly _tag: "secret"; readonly secret: Redacted.Redacted }
  | { readonly _tag: "url"; readonly url: string }
  /** Found by OpenID discovery. */
  | { readonly _tag: "issuer"; readonly issuer: string }

export interface TokenPolicy {
  readonly keys: Keys
  readonly algorithms: ReadonlyArray<string>
  /** What `iss` and `aud` have to be, where that is set. */
  readonly issuer: string | undefined
  readonly audience: string | undefined
}

/** The settings it follows from, as the environment gives them; an empty one is none. */
export interface TokenSettings {
  readonly authSecret: Redacted.Redacted
  readonly authJwksUrl: string
  readonly authIssuer: string
  readonly authAudience: string
  readonly authAlgorithms: ReadonlyArray<string>
}

/** A setting that does not go with another one. */
export interface PolicyProblem {
  readonly variable: string
  readonly value: string
  readonly allowed: string
}

/** Least bytes of a secret, by algorithm: as many as the hash has (RFC 7518 section 3.2). */
const SECRET_BYTES: Readonly<Record<string, number>> = { HS256: 32, HS384: 48, HS512: 64 }
export const SECRET_MIN = 32

const PUBLIC = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519"
] as const

const DEFAULTS = { secret: ["HS256"], keys: ["RS256", "ES256", "EdDSA"] } as const

/** Every algorithm that can be set. `none` is not among them, whatever its case. */
export const ALGORITHMS: ReadonlyArray<string> = [...Object.keys(SECRET_BYTES), ...PUBLIC]

export const bytesOf = (secret: Redacted.Redacted): Buffer => Buffer.from(Redacted.value(secret))

const keysOf = ({ authIssuer, authJwksUrl, authSecret }: TokenSettings): Keys | undefined => {
  if (Redacted.value(authSecret) !== "") return { _tag: "secret", secret: authSecret }
  if (authJwksUrl !== "") return { _tag: "url", url: authJwksUrl }
  return authIssuer === "" ? undefined : { _tag: "issuer", issuer: authIssuer }
}

const problem = (variable: string, value: string, allowed: string) => Result.fail({ variable, value, allowed })

/** The policy, none where no keys are set, which is open mode; or the first setting that does not go with the others. */
export const tokenPolicy = (settings: TokenSettings): Result.Result<TokenPolicy | undefined, PolicyProblem> => {
  const { authAlgorithms, authAudience, authIssuer, authJwksUrl } = settings
  const keys = keysOf(settings)
  const algorithms = authAlgorithms.join(",")
  if (keys === undefined) {
    // whoever sets these believes that tokens are on
    const without = "AUTH_SECRET, AUTH_JWKS_URL or AUTH_ISSUER beside it, or nothing"
    if (authAudience !== "") return problem("AUTH_AUDIENCE", authAudience, without)
    if (authAlgorithms.length > 0) return problem("AUTH_ALGORITHMS", algorithms, without)
    return Result.succeed(undefined)
  }
  if (keys._tag === "secret" && authJwksUrl !== "") {
    return problem("AUTH_JWKS_URL", authJwksUrl, "nothing, since AUTH_SECRET is set; tokens are signed in one way")
  }
  const allowed: ReadonlyArray<string> = keys._tag === "secret" ? Object.keys(SECRET_BYTES) : PUBLIC
  if (!authAlgorithms.every((name) => allowed.includes(name))) {
    const why = keys._tag === "secret" ? "since AUTH_SECRET is set" : "since the issuer's keys are public"
    return problem("AUTH_ALGORITHMS", algorithms, `${allowed.join(", ")}, ${why}`)
  }
  if (keys._tag === "secret") {
    const { length } = bytesOf(keys.secret)
    const tooMuch = authAlgorithms.find((name) => length < (SECRET_BYTES[name] ?? SECRET_MIN))
    if (tooMuch !== undefined) {
      const enough = `an algorithm for a secret of ${length} bytes; ${tooMuch} takes ${SECRET_BYTES[tooMuch]}`
      return problem("AUTH_ALGORITHMS", algorithms, enough)
    }
  }
  const byDefault = keys._tag === "secret" ? DEFAULTS.secret : DEFAULTS.keys
  return Result.succeed({
    keys,
    algorithms: authAlgorithms.length > 0 ? authAlgorithms : byDefault,
    issuer: authIssuer === "" ? undefined : authIssuer,
    audience: authAudience === "" ? undefined : authAudience
  })
}
