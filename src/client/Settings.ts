/** What a client is told when it is made, and what it goes by where it is not told. */
import type { Backoff } from "./Backoff.ts"
import { type Clock, systemClock } from "./Clock.ts"
import type { Logger } from "./Logger.ts"
import type { Page } from "./Page.ts"
import type { SocketClass } from "./Socket.ts"

/** When to come back. `stableMs`: how long a connection has to last for the next wait to be a short one again. */
export interface Reconnect extends Backoff {
  readonly stableMs: number
}

/** A token; null where there is none and will be none until the user signs in. `fresh`: the last one may no longer be good. */
export type GetToken = (why: { readonly fresh: boolean }) => string | null | Promise<string | null>

export interface ClientOptions {
  /** Of the server's `/ws`. `http` and `https` are understood, and in a page what is relative to it. */
  readonly url: string
  /** Who connects, where the server takes anybody's word for it. */
  readonly userId?: string
  readonly username?: string
  /** Asked before each attempt to connect, and before the present token ends. */
  readonly getToken?: GetToken
  /** In place of the global one. */
  readonly WebSocket?: SocketClass
  readonly logger?: Logger
  /** 500 ms, 30 s and 30 s unless given. */
  readonly reconnect?: Partial<Reconnect>
  /** Milliseconds an attempt to connect may take: 15,000. */
  readonly connectTimeoutMs?: number
  /** Milliseconds an answer may take: 10,000. A message that waits longer makes the client look after its connection. */
  readonly ackTimeoutMs?: number
  /** Messages that may wait to be acknowledged: 100. */
  readonly outboxMax?: number
  /** Messages a room keeps by itself: 1,000. */
  readonly maxMessages?: number
  /** For tests. */
  readonly clock?: Clock
  /** Numbers of [0, 1), for tests. */
  readonly random?: () => number
  /** The browser's global object, for tests. */
  readonly page?: Page
}

/** What was told, and what everybody needs. The other defaults are where they are used. */
export interface Settings extends ClientOptions {
  readonly WebSocket: SocketClass
  readonly logger: Logger
  readonly clock: Clock
  readonly page: Page
}

/** Throws a TypeError where the address cannot be one. */
const addressOf = ({ url, userId, username }: ClientOptions, page: Page): string => {
  const address = new URL(url, page.location?.href)
  address.protocol = address.protocol.replace("http", "ws")
  if (!/^wss?:$/.test(address.protocol)) throw new TypeError("no WebSocket url")
  if (address.pathname === "/") address.pathname = "/ws"
  address.hash = ""
  for (const [name, value] of Object.entries({ userId, username })) {
    if (value !== undefined) address.searchParams.set(name, value)
  }
  return address.href
}

/** Throws a TypeError where the address cannot be one, or there is no WebSocket. */
export const settingsOf = (options: ClientOptions): Settings => {
  const {
    clock = systemClock,
    logger = {},
    page = globalThis,
    WebSocket = globalThis.WebSocket
  }: ClientOptions = options
  if (typeof WebSocket !== "function") throw new TypeError("no WebSocket")
  return { ...options, url: addressOf(options, page), clock, logger, page, WebSocket }
}
