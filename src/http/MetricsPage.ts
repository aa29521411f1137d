/** `GET /metrics`, for Prometheus. */
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { Effect, Layer } from "effect"
import { PROMETHEUS_TEXT, prometheusText } from "../observability/prometheusText.ts"
import { Vitals } from "../observability/Vitals.ts"

export const layer = Layer.unwrap(
  Effect.map(Vitals, (vitals) =>
    HttpRouter.add(
      "GET",
      "/metrics",
      Effect.sync(() => HttpServerResponse.text(prometheusText(vitals.read()), { contentType: PROMETHEUS_TEXT }))
    )
  )
)
