/** Every environment variable: its default, what is allowed, what it is for. `.env.example`, `--help` and the README follow this table. */
import { Config, Context, Data, Effect, Layer, Redacted } from "effect"
import { parseBlock } from "./identity/Address.ts"
import { type AllowedOrigins, parseOrigin } from "./identity/Origins.ts"
import { ALGORITHMS, SECRET_MIN, tokenPolicy } from "./identity/TokenPolicy.ts"
import { otlpHeaders } from "./observability/otlpHeaders.ts"
import { type AddressRange, addressRanges } from "./outbound/addressRange.ts"
import { secretText } from "./outbound/signed.ts"
import { targetText } from "./outbound/Target.ts"
import { WEBHOOK_EVENTS, type WebhookEventType, webhookEvents } from "./outbound/WebhookEvent.ts"
import { choice, decimal, flag, secret, type Setting, text, whole } from "./Setting.ts"

/** A variable that stops the start: which, what it was set to, what it may be. */
export class ConfigInvalid extends Data.TaggedError("ConfigInvalid")<{
  readonly variable: string
  readonly value: string
  readonly allowed: string
}> {
  override get message() {
    return `${this.variable}=${JSON.stringify(this.value)} is not allowed: expected ${this.allowed}`
  }
}

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

const authSecret: Setting<Redacted.Redacted> = {
  variable: "AUTH_SECRET",
  fallback: "",
  allowed: `${SECRET_MIN} bytes or more, or nothing`,
  doc: "Secret that tokens are signed with (HS256). With it, AUTH_JWKS_URL or AUTH_ISSUER, who one is comes from a token alone.",
  secret: true,
  read: (text) => (text === "" || Buffer.byteLength(text) >= SECRET_MIN ? Redacted.make(text) : undefined)
}

const authAlgorithms: Setting<ReadonlyArray<string>> = {
  variable: "AUTH_ALGORITHMS",
  fallback: "",
  allowed: `one or more of ${ALGORITHMS.join(", ")}, separated by commas, or nothing`,
  doc: "Algorithms that tokens may be signed by; without, HS256 with AUTH_SECRET, and RS256, ES256 and EdDSA with public keys.",
  read: (text) => {
    const entries = text === "" ? [] : text.split(",").map((entry) => entry.trim())
    return entries.every((entry) => ALGORITHMS.includes(entry)) ? entries : undefined
  }
}

/** No user or password in it, as it is shown where it does not work. */
const KEYS_URL = /^(https?:\/\/[^\s/?#@]+(\/[^\s#@]*)?)?$/

const collectorHeaders: Setting<Redacted.Redacted<Readonly<Record<string, string>>>> = {
  variable: "OTEL_EXPORTER_OTLP_HEADERS",
  fallback: "",
  allowed: "name=value pairs separated by commas, values percent-encoded, or nothing",
  doc: "Headers sent to the collector, such as a key.",
  secret: true,
  read: (text) => {
    const headers = otlpHeaders(text)
    return headers === undefined ? undefined : Redacted.make(headers)
  }
}

const webhookUrl: Setting<Redacted.Redacted> = {
  variable: "WEBHOOK_URL",
  fallback: "",
  allowed: "an https URL without credentials such as https://example.com/hook, or nothing",
  doc: "Is told of events, signed and at least once. What waits to be told is kept in memory only.",
  secret: true,
  read: targetText
}

const webhookSecret: Setting<Redacted.Redacted> = {
  variable: "WEBHOOK_SECRET",
  fallback: "",
  allowed: "32 bytes or more, or nothing where there is no WEBHOOK_URL",
  doc: "Signs what WEBHOOK_URL and PUBLISH_HOOK_URL are sent; the former must have it.",
  secret: true,
  read: secretText
}

const webhookTypes: Setting<ReadonlyArray<WebhookEventType>> = {
  variable: "WEBHOOK_EVENTS",
  fallback: WEBHOOK_EVENTS.join(),
  allowed: `one or more of ${WEBHOOK_EVENTS.join(", ")}, separated by commas`,
  doc: "What WEBHOOK_URL is told of.",
  read: webhookEvents
}

const outboundAllow: Setting<ReadonlyArray<AddressRange>> = {
  variable: "OUTBOUND_ALLOW",
  fallback: "",
  allowed: "ranges of addresses separated by commas, such as 10.1.0.0/16,fd00::/8, or nothing",
  doc: "Addresses that are not public and may be called all the same.",
  read: addressRanges
}

const publishHookUrl: Setting<Redacted.Redacted> = {
  variable: "PUBLISH_HOOK_URL",
  fallback: "",
  allowed: "an https URL without credentials such as https://example.com/check, or nothing",
  doc: "Is asked about each message before anyone sees it, and may reject or rewrite it.",
  secret: true,
  read: targetText
}

const DAY = 86_400_000
const MAX_BYTES = 2 ** 30

export const settings = {
  port: whole("PORT", 8080, 0, 65_535, "Port to listen on; 0 for any free one."),
  host,
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
  limitLoopback: flag(
    "LIMIT_LOOPBACK",
    false,
    "Whether the limits per address hold for this machine too, which is often a proxy."
  ),
  trustedProxies,
  authSecret,
  authJwksUrl: text(
    "AUTH_JWKS_URL",
    "",
    KEYS_URL,
    "a URL such as https://login.example/keys, or nothing",
    "Where the public keys are that tokens are signed with (a JSON Web Key Set)."
  ),
  authIssuer: text(
    "AUTH_ISSUER",
    "",
    KEYS_URL,
    "a URL such as https://login.example, exactly as in tokens, or nothing",
    "Who tokens have to be from (iss); without AUTH_SECRET and AUTH_JWKS_URL the keys are found there by OpenID discovery."
  ),
  authAudience: text(
    "AUTH_AUDIENCE",
    "",
    /^[\x21-\x7e]{0,255}$/,
    "up to 255 printable characters without spaces",
    "Who tokens have to be for (aud); without, that is not looked at."
  ),
  authAlgorithms,
  metricsToken: secret(
    "METRICS_TOKEN",
    "32 printable characters or more without spaces, or nothing",
    /^([\x21-\x7e]{32,})?$/,
    "Bearer token for /metrics; without, it takes a token of the role analyst or admin where tokens are on, and none where not."
  ),
  ratePerSec: decimal(
    "RATE_LIMIT_PER_SEC",
    5,
    0,
    1_000_000,
    "Messages a second per user over all their connections; 0 for no limit."
  ),
  rateBurst: whole("RATE_LIMIT_BURST", 10, 1, 1_000_000, "Messages of one user that may come at once."),
  joinsPerSec: decimal(
    "JOIN_LIMIT_PER_SEC",
    5,
    0,
    1_000_000,
    "Joins a second per user over all their connections; 0 for no limit."
  ),
  joinsBurst: whole("JOIN_LIMIT_BURST", 20, 1, 1_000_000, "Joins of one user that may come at once."),
  refusals: whole(
    "ABUSE_REFUSALS",
    100,
    0,
    1_000_000,
    "Refused frames a connection may pile up (a minute regains them) before it is closed 4503; 0 for any number."
  ),
  roomsPerConnection: whole("ROOMS_PER_CONNECTION", 128, 1, 100_000, "Rooms one connection may be in."),
  maxFrameBytes: whole(
    "MAX_FRAME_BYTES",
    16_384,
    1024,
    2 ** 24,
    "Bytes of one frame from a client; a larger one closes 1009."
  ),
  maxFragments: whole("MAX_FRAGMENTS", 64, 1, 10_000, "Fragments of one message from a client."),
  headersTimeoutMs: whole(
    "HEADERS_TIMEOUT_MS",
    5000,
    100,
    600_000,
    "Milliseconds a request may take to send its headers."
  ),
  closeTimeoutMs: whole(
    "CLOSE_TIMEOUT_MS",
    1000,
    10,
    60_000,
    "Milliseconds a client may take to answer a close before the line is cut."
  ),
  pingIntervalMs: whole("PING_INTERVAL_MS", 25_000, 50, DAY, "Milliseconds between two pings of one connection."),
  pingGraceMs: whole("PING_GRACE_MS", 10_000, 10, DAY, "Milliseconds the second unanswered ping is given before 4000."),
  mailboxBytes: whole(
    "MAILBOX_BYTES",
    1_048_576,
    1024,
    MAX_BYTES,
    "Bytes of answers that may wait for one client before it is closed 4001."
  ),
  unsentBytes: whole(
    "UNSENT_BYTES",
    65_536,
    1024,
    MAX_BYTES,
    "Unsent bytes above which a client leaves the fast path."
  ),
  stallTimeoutMs: whole(
    "STALL_TIMEOUT_MS",
    10_000,
    10,
    DAY,
    "Milliseconds a client may take nothing before it is closed 4001."
  ),
  hubInbox: whole(
    "HUB_INBOX",
    65_536,
    1,
    10_000_000,
    "Commands that may wait for the hub; beyond, senders are answered overloaded."
  ),
  roomLogMessages: whole("ROOM_LOG_MESSAGES", 8192, 16, 10_000_000, "Recent messages of one room kept in memory."),
  roomLogBytes: whole(
    "ROOM_LOG_BYTES",
    4_194_304,
    1024,
    MAX_BYTES,
    "Bytes of recent messages of one room kept in memory (the newest 1,024 always are)."
  ),
  roomLogBurstMs: whole(
    "ROOM_LOG_BURST_MS",
    5000,
    0,
    600_000,
    "Milliseconds a message stays in memory beyond both, up to 8 times the bytes, so that a burst does not outrun its readers."
  ),
  resumeMaxBytes: whole(
    "RESUME_MAX_BYTES",
    33_554_432,
    1024,
    MAX_BYTES,
    "Bytes of missed messages a client is given when it resumes; who missed more starts afresh and pages back."
  ),
  roomEmptyMs: whole(
    "ROOM_EMPTY_MS",
    600_000,
    100,
    30 * DAY,
    "Milliseconds after which a room nobody is in leaves memory."
  ),
  historyOnJoin: whole("HISTORY_ON_JOIN", 50, 0, 200, "Recent messages given on a join that does not say how many."),
  presence: flag("PRESENCE", true, "Whether rooms tell who comes and goes."),
  durability: choice(
    "DURABILITY",
    "journal",
    ["journal", "fsync", "store", "memory"],
    "What an acknowledged message survives: journal the process, fsync a power cut, store the disk, memory nothing."
  ),
  dataDir: text(
    "DATA_DIR",
    "./data",
    /^\P{Cc}{1,4096}$/u,
    "a path",
    "Directory for the journal and the embedded store, made if it is missing. One process each."
  ),
  store: choice(
    "STORE",
    "sqlite",
    ["sqlite", "dynamodb"],
    "Where history is kept: sqlite is a file in DATA_DIR, dynamodb a table."
  ),
  dynamoDbEndpoint: text(
    "DYNAMODB_ENDPOINT",
    "",
    /^(https?:\/\/[^\s/]+\/?)?$/,
    "a URL such as http://localhost:8000, or nothing for AWS",
    "Where DynamoDB is, when it is not AWS; the table is made there if it is missing."
  ),
  dynamoDbRegion: text(
    "DYNAMODB_REGION",
    "us-east-1",
    /^[a-z0-9-]{1,64}$/,
    "a region such as us-east-1",
    "Region of the table. Credentials come from where AWS tools look: AWS_ACCESS_KEY_ID, a profile, the task's role."
  ),
  dynamoDbTable: text(
    "DYNAMODB_TABLE",
    "hubbub",
    /^[a-zA-Z0-9_.-]{3,255}$/,
    "3 to 255 letters, digits, dots, dashes or underscores",
    "Name of the table."
  ),
  journalSegmentBytes: whole(
    "JOURNAL_SEGMENT_BYTES",
    67_108_864,
    65_536,
    MAX_BYTES,
    "Bytes after which the journal goes on in a new file; a file is deleted once the store has all of it."
  ),
  journalMaxBytes: whole(
    "JOURNAL_MAX_BYTES",
    4_294_967_296,
    65_536,
    2 ** 44,
    "Bytes that may wait in the journal for the store; beyond, senders are answered overloaded."
  ),
  cursorSecret: secret(
    "CURSOR_SECRET",
    "32 characters or more, or nothing",
    /^(.{32,})?$/,
    "Signs the cursors of history pages; without, a key is made and kept in DATA_DIR. Set it where several servers share a store."
  ),
  pacingMaxMs: whole(
    "PACING_MAX_MS",
    16,
    0,
    1000,
    "Longest a busy room waits between two flushes; 0 switches pacing off."
  ),
  pacingTarget: decimal(
    "PACING_TARGET",
    0.5,
    0.1,
    1,
    "Share of time the event loop may be busy before rooms begin to wait."
  ),
  flushSliceMs: whole(
    "FLUSH_SLICE_MS",
    4,
    0,
    1000,
    "Milliseconds one room may write before others get their turn; 0 for no limit."
  ),
  drainWindowMs: whole("DRAIN_WINDOW_MS", 5000, 0, DAY, "Milliseconds over which clients are sent away on SIGTERM."),
  drainGraceMs: whole(
    "DRAIN_GRACE_MS",
    8000,
    0,
    DAY,
    "Milliseconds after SIGTERM at which the process ends whatever is left."
  ),
  analyticsMinutesDays: whole("ANALYTICS_MINUTES_DAYS", 7, 1, 400, "Days for which figures are kept by the minute."),
  analyticsQuartersDays: whole(
    "ANALYTICS_QUARTERS_DAYS",
    90,
    1,
    4000,
    "Days for which figures are kept by the quarter of an hour, which hours, days and everything else are made of."
  ),
  analyticsUsersDays: whole(
    "ANALYTICS_USERS_DAYS",
    400,
    1,
    4000,
    "Days for which it is kept what each user did, which retention, growth and sessions are told from."
  ),
  analyticsMinUsers: whole(
    "ANALYTICS_MIN_USERS",
    1,
    1,
    1000,
    "Users below which an answer withholds their ids and names."
  ),
  webhookUrl,
  webhookSecret,
  webhookEvents: webhookTypes,
  webhookAllowHttp: flag(
    "WEBHOOK_ALLOW_HTTP",
    false,
    "Whether WEBHOOK_URL and PUBLISH_HOOK_URL may be http, which anyone on the way can read and change."
  ),
  outboundAllow,
  publishHookUrl,
  publishHookTimeoutMs: whole(
    "PUBLISH_HOOK_TIMEOUT_MS",
    1000,
    50,
    5000,
    "Milliseconds a message waits for PUBLISH_HOOK_URL at most."
  ),
  publishHookFail: choice(
    "PUBLISH_HOOK_FAIL",
    "closed",
    ["open", "closed"],
    "What becomes of a message when PUBLISH_HOOK_URL is away, slow or answers nonsense: open publishes it, closed rejects it."
  ),
  metricsEmf: flag(
    "METRICS_EMF",
    false,
    "Whether a line of metrics in CloudWatch's embedded format goes to standard output every minute."
  ),
  otlpEndpoint: text(
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "",
    /^(https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?)?$/,
    "a URL such as http://localhost:4318, or nothing for no export",
    "OpenTelemetry collector that metrics are sent to, as JSON over HTTP to /v1/metrics under this address."
  ),
  otlpHeaders: collectorHeaders,
  otlpIntervalMs: whole(
    "OTEL_METRIC_EXPORT_INTERVAL",
    15_000,
    100,
    DAY,
    "Milliseconds between two exports to the collector."
  ),
  serviceName: text(
    "OTEL_SERVICE_NAME",
    "hubbub",
    /^[\w./:-]{1,255}$/,
    "1 to 255 letters, digits, dots, dashes, underscores, slashes or colons",
    "Name of the service in exported metrics."
  ),
  buildCommit: text(
    "BUILD_COMMIT",
    "",
    /^([0-9a-f]{7,64})?$/,
    "7 to 64 lower-case hexadecimal digits, or nothing",
    "Commit that this was built from, for `chat_build_info`."
  )
} as const

type Settings = typeof settings
export type Configuration = { readonly [K in keyof Settings]: Settings[K] extends Setting<infer A> ? A : never }

/** Reads one variable; an empty one counts as missing. */
const load = <A>(setting: Setting<A>): Effect.Effect<A, ConfigInvalid> =>
  Config.String(setting.variable).pipe(
    Config.withDefault(""),
    Effect.orDie,
    Effect.flatMap((text) => {
      const trimmed = text.trim()
      const value = setting.read(trimmed === "" ? setting.fallback : trimmed)
      if (value !== undefined) return Effect.succeed(value)
      return Effect.fail(
        new ConfigInvalid({
          variable: setting.variable,
          value: setting.secret ? "…" : text,
          allowed: setting.allowed
        })
      )
    })
  )

/** Reads every variable, or fails with the first one that is not allowed. */
export const loadConfig: Effect.Effect<Configuration, ConfigInvalid> = Effect.gen(function* () {
  const entries: Array<readonly [string, unknown]> = []
  for (const [name, setting] of Object.entries(settings)) {
    entries.push([name, yield* load<unknown>(setting)])
  }
  const config = Object.fromEntries(entries) as Configuration
  yield* Effect.mapError(Effect.fromResult(tokenPolicy(config)), (problem) => new ConfigInvalid(problem))
  return config
})

export class AppConfig extends Context.Service<AppConfig, Configuration>()("hubbub/AppConfig") {
  static readonly layer = Layer.effect(AppConfig, loadConfig)
}
