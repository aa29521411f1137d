/** A plain page that says what runs here and how to talk to it. No script, no request to anywhere else. */
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { Effect, Layer } from "effect"
import { createHash } from "node:crypto"
import { version } from "../version.ts"
import { NodeServer } from "./NodeServer.ts"

const style = `
:root { color-scheme: light dark; --ink: light-dark(#1c2430, #e8ecf2); --dim: light-dark(#566275, #9aa7ba);
  --paper: light-dark(#fbfaf7, #14181f); --panel: light-dark(#f0eee8, #1e242e); --mark: light-dark(#b3391f, #ff9a7a) }
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif }
main { max-width: 46rem; margin: 0 auto; padding: 3rem 1.25rem 4rem }
h1 { font-size: 2.25rem; line-height: 1.15; margin: 0 0 .25rem; letter-spacing: -.02em }
h2 { font-size: 1.1rem; margin: 2.25rem 0 .5rem }
p { margin: .5rem 0 }
.dim { color: var(--dim) }
a { color: var(--mark) }
code, pre { font: .9rem/1.5 ui-monospace, monospace }
pre { background: var(--panel); padding: .9rem 1rem; border-radius: .5rem; overflow-x: auto; margin: .75rem 0 }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .35rem 1.25rem; margin: .75rem 0 }
dt, dd { margin: 0 }
@media (max-width: 34rem) { dl { grid-template-columns: 1fr; gap: 0 } dd { margin-bottom: .6rem } }
`

const page = (port: number) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Hubbub</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<main>
<h1>Hubbub is running</h1>
<p class="dim">Chat engine with analytics built in, version ${version}.</p>
<h2>Say something</h2>
<p>In two terminals, with any WebSocket client:</p>
<pre>npx wscat -c "ws://localhost:${port}/ws?userId=alice&amp;username=Alice"
npx wscat -c "ws://localhost:${port}/ws?userId=bob&amp;username=Bob"</pre>
<p>Then type a message into one and see it arrive in both:</p>
<pre>{"type":"chat","content":"Hello everyone!"}</pre>
<p>Add <code>&amp;room=lobby</code> for another room. Clients that offer the subprotocol <code>hubbub.v1</code> get
acknowledgements, several rooms on one connection, presence, typing and resuming.</p>
<h2>Look around</h2>
<dl>
<dt><a href="/health">/health</a></dt><dd>is the process up, how many are connected</dd>
<dt><a href="/ready">/ready</a></dt><dd>should traffic be sent here</dd>
<dt><a href="/api/analytics">/api/analytics</a></dt><dd>live figures: messages, people, latency</dd>
<dt><a href="/docs">/docs</a></dt><dd>all routes and figures</dd>
</dl>
</main>
</body>
</html>
`

const styleHash = createHash("sha256").update(style).digest("base64")

/** Nothing but the page's own style may run or load. */
const policy = [
  "default-src 'none'",
  `style-src 'sha256-${styleHash}'`,
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'"
].join("; ")

export const layer = Layer.unwrap(
  Effect.map(NodeServer, ({ port }) =>
    HttpRouter.add(
      "GET",
      "/",
      Effect.sync(() =>
        HttpServerResponse.text(page(port()), {
          contentType: "text/html; charset=utf-8",
          headers: { "content-security-policy": policy, "cache-control": "no-cache" }
        })
      )
    )
  )
)
