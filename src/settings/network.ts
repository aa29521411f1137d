/** Where the server listens, and whom it lets connect. */
import { parseBlock } from "../identity/Address.ts"
import { type AllowedOrigins, parseOrigin } from "../identity/Origins.ts"
import { choice, decimal, flag, type Setting, whole } from "./Setting.ts"

const host: Setting<string> = {
  variable: "HOST",
  fallback: "127.0.0.1",
  allowed: "an address or host name to listen on, such as 127.0.0.1, 0.0.0.0 or ::",
  doc: "Address to listen on. Anyone may call themselves anything here, so only this machine is served unless you say otherwise.",
  read: (text) => (/^[a-z0-9.:-]+$/i.test(text) ? text : undefined)
}

const origins: Setting<AllowedOrigins> = {
  variable: "ALLOWED_ORIGINS",
  fallback: "",
  allowed: "* or exact origins separated by commas, such as https://chat.example,https://admin.example",
  doc: "Web pages of other origins that may use this server, for HTTP and WebSocket alike. Its own origin always may.",
  read: (text) => {
    if (text === "*") return "*"
    const entries = text === "" ? [] : text.split(",").map((entry) => entry.trim())
    return entries.every((entry) => "origin" in parseOrigin(entry)) ? entries : undefined
  }
}

const trustedProxies: Setting<ReadonlyArray<string>> = {
  variable: "TRUSTED_PROXIES",
  fallback: "",
  allowed: "blocks of addresses separated by commas, such as 10.0.0.0/8,fd00::/8, with nothing beyond the prefix",
  doc: "Proxies whose X-Forwarded-For, X-Forwarded-Proto and X-Forwarded-Host count; from anyone else they are ignored.",
  read: (text) => {
    const entries = text === "" ? [] : text.split(",").map((entry) => entry.trim())
    return entries.every((entry) => parseBlock(entry) !== undefined) ? entries : undefined
  }
}

export const networkSettings = {
  port: whole("PORT", 8080, 0, 65_535, "Port to listen on; 0 for any free one."),
  host,
  webApp: flag(
    "WEB_APP",
    true,
    "Serve the web app, where it was built; without, the root path says how to talk to the server."
  ),
  logLevel: choice("LOG_LEVEL", "info", ["debug", "info", "warn", "error"], "Least severe log line to print."),
  logFormat: choice(
    "LOG_FORMAT",
    "auto",
    ["auto", "json", "pretty"],
    "Log lines as JSON or for people; auto is pretty on a terminal."
  ),
  allowedOrigins: origins,
  maxConnections: whole("MAX_CONNECTIONS", 100_000, 1, 10_000_000, "Connections at a time; more are answered 503."),
  connectionsPerIp: whole(
    "CONNECTIONS_PER_IP",
    200,
    0,
    1_000_000,
    "Connections at a time from one address (IPv6: /64); 0 for no limit."
  ),
  upgradesPerSec: decimal(
    "UPGRADES_PER_SEC",
    10,
    0,
    100_000,
    "New connections a second from one address (IPv6: /64); 0 for no limit."
  ),
  upgradesBurst: whole("UPGRADES_BURST", 30, 1, 100_000, "New connections from one address that may come at once."),
  httpRatePerSec: decimal(
    "HTTP_RATE_PER_SEC",
    50,
    0,
    100_000,
    "HTTP requests a second from one address (IPv6: /64), a wrong token or key counting as ten; 0 for no limit."
  ),
  httpRateBurst: whole("HTTP_RATE_BURST", 200, 1, 1_000_000, "HTTP requests from one address that may come at once."),
  limitLoopback: flag(
    "LIMIT_LOOPBACK",
    false,
    "Whether the limits per address hold for this machine too, which is often a proxy."
  ),
  trustedProxies
} as const
