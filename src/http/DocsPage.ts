/**
 * The HTTP contract as a page to read and to try: written from the OpenAPI document, so that it says what that says. Asks nobody else for
 * anything, so it works offline.
 */
import { createHash } from "node:crypto"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as OpenApi from "effect/http-api/OpenApi"
import { Effect } from "effect"
import { Api } from "./Api.ts"
import { script, style } from "./docsAssets.ts"
import { docsHtml } from "./docsHtml.ts"

const hashOf = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`

/** Nothing but the page's own style and script may run or load. */
const policy = [
  "default-src 'none'",
  `style-src ${hashOf(style)}`,
  `script-src ${hashOf(script)}`,
  "img-src data:",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'"
].join("; ")

let page: string | undefined

export const layer = HttpRouter.add(
  "GET",
  "/docs",
  Effect.sync(() => {
    // takes some 50 ms, which a server that nobody asks for it need not spend
    page ??= docsHtml(OpenApi.fromApi(Api))
    return HttpServerResponse.text(page, {
      contentType: "text/html; charset=utf-8",
      headers: { "content-security-policy": policy, "cache-control": "no-cache" }
    })
  })
)
