/** Sends every family to an OpenTelemetry collector, as JSON over HTTP, at intervals and once more on a stop. */
import { randomUUID } from "node:crypto"
import * as OtlpExporter from "effect/observability/OtlpExporter"
import * as OtlpResource from "effect/observability/OtlpResource"
import * as OtlpSerialization from "effect/observability/OtlpSerialization"
import { Clock, Effect, Layer, Redacted } from "effect"
import { version } from "../version.ts"
import * as CollectorClient from "./CollectorClient.ts"
import { otlpMetrics } from "./otlpMetrics.ts"
import { Vitals } from "./Vitals.ts"

export interface OtlpExportOptions {
  /** The collector's address; signals have paths under it. */
  readonly endpoint: string
  /** Sent with every export; may hold a key. */
  readonly headers: Redacted.Redacted<Readonly<Record<string, string>>>
  /** Milliseconds between two exports. */
  readonly intervalMs: number
  /** Name of the service. */
  readonly service: string
}

/** Milliseconds a stop may take to send the last figures. */
const STOP_MS = 1000

export const layer = ({ endpoint, headers, intervalMs, service }: OtlpExportOptions) =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const vitals = yield* Vitals
      const clock = yield* Clock.Clock
      const { metrics } = yield* OtlpSerialization.OtlpSerialization
      const startedAt = clock.currentTimeNanosUnsafe()
      const resource = OtlpResource.make({
        serviceName: service,
        serviceVersion: version,
        // what tells two servers apart
        attributes: { "service.instance.id": randomUUID() }
      })
      yield* OtlpExporter.make({
        label: "metrics",
        url: `${endpoint.replace(/\/$/, "")}/v1/metrics`,
        headers: Redacted.value(headers),
        exportInterval: intervalMs,
        shutdownTimeout: STOP_MS,
        maxBatchSize: "disabled",
        exportEmpty: true,
        body: () => {
          const now = clock.currentTimeNanosUnsafe()
          const frame = { resource, scope: { name: "hubbub", version }, startedAt, now }
          return [metrics(otlpMetrics(vitals.read(), frame)), Effect.void]
        }
      })
    })
  ).pipe(
    Layer.provide(OtlpExporter.layerFlusher),
    Layer.provide(CollectorClient.layer),
    Layer.provide(OtlpSerialization.layerJson)
  )
