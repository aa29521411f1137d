/** `/metrics` on a port of its own, for networks in which whoever reaches that port may read it. It answers nothing else. */
import * as Http from "node:http"
import { Context, Effect, Layer } from "effect"
import { problem } from "../domain/Problem.ts"
import { PROMETHEUS_TEXT, prometheusText } from "../observability/prometheusText.ts"
import { Vitals } from "../observability/Vitals.ts"
import { closing, type ListenOptions, listening, portOf } from "./NodeServer.ts"
import { SECURITY_HEADERS } from "./securityHeaders.ts"

const refuse = (response: Http.ServerResponse, status: number, code: string, detail: string, more = {}) => {
  response.writeHead(status, { ...SECURITY_HEADERS, "content-type": "application/problem+json", ...more })
  response.end(JSON.stringify(problem(status, { code, detail })))
}

export class MetricsServer extends Context.Service<
  MetricsServer,
  {
    /** The port it listens on. */
    port(): number
  }
>()("hubbub/http/MetricsServer") {
  /** Listens from the moment it is built. Nothing that is read of a request is more than its path. */
  static readonly layer = ({ headersTimeoutMs, host, port }: ListenOptions) =>
    Layer.effect(
      MetricsServer,
      Effect.gen(function* () {
        const vitals = yield* Vitals
        const log = Effect.runForkWith(yield* Effect.context())
        const answer = (request: Http.IncomingMessage, response: Http.ServerResponse) => {
          const path = (request.url ?? "").split("?", 1)[0]
          const reads = request.method === "GET" || request.method === "HEAD"
          if (path !== "/metrics") return refuse(response, 404, "not_found", "there is only /metrics here")
          if (!reads) {
            const detail = `${request.method} is not allowed here`
            return refuse(response, 405, "method_not_allowed", detail, { allow: "GET, HEAD" })
          }
          let text: string
          try {
            text = prometheusText(vitals.read())
          } catch (defect) {
            log(Effect.logError("metrics could not be read", defect))
            return refuse(response, 500, "internal", "something went wrong on this side")
          }
          response.writeHead(200, {
            ...SECURITY_HEADERS,
            "content-type": PROMETHEUS_TEXT,
            "content-length": Buffer.byteLength(text)
          })
          response.end(request.method === "HEAD" ? undefined : text)
        }
        const http = yield* Effect.acquireRelease(
          Effect.sync(() =>
            Http.createServer(
              {
                headersTimeout: headersTimeoutMs,
                requestTimeout: headersTimeoutMs * 3,
                connectionsCheckingInterval: Math.min(1000, headersTimeoutMs)
              },
              answer
            )
          ),
          closing
        )
        yield* listening(http, { host, port }, "METRICS_")
        const listens = portOf(http.address())
        yield* Effect.logInfo(`metrics on port ${listens}`, { host, port: listens })
        return MetricsServer.of({ port: () => listens })
      })
    )
}
