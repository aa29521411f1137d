/** What operators are told. */
import { Redacted } from "effect"
import { otlpHeaders } from "../observability/otlpHeaders.ts"
import { flag, type Setting, text, whole } from "./Setting.ts"

const DAY = 86_400_000

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

export const operatorsSettings = {
  metricsPort: whole(
    "METRICS_PORT",
    0,
    0,
    65_535,
    "A second port on which /metrics is answered, to anyone and nothing else; 0 for none."
  ),
  metricsHost: text(
    "METRICS_HOST",
    "",
    /^[a-z0-9.:-]*$/i,
    "an address or host name to listen on, such as 127.0.0.1, 0.0.0.0 or ::, or nothing for that of HOST",
    "Address of that second port; without, that of HOST."
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
