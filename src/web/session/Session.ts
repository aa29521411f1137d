/** Who uses the page: a name where the server takes anybody's word, else a token, brought along or had by signing in; and their client. */
import { type Client, createClient } from "../../client/index.ts"
import { cell, type Readable } from "../Cell.ts"
import { stored } from "../Stored.ts"
import { beginSignIn, completeSignIn, type Issuer, renewTokens, SignInFailed, type Tokens } from "./oidc.ts"
import { fetchConfig, type ServerConfig } from "./ServerConfig.ts"

/** `asking`: the user has to say who they are; `unreachable`: the server did not answer. */
interface SessionSnapshot {
  readonly status: "starting" | "unreachable" | "asking" | "ready"
  readonly config: ServerConfig | undefined
  /** There once ready. */
  readonly client: Client | undefined
  /** Why one has to sign in (again), for the user. */
  readonly problem: string | undefined
  /** Where the user may not be here: what the server says of it, which may be nothing. */
  readonly banned: { readonly detail: string | undefined } | undefined
}

export interface Session extends Readable<SessionSnapshot> {
  readonly client: Client | undefined
  /** Begins, or again where the server was unreachable. */
  start(): Promise<void>
  /** In open mode. */
  enter(username: string): void
  /** With a token that the user has. */
  enterWithToken(token: string): void
  /** Leaves for the issuer's page. Rejected with words for the user where that is not possible. */
  signIn(): Promise<void>
  /** `problem`: why, for the user, where they did not want it. */
  signOut(problem?: string): void
  /** The page's own server is asked as who one is. */
  fetch(path: string, init?: RequestInit): Promise<Response>
}

interface Identity {
  readonly userId: string
  readonly username: string
}

const IDENTITY = "identity"
const TOKENS = "hubbub:tokens"
/** Milliseconds before its end that a token is renewed. */
const EARLY_MS = 30_000
/** Attempts to connect between two looks at why they come to nothing. */
const LOOKS = 4

const identityOf = (text: string | undefined): Identity | undefined => {
  try {
    const { userId, username }: Partial<Identity> = JSON.parse(text ?? "{}")
    return typeof userId === "string" && typeof username === "string" ? { userId, username } : undefined
  } catch {
    return undefined
  }
}

/** As connections are closed for good. */
const UNAUTHORIZED = 4500
const BANNED = 4501

/** Of a problem document. */
interface Refusal {
  readonly code?: string
  readonly detail?: string
}

const TAIL = "abcdefghjkmnpqrstuvwxyz23456789"

/** An id that nobody else has, and that still says whose it is. */
const userIdFor = (username: string): string => {
  const name = username
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 24)
  const tail = Array.from(crypto.getRandomValues(new Uint8Array(5)), (byte) => TAIL[byte % TAIL.length]).join("")
  return `${name === "" ? "user" : name}-${tail}`
}

/** Tokens are the tab's alone and end with it. */
const keptTokens = (): Tokens | undefined => {
  try {
    const kept: Tokens | null = JSON.parse(sessionStorage.getItem(TOKENS) ?? "null")
    return kept ?? undefined
  } catch {
    return undefined
  }
}

const keepTokens = (tokens: Tokens | undefined): void => {
  try {
    if (tokens === undefined) sessionStorage.removeItem(TOKENS)
    else sessionStorage.setItem(TOKENS, JSON.stringify(tokens))
  } catch {
    // they last as long as the page
  }
}

/** A token in the fragment, which no server is sent, is taken out of the address at once. */
const broughtAlong = (): string | undefined => {
  const fragment = new URLSearchParams(location.hash.slice(1))
  const token = fragment.get("token") ?? undefined
  if (token !== undefined) history.replaceState(null, "", location.pathname + location.search)
  return token
}

const issuerOf = (config: ServerConfig | undefined): Issuer | undefined => {
  const auth = config?.auth
  if (auth?.mode !== "token" || auth.issuer === undefined || auth.clientId === undefined) return undefined
  return { issuer: auth.issuer, clientId: auth.clientId, scope: auth.scope, audience: auth.audience }
}

/** A token that was brought along says itself how long it is good, and the server whether. */
const brought = (token: string): Tokens => ({ token, refreshToken: undefined, expiresAt: Number.MAX_SAFE_INTEGER })

const createSession = (): Session => {
  const state = cell<SessionSnapshot>({
    status: "starting",
    config: undefined,
    client: undefined,
    problem: undefined,
    banned: undefined
  })
  const change = (changes: Partial<SessionSnapshot>) => state.update((old) => ({ ...old, ...changes }))
  let tokens: Tokens | undefined
  let renewing: Promise<Tokens> | undefined
  /** Once at a time: two would be two clients. */
  let starting: Promise<void> | undefined

  const hold = (next: Tokens | undefined) => {
    tokens = next
    keepTokens(next)
  }

  const renewed = async (issuer: Issuer, old: Tokens): Promise<Tokens> => {
    try {
      const next = await renewTokens(issuer, old)
      hold(next)
      return next
    } finally {
      renewing = undefined
    }
  }

  /** The token, a new one where it is about to end or no longer good; null where only the user can get one. */
  const getToken = async ({ fresh }: { readonly fresh: boolean }): Promise<string | null> => {
    if (tokens === undefined) return null
    if (!fresh && tokens.expiresAt - EARLY_MS > Date.now()) return tokens.token
    const issuer = issuerOf(state.getSnapshot().config)
    if (issuer === undefined || tokens.refreshToken === undefined) {
      return tokens.expiresAt > Date.now() ? tokens.token : null
    }
    try {
      renewing ??= renewed(issuer, tokens)
      return (await renewing).token
    } catch (error) {
      // refused for good; where it was not reached, the client tries again
      if (error instanceof SignInFailed) return null
      throw error
    }
  }

  /** A browser does not say why a socket was refused; what the same user is answered over HTTP does. */
  const look = async (client: Client) => {
    // what was kept while the server took anybody's word is nobody's where there are tokens
    const identity = tokens === undefined ? identityOf(stored.get(IDENTITY)) : undefined
    const path = identity === undefined ? "/api/rooms?limit=1" : `/ws?userId=${encodeURIComponent(identity.userId)}`
    const response = await session.fetch(path).catch(() => undefined)
    if (response === undefined || response.ok || state.getSnapshot().client !== client) return
    if (response.status === 401) {
      return session.signOut("Your sign-in has expired, or is not accepted here. Sign in again.")
    }
    const { code, detail }: Refusal = await response.json().catch(() => ({}))
    if (code === "banned") change({ banned: { detail } })
  }

  const become = (client: Client) => {
    client.on("state", (connection) => {
      if (state.getSnapshot().client !== client) return
      if (connection.status === "live") change({ banned: undefined })
      // the second attempt was with a fresh token
      if (connection.status === "reconnecting" && connection.attempt % LOOKS === 2) void look(client)
      if (connection.status !== "signed-out") return
      if (connection.code === UNAUTHORIZED) session.signOut("You have been signed out. Sign in again to go on.")
      if (connection.code !== BANNED) return
      change({ banned: { detail: undefined } })
      void look(client)
    })
    change({ status: "ready", client, problem: undefined, banned: undefined })
    // what comes of it is in the client's state
    client.connect().catch(() => undefined)
  }

  const beginOpen = (identity: Identity) => become(createClient({ url: "/ws", ...identity }))
  const beginWith = (next: Tokens) => {
    hold(next)
    become(createClient({ url: "/ws", getToken }))
  }

  const arrive = async (config: ServerConfig) => {
    change({ config })
    const token = broughtAlong()
    if (config.auth.mode === "open") {
      const identity = identityOf(stored.get(IDENTITY))
      return identity === undefined ? change({ status: "asking" }) : beginOpen(identity)
    }
    if (token !== undefined) return beginWith(brought(token))
    const issuer = issuerOf(config)
    if (issuer !== undefined && location.pathname === "/signed-in") {
      const { search } = location
      history.replaceState(null, "", "/")
      try {
        const { back, tokens } = await completeSignIn(issuer, search)
        history.replaceState(null, "", back)
        dispatchEvent(new PopStateEvent("popstate"))
        return beginWith(tokens)
      } catch (error) {
        const problem = error instanceof SignInFailed ? error.message : "You were not signed in. Try again."
        return change({ status: "asking", problem })
      }
    }
    const kept = keptTokens()
    return kept === undefined ? change({ status: "asking" }) : beginWith(kept)
  }

  const begin = async () => {
    change({ status: "starting" })
    try {
      let config: ServerConfig
      try {
        config = await fetchConfig()
      } catch {
        return change({ status: "unreachable" })
      }
      await arrive(config)
    } finally {
      starting = undefined
    }
  }

  const session: Session = {
    subscribe: state.subscribe,
    getSnapshot: state.getSnapshot,
    get client() {
      return state.getSnapshot().client
    },
    start: () => (starting ??= begin()),
    enter: (username) => {
      const identity = { userId: userIdFor(username), username }
      stored.set(IDENTITY, JSON.stringify(identity))
      beginOpen(identity)
    },
    enterWithToken: (token) => beginWith(brought(token)),
    signIn: async () => {
      const issuer = issuerOf(state.getSnapshot().config)
      if (issuer === undefined) throw new SignInFailed("This server has no sign-in page.")
      const { hash, pathname, search } = location
      await beginSignIn(issuer, pathname + search + hash)
    },
    signOut: (problem) => {
      const { client } = state.getSnapshot()
      hold(undefined)
      stored.set(IDENTITY, undefined)
      change({ status: "asking", client: undefined, problem, banned: undefined })
      void client?.close()
    },
    fetch: async (path, init = {}) => {
      const headers = new Headers(init.headers)
      const token = await getToken({ fresh: false })
      if (token !== null) headers.set("authorization", `Bearer ${token}`)
      return fetch(path, { ...init, headers })
    }
  }
  return session
}

export const session: Session = createSession()
