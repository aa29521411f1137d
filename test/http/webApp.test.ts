/** The web app as browsers get it, over a folder that was built. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { type IncomingHttpHeaders, get as request } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from "node:zlib"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { NodeServer } from "../../src/http/NodeServer.ts"
import { ask } from "../support/Web.ts"
import { askText } from "../support/askText.ts"
import { site } from "./admin/AdminSite.ts"

const directory = mkdtempSync(join(tmpdir(), "hubbub-web-"))
const script = "export const words = 'over and over';\n".repeat(200)
mkdirSync(join(directory, "assets"))
writeFileSync(join(directory, "index.html"), "<!doctype html><title>The app</title>")
writeFileSync(join(directory, "assets/index-abc123.js"), script)
writeFileSync(join(directory, "sources.txt"), "not for everyone")
// told from what would be compressed on request by what it says
const beforehand = `${script}// beforehand`
for (const [encoding, encode] of [
  ["br", brotliCompressSync],
  ["gzip", gzipSync]
] as const) {
  mkdirSync(join(directory, encoding))
  writeFileSync(join(directory, encoding, "index-abc123.js"), encode(beforehand))
}
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const built = site({ web: { directory } })
const signedIn = site({ web: { directory, connect: ["https://login.example"] }, tokens: true })

/** The bytes of a path as it is written, which `fetch` would tidy up and unpack. */
const raw = Effect.fnUntraced(function* (path: string, headers: Readonly<Record<string, string>>) {
  const server = yield* NodeServer
  if (server.port() === 0) yield* server.listen
  return yield* Effect.promise(
    () =>
      new Promise<{ readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: Buffer }>(
        (resolve, reject) => {
          request({ host: "127.0.0.1", port: server.port(), path, headers, agent: false }, (answer) => {
            const parts: Array<Buffer> = []
            answer.on("data", (part: Buffer) => parts.push(part))
            answer.on("end", () =>
              resolve({
                status: answer.statusCode ?? 0,
                headers: answer.headers,
                body: Buffer.concat(parts)
              })
            )
          }).on("error", reject)
        }
      )
  )
})

describe("the web app", () => {
  it.live("is one page for every view, asked for anew each time and unchanged in few bytes", () =>
    Effect.gen(function* () {
      for (const path of [
        "/",
        "/r/global",
        "/r/a%3Ab",
        "/dashboard",
        "/dashboard/rooms/global?tz=UTC",
        "/signed-in?code=1"
      ]) {
        const { headers, status, text } = yield* askText(path)
        assert.strictEqual(status, 200, path)
        assert.include(text, "The app", path)
        assert.strictEqual(headers.get("cache-control"), "no-cache", path)
        assert.strictEqual(headers.get("content-type"), "text/html; charset=utf-8", path)
      }
      const etag = (yield* askText("/")).headers.get("etag") ?? ""
      assert.notStrictEqual(etag, "")
      const again = yield* askText("/r/global", { headers: { "if-none-match": etag } })
      assert.strictEqual(again.status, 304)
    }).pipe(Effect.provide(built))
  )

  it.live("may run nothing but its own files, and asks nobody but this server", () =>
    Effect.gen(function* () {
      const policy = (yield* askText("/")).headers.get("content-security-policy") ?? ""
      for (const rule of [
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'"
      ]) {
        assert.include(policy.split("; "), rule)
      }
      assert.notInclude(policy, "unsafe")
    }).pipe(Effect.provide(built))
  )

  it.live("may ask who signs its users in, where that is set", () =>
    Effect.gen(function* () {
      const policy = (yield* askText("/")).headers.get("content-security-policy") ?? ""
      assert.include(policy.split("; "), "connect-src 'self' https://login.example")
    }).pipe(Effect.provide(signedIn))
  )

  it.live("has files that are kept for ever, and come compressed to who takes that", () =>
    Effect.gen(function* () {
      const path = "/assets/index-abc123.js"
      const plain = yield* askText(path, { headers: { "accept-encoding": "identity" } })
      assert.strictEqual(plain.text, script)
      assert.strictEqual(plain.headers.get("cache-control"), "public, max-age=31536000, immutable")
      assert.strictEqual(plain.headers.get("content-type"), "text/javascript; charset=utf-8")
      assert.strictEqual(plain.headers.get("x-content-type-options"), "nosniff")
      assert.include(plain.headers.get("vary"), "Accept-Encoding")
      for (const [accepted, encoding, decode] of [
        ["gzip, br", "br", brotliDecompressSync],
        ["gzip, deflate, br, zstd", "br", brotliDecompressSync],
        ["br;q=0.5, gzip", "br", brotliDecompressSync],
        ["BR", "br", brotliDecompressSync],
        ["gzip", "gzip", gunzipSync],
        ["gzip, br;q=0", "gzip", gunzipSync],
        ["br; q=0.0, gzip", "gzip", gunzipSync],
        ["brotli, gzip", "gzip", gunzipSync]
      ] as const) {
        const packed = yield* raw(path, { "accept-encoding": accepted })
        assert.strictEqual(packed.headers["content-encoding"], encoding, accepted)
        assert.strictEqual(packed.headers["content-type"], "text/javascript; charset=utf-8")
        assert.strictEqual(packed.headers["cache-control"], "public, max-age=31536000, immutable")
        assert.include(packed.headers["vary"], "Accept-Encoding")
        assert.notStrictEqual(packed.headers["etag"], plain.headers.get("etag"))
        assert.strictEqual(decode(packed.body).toString(), beforehand)
        const again = yield* raw(path, {
          "accept-encoding": accepted,
          "if-none-match": packed.headers["etag"] ?? ""
        })
        assert.deepEqual([again.status, again.body.length], [304, 0])
      }
    }).pipe(Effect.provide(built))
  )

  it.live("gives nothing that is not one of its files, and has nobody keep that", () =>
    Effect.gen(function* () {
      for (const path of [
        "/assets/index-old.js",
        "/assets/",
        "/assets/../sources.txt",
        "/br/index-abc123.js",
        "/assets/..%2fsources.txt",
        "/assets/..%2fbr/index-abc123.js",
        "/assets/%2e%2e/sources.txt",
        "/assets/..\\sources.txt",
        "/sources.txt",
        "/index.html",
        "/.vite/manifest.json",
        "/r/a/b",
        "/dashboardx"
      ]) {
        const { body, status } = yield* raw(path, {})
        assert.strictEqual(status, 404, path)
        assert.notInclude(body.toString(), "not for everyone", path)
      }
      assert.strictEqual((yield* ask("/assets/index-old.js")).headers.get("cache-control"), "no-store")
      assert.strictEqual((yield* ask("/r/global", { method: "POST" })).status, 405)
    }).pipe(Effect.provide(built))
  )

  it.live("is told how to sign in without a token", () =>
    Effect.gen(function* () {
      const { body, status } = yield* ask("/api/config")
      assert.strictEqual(status, 200)
      assert.deepInclude(body, { name: "Hubbub", auth: { mode: "open" } })
    }).pipe(Effect.provide(signedIn))
  )
})
