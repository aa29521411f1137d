/** How users of the web app say who they are: by a name where anybody's word is taken, else by a token, which an issuer may give them. */
import { Schema } from "effect"

export const SignIn = Schema.Union([
  Schema.Struct({ mode: Schema.Literal("open") }),
  Schema.Struct({
    mode: Schema.Literal("token"),
    /** All but the last where users can sign in there (OpenID Connect, authorization code with PKCE). */
    issuer: Schema.optionalKey(Schema.String),
    clientId: Schema.optionalKey(Schema.String),
    scope: Schema.optionalKey(Schema.String),
    audience: Schema.optionalKey(Schema.String)
  })
])
export type SignIn = typeof SignIn.Type

/** The settings it follows from; an empty one is none. */
export interface SignInSettings {
  readonly authIssuer: string
  readonly authAudience: string
  readonly authClientId: string
  readonly authScope: string
  readonly authOrigins: ReadonlyArray<string>
}

/** `tokens`: whether who one is comes from a token alone. */
export const signInOf = (
  { authAudience, authClientId, authIssuer, authScope }: SignInSettings,
  tokens: boolean
): SignIn => {
  if (!tokens) return { mode: "open" }
  if (authIssuer === "" || authClientId === "") return { mode: "token" }
  const audience = authAudience === "" ? {} : { audience: authAudience }
  return { mode: "token", issuer: authIssuer, clientId: authClientId, scope: authScope, ...audience }
}

/** Origins that the page asks to sign users in. */
export const signInOrigins = ({ authClientId, authIssuer, authOrigins }: SignInSettings): ReadonlyArray<string> =>
  authIssuer === "" || authClientId === "" ? [] : [...new Set([new URL(authIssuer).origin, ...authOrigins])]
