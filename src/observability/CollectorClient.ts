/** The HTTP client that figures are sent with. A collector that is away is worth one line in the log, and one when it is back. */
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import { Effect, Layer, References } from "effect"

/** Milliseconds a collector may take to answer. */
const ANSWER_MS = 10_000

/** The innermost code or message: Node's own client only says that it failed. */
const why = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  if ("code" in error && typeof error.code === "string") return error.code
  return error.cause === undefined ? error.message : why(error.cause)
}

const explained = ({ reason }: HttpClientError.HttpClientError): string =>
  "description" in reason && reason.description !== undefined ? reason.description : why(reason.cause ?? reason)

const watched = (client: HttpClient.HttpClient): HttpClient.HttpClient => {
  let away = false
  return HttpClient.transform(client, (response, request) => {
    const { origin } = new URL(request.url)
    const refused = (reason: string) => {
      if (away) return Effect.void
      away = true
      return Effect.logWarning("the metrics collector takes nothing", { collector: origin, why: reason })
    }
    const taken = Effect.suspend(() => {
      if (!away) return Effect.void
      away = false
      return Effect.logInfo("the metrics collector is back", { collector: origin })
    })
    return response.pipe(
      Effect.timeoutOrElse({
        duration: ANSWER_MS,
        orElse: () =>
          Effect.fail(
            new HttpClientError.HttpClientError({
              reason: new HttpClientError.TransportError({ request, description: `no answer within ${ANSWER_MS} ms` })
            })
          )
      }),
      Effect.tap(({ status }) => (status >= 200 && status < 300 ? taken : refused(`it answers ${status}`))),
      Effect.tapError((error) => refused(explained(error))),
      // the exporter's own, which name a package that nobody here knows
      Effect.provideService(References.CurrentLogAnnotations, {})
    )
  })
}

export const layer = Layer.effect(HttpClient.HttpClient, Effect.map(HttpClient.HttpClient, watched)).pipe(
  Layer.provide(FetchHttpClient.layer),
  // headers may hold a key, which nobody else is to be sent
  Layer.provide(Layer.succeed(FetchHttpClient.RequestInit, { redirect: "manual" }))
)
