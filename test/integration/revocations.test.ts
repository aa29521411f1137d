import { assert, describe, it, onTestFinished } from "vitest"
import { hourLong, SECRET } from "../identity/minted.ts"
import { bearer, heard, upgrade, v1 } from "../identity/upgrading.ts"
import { type Env, ServerProcess, temporaryDirectory } from "../support/ServerProcess.ts"

const start = async (env: Env) => {
  const server = await ServerProcess.start({ AUTH_SECRET: SECRET, ...env })
  onTestFinished(async () => {
    await server.stop("SIGKILL")
  })
  return server
}

const revoke = async (server: ServerProcess, token: string | undefined, body: unknown) => {
  const response = await server.fetch("/api/admin/revocations", {
    method: "POST",
    headers: { "content-type": "application/json", ...(token === undefined ? {} : bearer(token)) },
    body: typeof body === "string" ? body : JSON.stringify(body)
  })
  return { status: response.status, body: (await response.json()) as Readonly<Record<string, unknown>> }
}

describe("a revocation", () => {
  it("of a user closes their connections, refuses their tokens, and outlives kill -9", async () => {
    const env = { DATA_DIR: temporaryDirectory() }
    const server = await start(env)
    const [alice, bob, admin] = await Promise.all([
      hourLong("alice"),
      hourLong("bob"),
      hourLong("root-1", { role: "admin" })
    ])
    const { socket } = await upgrade(server, {}, v1(alice))
    await heard(socket, "welcome")
    const other = await upgrade(server, {}, v1(bob))
    await heard(other.socket, "welcome")
    const since = performance.now()
    assert.deepInclude(await revoke(server, admin, { userId: "alice" }), { status: 200 })
    assert.strictEqual(await socket.closeCode(), 4500)
    assert.isBelow(performance.now() - since, 5000)
    assert.strictEqual((await upgrade(server, {}, v1(alice))).answer.status, 401)
    assert.strictEqual((await server.fetch("/api/rooms", { headers: bearer(alice) })).status, 401)
    assert.strictEqual((await server.fetch("/api/rooms", { headers: bearer(bob) })).status, 200)
    server.signal("SIGKILL")
    await server.exit()
    const again = await start(env)
    assert.strictEqual((await upgrade(again, {}, v1(alice))).answer.status, 401)
    assert.strictEqual((await upgrade(again, {}, v1(bob))).answer.status, 101)
  })

  it("is for admins, and says what is wrong with one that cannot be made", async () => {
    const server = await start({ DATA_DIR: temporaryDirectory() })
    const admin = await hourLong("root-1", { role: "admin" })
    assert.strictEqual((await revoke(server, undefined, { userId: "bob" })).status, 401)
    for (const role of ["user", "moderator", "analyst"]) {
      assert.deepInclude((await revoke(server, await hourLong("mia", { role }), { userId: "bob" })).body, {
        status: 403,
        code: "forbidden"
      })
    }
    for (const [body, field] of [
      [{}, "userId"],
      [{ userId: 7 }, "userId"],
      [{ tokenId: "" }, "tokenId"],
      [{ userId: "bob", until: "yesterday" }, "until"],
      [{ userId: "bob", until: "2020-01-01T00:00:00Z" }, "until"],
      ["[]", undefined],
      ["{", undefined]
    ] as const) {
      const answer = await revoke(server, admin, body)
      assert.deepInclude(answer.body, { status: 400, code: "invalid_body" }, JSON.stringify(body))
      assert.strictEqual(answer.body["field"], field)
    }
    assert.strictEqual((await revoke(server, admin, " ".repeat(70_000))).status, 413)
    assert.strictEqual((await server.fetch("/api/admin/revocations", { headers: bearer(admin) })).status, 405)
  })

  it("cannot be made where tokens are off", async () => {
    const server = await ServerProcess.start({ DATA_DIR: temporaryDirectory() })
    onTestFinished(async () => {
      await server.stop("SIGKILL")
    })
    assert.strictEqual((await revoke(server, undefined, { userId: "bob" })).status, 403)
  })
})
