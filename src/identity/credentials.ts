/** The token of a request, from wherever clients of its kind can put one. Nothing here is ever logged. */
import type { IncomingHttpHeaders } from "node:http"

/** What stands before a token in `Sec-WebSocket-Protocol`, which is where a browser can put one. */
export const BEARER = "bearer"

/** What the client offers in `Sec-WebSocket-Protocol`, in its order. */
export const offered = (headers: IncomingHttpHeaders): ReadonlyArray<string> =>
  (headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim())

/** The token in an `Authorization` header, if it has one. */
export const bearerToken = (authorization: string | undefined): string | undefined =>
  /^bearer +(\S+) *$/i.exec(authorization ?? "")?.[1]

/** An API key in a header of its own, for clients that cannot set `Authorization`. An empty one is none. */
export const shownKey = (header: string | undefined): string | undefined => header?.trim() || undefined

/** The token of an upgrade: of the header, else of the subprotocols, else of the query. An empty one is none. */
export const upgradeToken = (headers: IncomingHttpHeaders, query: URLSearchParams): string | undefined => {
  const protocols = offered(headers)
  const bearer = protocols.indexOf(BEARER)
  const paired = bearer < 0 ? undefined : protocols[bearer + 1]
  return bearerToken(headers.authorization) ?? (paired || (query.get("token") ?? "") || undefined)
}
