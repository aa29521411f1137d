/**
 * An issuer as OpenID Connect has it, on a port of its own: discovery, keys, an authorization page that lets everybody through as one user,
 * and tokens for a code by PKCE (RFC 7636) or for a refresh token. It refuses what it should, so that a client that leaves something out fails.
 */
import { createHash, randomBytes } from "node:crypto"
import { once } from "node:events"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { exportJWK, generateKeyPair, SignJWT } from "jose"

interface Grant {
  readonly challenge: string
  readonly redirect: string
  readonly nonce: string
}

type Keys = Awaited<ReturnType<typeof generateKeyPair>>

interface User {
  readonly sub: string
  readonly name: string
}

const bodyOf = async (request: IncomingMessage): Promise<URLSearchParams> => {
  const parts: Array<Buffer> = []
  for await (const part of request) parts.push(part)
  return new URLSearchParams(Buffer.concat(parts).toString())
}

export class Issuer {
  /** Seconds that a token is good. */
  tokenSeconds = 3600
  /** What was asked for, in order: `authorize`, `code`, `refresh`. */
  readonly asked: Array<string> = []
  /** Whether it gives new tokens for old ones. */
  renews = true
  /** In place of the one that was asked with. */
  nonce: string | undefined
  private readonly server: Server
  private readonly keys: Keys
  private readonly user: User
  private readonly clientId: string
  private readonly codes = new Map<string, Grant>()
  private readonly refreshTokens = new Set<string>()

  private constructor(server: Server, keys: Keys, user: User, clientId: string) {
    this.server = server
    this.keys = keys
    this.user = user
    this.clientId = clientId
  }

  static async start(user: User, clientId: string): Promise<Issuer> {
    const server = createServer()
    const issuer = new Issuer(server, await generateKeyPair("ES256", { extractable: true }), user, clientId)
    server.on("request", (request, response) => void issuer.answer(request, response))
    server.listen(0, "127.0.0.1")
    await once(server, "listening")
    return issuer
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  stop(): void {
    this.server.closeAllConnections()
    this.server.close()
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", this.url)
    // pages of every origin may ask for tokens here
    response.setHeader("access-control-allow-origin", "*")
    const json = (status: number, value: unknown) => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value))
    }
    if (url.pathname === "/.well-known/openid-configuration") {
      return json(200, {
        issuer: this.url,
        authorization_endpoint: `${this.url}/authorize`,
        token_endpoint: `${this.url}/token`,
        jwks_uri: `${this.url}/keys`
      })
    }
    if (url.pathname === "/keys") {
      return json(200, { keys: [{ ...(await exportJWK(this.keys.publicKey)), kid: "1", alg: "ES256", use: "sig" }] })
    }
    if (url.pathname === "/authorize") return this.authorize(url.searchParams, response)
    if (url.pathname === "/token" && request.method === "POST") {
      const tokens = await this.tokens(await bodyOf(request))
      return tokens === undefined ? json(400, { error: "invalid_grant" }) : json(200, tokens)
    }
    json(404, {})
  }

  private authorize(query: URLSearchParams, response: ServerResponse): void {
    this.asked.push("authorize")
    const [redirect, state, challenge, nonce] = ["redirect_uri", "state", "code_challenge", "nonce"].map((name) =>
      query.get(name)
    )
    const isRight =
      query.get("response_type") === "code" &&
      query.get("client_id") === this.clientId &&
      query.get("code_challenge_method") === "S256" &&
      (query.get("scope") ?? "").split(" ").includes("openid")
    if (!isRight || !redirect || !state || !challenge || !nonce) {
      response.writeHead(400).end("this request is not one that can be answered")
      return
    }
    const code = randomBytes(16).toString("hex")
    this.codes.set(code, { challenge, redirect, nonce })
    const back = new URL(redirect)
    back.searchParams.set("code", code)
    back.searchParams.set("state", state)
    response.writeHead(302, { location: back.href }).end()
  }

  private async tokens(form: URLSearchParams) {
    if (form.get("client_id") !== this.clientId) return undefined
    if (form.get("grant_type") === "refresh_token") {
      this.asked.push("refresh")
      const old = form.get("refresh_token") ?? ""
      // each is good once
      if (!this.renews || !this.refreshTokens.delete(old)) return undefined
      return this.issue(undefined)
    }
    this.asked.push("code")
    const code = form.get("code") ?? ""
    const grant = this.codes.get(code)
    this.codes.delete(code)
    const challenge = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url")
    if (grant?.challenge !== challenge || grant.redirect !== form.get("redirect_uri")) return undefined
    return this.issue(grant.nonce)
  }

  private async issue(nonce: string | undefined) {
    const sign = (audience: string, claims: Readonly<Record<string, unknown>>) =>
      new SignJWT({ name: this.user.name, ...claims })
        .setProtectedHeader({ alg: "ES256", kid: "1" })
        .setIssuer(this.url)
        .setSubject(this.user.sub)
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime(`${this.tokenSeconds} s`)
        .sign(this.keys.privateKey)
    const refresh = randomBytes(16).toString("hex")
    this.refreshTokens.add(refresh)
    return {
      token_type: "Bearer",
      access_token: await sign("hubbub", {}),
      id_token: await sign(this.clientId, nonce === undefined ? {} : { nonce: this.nonce ?? nonce }),
      refresh_token: refresh,
      expires_in: this.tokenSeconds
    }
  }
}
