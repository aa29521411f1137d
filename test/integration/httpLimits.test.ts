/** The limits per address for HTTP, as a whole server has them. */
import { assert, describe, it, onTestFinished } from "@effect/vitest"
import { ChatClient } from "../support/ChatClient.ts"
import { type Env, ServerProcess } from "../support/ServerProcess.ts"

const start = async (env: Env) => {
  const server = await ServerProcess.start(env)
  onTestFinished(async () => {
    assert.strictEqual(await server.stop(), 0)
  })
  return server
}

const status = async (server: ServerProcess, path: string, headers: Readonly<Record<string, string>> = {}) => {
  const response = await server.fetch(path, { headers })
  await response.arrayBuffer()
  return response.status
}

/** Refills so slowly that no test is long enough for it to matter. */
const tight = { LIMIT_LOOPBACK: "true", HTTP_RATE_PER_SEC: "0.01", HTTP_RATE_BURST: "20" }

describe("HTTP_RATE_PER_SEC and HTTP_RATE_BURST", () => {
  it("stop who asks too often, while chat, health and others go on", async () => {
    const server = await start({ ...tight, TRUSTED_PROXIES: "127.0.0.0/8" })
    const ann = await ChatClient.plain(server, { userId: "ann", username: "Ann" })
    const flood = { "x-forwarded-for": "203.0.113.9" }
    const answers = await Promise.all(Array.from({ length: 200 }, () => status(server, "/api/rooms", flood)))
    assert.lengthOf(
      answers.filter((one) => one === 200),
      20
    )
    assert.lengthOf(
      answers.filter((one) => one === 429),
      180
    )
    const refused = await server.fetch("/api/analytics", { headers: flood })
    assert.isAbove(Number(refused.headers.get("retry-after")), 0)
    assert.deepInclude(await refused.json(), { status: 429, code: "rate_limited" })
    assert.strictEqual(await status(server, "/health", flood), 200)
    assert.strictEqual(await status(server, "/ready", flood), 200)
    assert.strictEqual(await status(server, "/api/rooms", { "x-forwarded-for": "203.0.113.10" }), 200)
    await ann.say("nothing of that is mine")
    // the door of the sockets counts by itself
    await ChatClient.plain(server, { userId: "bob", username: "Bob" })
  })

  it("count a wrong key as ten requests", async () => {
    const server = await start({ ...tight, API_KEYS: `ci:${"k".repeat(32)}` })
    const guesses = []
    for (let n = 0; n < 5; n++)
      guesses.push(await status(server, "/api/admin/connections", { "x-api-key": `guess-${n}` }))
    assert.deepEqual(guesses, [401, 401, 429, 429, 429])
    assert.strictEqual(await status(server, "/api/admin/connections", { "x-api-key": "k".repeat(32) }), 429)
  })

  it("do not hold for this machine unless that is said, nor where they are off", async () => {
    for (const env of [
      { HTTP_RATE_BURST: "1", HTTP_RATE_PER_SEC: "1" },
      { ...tight, HTTP_RATE_PER_SEC: "0" }
    ]) {
      const server = await start(env)
      const answers = await Promise.all(Array.from({ length: 50 }, () => status(server, "/api/rooms")))
      assert.isTrue(answers.every((one) => one === 200))
    }
  })
})
