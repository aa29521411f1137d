/** The Layers of a running server, composed; `main.ts` runs it, tests start it in their own process. */
import { Effect, Layer, Result } from "effect"
import { Lifecycle } from "./actor/Lifecycle.ts"
import { Supervisor } from "./actor/Supervisor.ts"
import { Analytics } from "./analytics/Analytics.ts"
import * as Rollups from "./analytics/Rollups.ts"
import type { Configuration } from "./AppConfig.ts"
import type { ConnectionOptions } from "./connection/Connection.ts"
import { Connections } from "./connection/Connections.ts"
import { Amender } from "./connection/Amender.ts"
import * as audience from "./connection/audience.ts"
import * as Enforcement from "./connection/Enforcement.ts"
import * as heralding from "./connection/heralding.ts"
import * as newcomers from "./connection/newcomers.ts"
import * as purging from "./connection/purging.ts"
import * as ushering from "./connection/ushering.ts"
import { Watchers } from "./connection/Watchers.ts"
import { Heartbeat } from "./connection/Heartbeat.ts"
import { Passports } from "./connection/Passports.ts"
import { CONTENT_MAX } from "./domain/Content.ts"
import { PAGE_SIZE_MAX } from "./domain/PageSize.ts"
import type { Limits } from "./domain/ServerFrame.ts"
import { USERNAME_MAX } from "./domain/nameRule.ts"
import { Connected } from "./http/admin/Connected.ts"
import * as hubSpeaker from "./http/admin/hubSpeaker.ts"
import { MetricsServer } from "./http/MetricsServer.ts"
import { NodeServer } from "./http/NodeServer.ts"
import * as Routes from "./http/Routes.ts"
import * as ServerVitals from "./http/ServerVitals.ts"
import { signInOf, signInOrigins } from "./http/SignIn.ts"
import { builtWebApp } from "./http/webApp.ts"
import { Hub } from "./hub/Hub.ts"
import { Pacer } from "./hub/Pacer.ts"
import { Allowances } from "./identity/Allowances.ts"
import * as keptRevocations from "./identity/keptRevocations.ts"
import { Revocations } from "./identity/Revocations.ts"
import { tokenPolicy } from "./identity/TokenPolicy.ts"
import { Tokens } from "./identity/Tokens.ts"
import * as keptModeration from "./moderation/keptModeration.ts"
import * as analyticsClock from "./observability/analyticsClock.ts"
import * as CountedAnalytics from "./observability/CountedAnalytics.ts"
import * as Observability from "./observability/Observability.ts"
import { Vitals } from "./observability/Vitals.ts"
import * as outboundVitals from "./outbound/outboundVitals.ts"
import { PublishHook } from "./outbound/PublishHook.ts"
import * as publishJudge from "./outbound/publishJudge.ts"
import { SafeFetch } from "./outbound/SafeFetch.ts"
import { Webhooks } from "./outbound/Webhooks.ts"
import * as webhookOrders from "./outbound/webhookOrders.ts"
import * as webhookWitness from "./outbound/webhookWitness.ts"
import * as keptRooms from "./private/keptRooms.ts"
import { persistence } from "./Persistence.ts"
import * as keptMarkers from "./reading/keptMarkers.ts"
import { version } from "./version.ts"
import * as Gateway from "./ws/Gateway.ts"

const limitsOf = (config: Configuration): Limits => ({
  frameBytes: config.maxFrameBytes,
  contentCodePoints: CONTENT_MAX,
  usernameCodePoints: USERNAME_MAX,
  messagesPerSecond: config.ratePerSec,
  messageBurst: config.rateBurst,
  joinsPerSecond: config.joinsPerSec,
  rooms: config.roomsPerConnection,
  historyPage: PAGE_SIZE_MAX,
  pingIntervalMs: config.pingIntervalMs
})

export const connectionOptions = (config: Configuration): ConnectionOptions => ({
  mailbox: { ownBytes: config.mailboxBytes, unsentBytes: config.unsentBytes },
  stallMs: config.stallTimeoutMs,
  limits: limitsOf(config),
  history: config.historyOnJoin,
  refusals: config.refusals
})

const gatewayOptions = (config: Configuration): Gateway.GatewayOptions => ({
  connection: connectionOptions(config),
  admission: {
    upgradesPerSecond: config.upgradesPerSec,
    upgradeBurst: config.upgradesBurst,
    connectionsPerIp: config.connectionsPerIp,
    limitLoopback: config.limitLoopback
  },
  drain: { windowMs: config.drainWindowMs, graceMs: config.drainGraceMs },
  origins: config.allowedOrigins,
  trustedProxies: config.trustedProxies,
  maxConnections: config.maxConnections,
  maxFrameBytes: config.maxFrameBytes,
  maxFragments: config.maxFragments,
  closeTimeoutMs: config.closeTimeoutMs
})

const observabilityOptions = (config: Configuration): Observability.ObservabilityOptions => ({
  emf: config.metricsEmf,
  endpoint: config.otlpEndpoint,
  headers: config.otlpHeaders,
  intervalMs: config.otlpIntervalMs,
  service: config.serviceName,
  commit: config.buildCommit
})

const rollupsOptions = (config: Configuration): Rollups.RollupsOptions => ({
  minutesDays: config.analyticsMinutesDays,
  quartersDays: config.analyticsQuartersDays,
  usersDays: config.analyticsUsersDays
})

const isLoopback = (host: string) => host === "localhost" || host === "::1" || host.startsWith("127.")

/** Begins to listen, once everything under it is up, and says so. */
const announced = (config: Configuration) =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const server = yield* NodeServer
      const tokens = yield* Tokens
      const { host } = server
      yield* server.listen
      const port = server.port()
      const shown = host === "127.0.0.1" || host === "0.0.0.0" || host === "::" ? "localhost" : host
      yield* Effect.logInfo(`listening on http://${shown}:${port}`, { host, port, version, pid: process.pid })
      if (!tokens.on && !isLoopback(host)) {
        yield* Effect.logWarning("open to the network, and anyone may call themselves anything", { host })
      }
      yield* Effect.logDebug("configuration", config)
    })
  )

/** Who is let in. The policy was checked when the settings were read. */
const identity = (config: Configuration) =>
  Passports.layer.pipe(
    Layer.provideMerge(Tokens.layer(Result.getOrThrow(tokenPolicy(config)))),
    Layer.provideMerge(Revocations.layer),
    Layer.provide(keptRevocations.layer)
  )

/** Who may say what, where, and to whom. */
const rules = (config: Configuration) =>
  Layer.merge(Enforcement.layer, ushering.layer).pipe(
    Layer.provideMerge(
      keptModeration
        .layer({
          auditDays: config.auditDays,
          filter: { words: config.wordFilter, mode: config.wordFilterMode }
        })
        .pipe(Layer.provide(purging.layer))
    ),
    Layer.provideMerge(Amender.layer),
    Layer.provideMerge(
      keptRooms
        .layer({ groupMembersMax: config.groupMembersMax, groupsPerUser: config.groupsPerUser })
        .pipe(Layer.provide(newcomers.layer.pipe(Layer.provide(heralding.layer))))
    ),
    Layer.provideMerge(keptMarkers.layer.pipe(Layer.provide(audience.layer)))
  )

/** Everything between a socket and a log: what a connection runs on. Needs what is persistent and a Supervisor. */
export const engine = (config: Configuration) => rules(config).pipe(Layer.provideMerge(crowd(config)))

/** Who is there, and what becomes of what they say. */
const crowd = (config: Configuration) =>
  Layer.mergeAll(
    Layer.merge(
      Hub.layer({
        inbox: config.hubInbox,
        roomEmptyMs: config.roomEmptyMs,
        maxRooms: config.maxRooms,
        roomsPerConnection: config.roomsPerConnection,
        resumeMaxBytes: config.resumeMaxBytes,
        presence: config.presence,
        flushSliceMs: config.flushSliceMs
      }),
      Watchers.layer
    ).pipe(
      Layer.provide(Pacer.layer({ maxMs: config.pacingMaxMs, target: config.pacingTarget })),
      // closed after the hub, so that the last connections are counted
      Layer.provideMerge(analyticsClock.layer.pipe(Layer.provideMerge(Rollups.layer(rollupsOptions(config))))),
      Layer.provideMerge(CountedAnalytics.layer.pipe(Layer.provide(Analytics.layer))),
      Layer.provideMerge(Vitals.layer)
    ),
    identity(config),
    Connections.layer,
    Heartbeat.layer({ intervalMs: config.pingIntervalMs, graceMs: config.pingGraceMs }),
    Allowances.layer({
      messagesPerSecond: config.ratePerSec,
      messageBurst: config.rateBurst,
      joinsPerSecond: config.joinsPerSec,
      joinBurst: config.joinsBurst,
      roomsPerMinute: config.roomsPerMinute
    })
  )

/** Whom this server calls of its own accord: the webhook, and the hook that decides what is published. */
const callsOut = (config: Configuration) =>
  Layer.mergeAll(webhookWitness.layer, webhookOrders.layer, publishJudge.layer, outboundVitals.layer).pipe(
    Layer.provide(
      Layer.merge(
        Webhooks.layer({ url: config.webhookUrl, secret: config.webhookSecret, events: config.webhookEvents }),
        PublishHook.layer({
          url: config.publishHookUrl,
          secret: config.webhookSecret,
          timeoutMs: config.publishHookTimeoutMs,
          fail: config.publishHookFail
        })
      )
    ),
    Layer.provide(SafeFetch.layer({ allow: config.outboundAllow, allowHttp: config.webhookAllowHttp }))
  )

/** Whether who one is comes from a token alone. The policy was checked when the settings were read. */
const takesTokens = (config: Configuration) => Result.getOrThrow(tokenPolicy(config)) !== undefined

const webAppOf = (config: Configuration) => {
  const directory = config.webApp ? builtWebApp() : undefined
  return directory === undefined ? {} : { web: { directory, connect: signInOrigins(config) } }
}

/** What the routes for admins work on. */
const ruling = Layer.merge(hubSpeaker.layer, Layer.effect(Connected, Connections))

/** A second port for metrics alone, where one is set. */
const metricsServer = ({ headersTimeoutMs, host, metricsHost, metricsPort: port }: Configuration) =>
  port === 0
    ? Layer.empty
    : Layer.effectDiscard(MetricsServer).pipe(
        Layer.provide(MetricsServer.layer({ host: metricsHost === "" ? host : metricsHost, port, headersTimeoutMs }))
      )

/** A whole server. Built, it serves; closed, it drains. */
export const server = (config: Configuration) =>
  announced(config).pipe(
    // closed before the routes, so that `/ready` can say 503 while it drains
    Layer.provideMerge(Gateway.layer(gatewayOptions(config))),
    Layer.provideMerge(
      Routes.layer({
        origins: config.allowedOrigins,
        minUsers: config.analyticsMinUsers,
        metricsToken: config.metricsToken,
        apiKeys: config.apiKeys,
        limits: {
          requestsPerSecond: config.httpRatePerSec,
          requestBurst: config.httpRateBurst,
          limitLoopback: config.limitLoopback
        },
        trustedProxies: config.trustedProxies,
        signIn: signInOf(config, takesTokens(config)),
        ...webAppOf(config)
      }).pipe(Layer.provide(ruling), Layer.merge(metricsServer(config)))
    ),
    // closed after both, so that the last figures are of everything
    Layer.provide(Observability.layer(observabilityOptions(config)).pipe(Layer.provide(ServerVitals.layer))),
    Layer.provideMerge(engine(config)),
    // closed after the hub, so that the last events go out
    Layer.provide(callsOut(config)),
    Layer.provide(persistence(config)),
    Layer.provideMerge(
      NodeServer.layer({ host: config.host, port: config.port, headersTimeoutMs: config.headersTimeoutMs })
    ),
    Layer.provideMerge(Lifecycle.layer),
    Layer.provideMerge(Vitals.layer),
    Layer.provideMerge(Supervisor.layer)
  )
