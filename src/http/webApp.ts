/**
 * The web app, as `dist/web` has it: files whose names change with what is in them, which browsers may keep for ever, and one page that
 * shows every view. Nothing but its own files may run in that page, and it may ask nobody but this server and who signs its users in.
 */
import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import * as HttpMiddleware from "effect/http/HttpMiddleware"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as HttpStaticServer from "effect/http/HttpStaticServer"
import { Effect, Layer } from "effect"

/** Paths that show the page; what is behind them the page itself knows. */
const VIEWS = ["/", "/r/:room", "/dashboard/*", "/signed-in"] as const

/** `connect`: origins beside its own that the page may ask. */
export interface WebAppOptions {
  readonly directory: string
  readonly connect?: ReadonlyArray<string>
}

const KEPT = "public, max-age=31536000, immutable"

const policyOf = (connect: ReadonlyArray<string>): string =>
  [
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self'",
    // the dot on the icon is drawn by the page
    "img-src 'self' data:",
    `connect-src ${["'self'", ...connect].join(" ")}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'"
  ].join("; ")

/** Where the app was built to: beside the program where that is bundled, else in the project's `dist`. Nothing where it was not built. */
export const builtWebApp = (): string | undefined =>
  ["./web/", "../../dist/web/"]
    .map((place) => fileURLToPath(new URL(place, import.meta.url)))
    .find((directory) => existsSync(`${directory}index.html`))

const compressed = HttpMiddleware.compression()

/** What the build has compressed beforehand, each in a folder of its name, the smallest first. */
const ENCODINGS = ["br", "gzip"] as const

/** Whether an `Accept-Encoding` takes an encoding by its name (RFC 9110, 12.5.3). Weights but 0 say what is liked more, not what may be. */
const takes = (accepted: string, encoding: string): boolean =>
  accepted.split(",").some((one) => {
    const [name = "", weight = ""] = one.split(";").map((part) => part.trim().toLowerCase())
    return name === encoding && !/^q=0(\.0*)?$/.test(weight)
  })

/** A folder of files that never change. */
const kept = (root: string) => HttpStaticServer.make({ root, cacheControl: KEPT })

/** The assets, as they are or as they were compressed. */
const assetsOf = Effect.fnUntraced(function* (directory: string) {
  const plain = yield* kept(`${directory}/assets`)
  const packed = yield* Effect.forEach(
    ENCODINGS.filter((encoding) => existsSync(`${directory}/${encoding}`)),
    (encoding) =>
      Effect.map(kept(`${directory}/${encoding}`), (files) => ({
        encoding,
        files: Effect.map(
          files,
          HttpServerResponse.setHeaders({ "content-encoding": encoding, vary: "Accept-Encoding" })
        )
      }))
  )
  return HttpServerRequest.HttpServerRequest.use(({ headers }) => {
    const accepted = headers["accept-encoding"] ?? ""
    return packed.find(({ encoding }) => takes(accepted, encoding))?.files ?? plain
  })
})

export const layer = ({ connect = [], directory }: WebAppOptions) =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const router = yield* HttpRouter.HttpRouter
      const files = yield* HttpStaticServer.make({ root: directory })
      const assets = yield* assetsOf(directory)
      const headers = { "content-security-policy": policyOf(connect), "cache-control": "no-cache" }
      const page = Effect.map(
        Effect.updateService(files, HttpServerRequest.HttpServerRequest, (request) =>
          request.modify({ url: "/index.html" })
        ),
        HttpServerResponse.setHeaders(headers)
      )
      yield* Effect.forEach(VIEWS, (path) => router.add("GET", path, compressed(page)), { discard: true })
      yield* router.prefixed("/assets").add("GET", "/*", compressed(assets))
    })
  )
