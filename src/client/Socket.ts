/** As much of a WebSocket as is used: the one of browsers and of Node, `ws`, or another. */
export interface Socket {
  /** 1 while it is open, as everywhere. */
  readonly readyState: number
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void
  addEventListener(type: "close", listener: (event: { readonly code: number; readonly reason: string }) => void): void
  addEventListener(type: "error", listener: () => void): void
  send(data: string): void
  close(code?: number): void
}

export type SocketClass = new (url: string, protocols: Array<string>) => Socket

/** The subprotocol that is spoken. */
const DIALECT = "hubbub.v1"

/** A token goes beside the dialect, where browsers can put one and proxies do not log it. */
export const protocolsFor = (token: string | undefined): Array<string> =>
  token === undefined ? [DIALECT] : [DIALECT, "bearer", token]
