/**
 * Whose word counts for where a request comes from. What a client writes into forwarding headers is worth nothing; only what a proxy
 * of ours added is, and that is on the right.
 */
import type { IncomingHttpHeaders } from "node:http"
import { type Block, contains, parseAddress, parseBlock } from "./Address.ts"

/** A request as its last hop sees it. */
export interface Hop {
  readonly headers: IncomingHttpHeaders
  readonly socket: { readonly remoteAddress?: string | undefined }
}

/** What a page that a request comes from is compared with. Without a scheme, either will do. */
export interface Site {
  readonly host: string | undefined
  readonly scheme: "http" | "https" | undefined
}

const HOST = /^(?:\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i

/** One entry of `X-Forwarded-For`; some proxies write the port, too. */
const bare = (entry: string): string => {
  const bracketed = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(entry)
  if (bracketed !== null) return bracketed[1]!
  return /^(\d+\.\d+\.\d+\.\d+):\d{1,5}$/.exec(entry)?.[1] ?? entry
}

/** The entry that the nearest proxy wrote. */
const last = (header: string | ReadonlyArray<string> | undefined): string | undefined =>
  (typeof header === "string" ? header : header?.join(","))?.split(",").at(-1)?.trim()

export class Proxies {
  private readonly blocks: ReadonlyArray<Block>

  /** `trusted` are blocks as `parseBlock` reads them; others are left out. */
  constructor(trusted: ReadonlyArray<string>) {
    this.blocks = trusted.flatMap((text) => parseBlock(text) ?? [])
  }

  /** The address of the client: the first from the right that is none of ours, or the last before something unreadable. */
  addressOf({ headers, socket }: Hop): string {
    const peer = socket.remoteAddress ?? ""
    if (!this.trusts(peer)) return peer
    const header = headers["x-forwarded-for"]
    const hops = (typeof header === "string" ? header : (header?.join(",") ?? "")).split(",")
    let address = peer
    for (let i = hops.length - 1; i >= 0 && this.trusts(address); i--) {
      const hop = bare(hops[i]!.trim())
      if (parseAddress(hop) === undefined) break
      address = hop
    }
    return address
  }

  /** How the client's browser calls this server. */
  siteOf({ headers, socket }: Hop): Site {
    const direct = { host: headers.host, scheme: undefined }
    if (!this.trusts(socket.remoteAddress ?? "")) return direct
    const host = last(headers["x-forwarded-host"])
    const scheme = last(headers["x-forwarded-proto"])?.toLowerCase()
    return {
      host: host !== undefined && HOST.test(host) ? host : direct.host,
      scheme: scheme === "http" || scheme === "https" ? scheme : undefined
    }
  }

  private trusts(text: string): boolean {
    if (this.blocks.length === 0) return false
    const address = parseAddress(text)
    return address !== undefined && this.blocks.some((block) => contains(block, address))
  }
}
