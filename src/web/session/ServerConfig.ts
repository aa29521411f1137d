/** What the server says of itself to whoever opens the page. */

export interface ServerConfig {
  readonly name: string
  readonly version: string
  readonly auth:
    | { readonly mode: "open" }
    /** `issuer` and `clientId` where one can sign in there (OpenID Connect); else a token has to be brought along. */
    | {
        readonly mode: "token"
        readonly issuer?: string
        readonly clientId?: string
        readonly scope?: string
        readonly audience?: string
      }
}

/** Rejected where the server does not answer, or with something else. */
export const fetchConfig = async (): Promise<ServerConfig> => {
  const response = await fetch("/api/config", { headers: { accept: "application/json" } })
  if (!response.ok) throw new Error(`the server answered ${response.status}`)
  const config: ServerConfig = await response.json()
  return config
}
