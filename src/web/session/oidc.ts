/**
 * Signing in at an issuer: OpenID Connect's authorization code with PKCE (RFC 7636), for a page that can keep no secret. What has to
 * outlive the way there and back is in the tab's own storage.
 */

export interface Issuer {
  readonly issuer: string
  readonly clientId: string
  readonly scope?: string | undefined
  /** What the token is to be good for, where the issuer wants to be told. */
  readonly audience?: string | undefined
}

/** `expiresAt` in milliseconds since 1970. */
export interface Tokens {
  readonly token: string
  readonly refreshToken: string | undefined
  readonly expiresAt: number
}

/** Signing in did not work; the message is for the user. */
export class SignInFailed extends Error {
  override readonly name = "SignInFailed"
}

interface Discovery {
  readonly authorization_endpoint: string
  readonly token_endpoint: string
}

interface Pending {
  readonly state: string
  readonly verifier: string
  readonly nonce: string
  readonly back: string
}

interface TokenAnswer {
  readonly access_token?: string
  readonly id_token?: string
  readonly refresh_token?: string
  readonly expires_in?: number
}

const PENDING = "hubbub:signing-in"
/** Seconds that a token is taken to be good where the issuer does not say. */
const UNSAID_SECONDS = 300

const base64Url = (bytes: Uint8Array): string =>
  btoa(String.fromCodePoint(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "")

const random = (): string => base64Url(crypto.getRandomValues(new Uint8Array(32)))

const challengeOf = async (verifier: string): Promise<string> =>
  base64Url(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier))))

const redirectUri = () => `${location.origin}/signed-in`

const discover = async ({ issuer }: Issuer): Promise<Discovery> => {
  const base = issuer.endsWith("/") ? issuer : `${issuer}/`
  const response = await fetch(new URL(".well-known/openid-configuration", base)).catch(() => undefined)
  if (response?.ok !== true) throw new SignInFailed("The sign-in service does not answer. Try again in a moment.")
  const found: Discovery & { readonly issuer?: string } = await response.json()
  // another one's answer would send the code elsewhere (RFC 8414 section 3.3)
  if (found.issuer !== issuer) throw new SignInFailed("The sign-in service says that it is another one.")
  return found
}

/** Leaves the page for the issuer's. `back`: the path to come back to. */
export const beginSignIn = async (at: Issuer, back: string): Promise<void> => {
  // only pages over https, and those of this machine, may make a challenge
  if (globalThis.crypto.subtle === undefined)
    throw new SignInFailed("Signing in needs this page to be opened over https.")
  const { authorization_endpoint } = await discover(at)
  const pending: Pending = { state: random(), verifier: random(), nonce: random(), back }
  sessionStorage.setItem(PENDING, JSON.stringify(pending))
  const address = new URL(authorization_endpoint)
  const query = {
    response_type: "code",
    client_id: at.clientId,
    redirect_uri: redirectUri(),
    scope: at.scope ?? "openid profile",
    state: pending.state,
    nonce: pending.nonce,
    code_challenge: await challengeOf(pending.verifier),
    code_challenge_method: "S256",
    ...(at.audience === undefined ? {} : { audience: at.audience })
  }
  for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value)
  location.assign(address)
}

/** What a token says; nothing of one that is no JWT. Not verified here: the server does. */
const claimsOf = (token: string | undefined): Readonly<Record<string, unknown>> | undefined => {
  const [, payload, signature] = token?.split(".") ?? []
  if (payload === undefined || signature === undefined) return undefined
  try {
    const text = atob(payload.replaceAll("-", "+").replaceAll("_", "/"))
    const claims: unknown = JSON.parse(new TextDecoder().decode(Uint8Array.from(text, (c) => c.codePointAt(0) ?? 0)))
    return typeof claims === "object" && claims !== null ? { ...claims } : undefined
  } catch {
    return undefined
  }
}

const exchange = async (at: Issuer, query: Readonly<Record<string, string>>): Promise<TokenAnswer> => {
  const { token_endpoint } = await discover(at)
  const body = new URLSearchParams({ client_id: at.clientId, ...query })
  const response = await fetch(token_endpoint, { method: "POST", body }).catch(() => undefined)
  if (response === undefined) throw new SignInFailed("The sign-in service does not answer. Try again in a moment.")
  if (!response.ok) throw new SignInFailed("The sign-in service has refused. Sign in again.")
  const answer: TokenAnswer = await response.json()
  return answer
}

const tokensOf = (answer: TokenAnswer, before?: Tokens): Tokens => {
  // an access token may be anything; only one that is a JWT can tell this server who it is about
  const token = claimsOf(answer.access_token) === undefined ? answer.id_token : answer.access_token
  if (token === undefined) throw new SignInFailed("The sign-in service gave no token that can be used here.")
  const exp = claimsOf(token)?.["exp"]
  const expiresAt = typeof exp === "number" ? exp * 1000 : Date.now() + (answer.expires_in ?? UNSAID_SECONDS) * 1000
  return { token, refreshToken: answer.refresh_token ?? before?.refreshToken, expiresAt }
}

/** Ends the sign-in on the page that the issuer sent back to; `back` is the path that was asked for. */
export const completeSignIn = async (
  at: Issuer,
  search: string
): Promise<{ readonly tokens: Tokens; readonly back: string }> => {
  const query = new URLSearchParams(search)
  const kept = sessionStorage.getItem(PENDING)
  sessionStorage.removeItem(PENDING)
  if (kept === null) throw new SignInFailed("This sign-in was not begun in this tab. Sign in again.")
  const { back, nonce, state, verifier }: Pending = JSON.parse(kept)
  if (query.get("state") !== state) throw new SignInFailed("This sign-in was not begun here. Sign in again.")
  const code = query.get("code")
  if (code === null) {
    const said =
      query.get("error") === "access_denied" ? "You did not let the sign-in through." : "You were not signed in."
    throw new SignInFailed(said)
  }
  const answer = await exchange(at, {
    grant_type: "authorization_code",
    code,
    redirect_uri: redirectUri(),
    code_verifier: verifier
  })
  if (answer.id_token !== undefined && claimsOf(answer.id_token)?.["nonce"] !== nonce) {
    throw new SignInFailed("The answer of the sign-in service is not the one to this sign-in.")
  }
  // only to a path of this page
  return { tokens: tokensOf(answer), back: /^\/(?![/\\])/.test(back) ? back : "/" }
}

/** Fresh tokens without the user; rejected where the issuer wants to see them again. */
export const renewTokens = async (at: Issuer, tokens: Tokens): Promise<Tokens> => {
  if (tokens.refreshToken === undefined) throw new SignInFailed("You have been signed out. Sign in again.")
  const answer = await exchange(at, { grant_type: "refresh_token", refresh_token: tokens.refreshToken })
  return tokensOf(answer, tokens)
}
