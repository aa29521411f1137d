/** Log lines are for operators and their machines: one JSON object each, and never what people said. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { ChatClient } from "../support/ChatClient.ts"
import { RawSocket } from "../support/RawSocket.ts"
import { ServerProcess } from "../support/ServerProcess.ts"

const SECRET = "xylophone-3f9c"

let server: ServerProcess

beforeAll(async () => {
  server = await ServerProcess.start({ LOG_LEVEL: "debug" })
})
afterAll(() => server.stop("SIGKILL"))

describe("the log", () => {
  it("is one JSON object a line whatever clients send, and has none of their words", async () => {
    const plain = await ChatClient.plain(server, { userId: "alice", username: "Alice", room: "logs" })
    const v1 = await ChatClient.v1(server, { userId: "bob", username: "Bob", room: "logs" })
    await plain.say(`the word is ${SECRET}`)
    for (const bad of [
      SECRET,
      `{"type":"${SECRET}"}`,
      `{"type":"chat","content":{"a":"${SECRET}"}}`,
      `{"type":"chat","content":"${SECRET}\\u0000"}`,
      `{"type":"chat","content":"x","messageId":"${SECRET}"}`,
      `{"type":"chat","content":"x","roomId":"#${SECRET}"}`
    ]) {
      plain.send(bad)
      await plain.next("error")
    }
    await v1.ask({ type: "chat", roomId: "logs", content: SECRET })
    await v1.ask({ type: "direct", to: "alice", content: SECRET })
    await v1.ask({ type: "refresh", token: SECRET })
    // T26, T22
    for (const path of [
      `/ws?username=admin%0A${SECRET}%20ok&token=${SECRET}`,
      `/ws?username=${encodeURIComponent(`\u2028\u001b[31m${SECRET}`)}`,
      `/ws?room=${SECRET}%23`,
      `/ws?userId=${SECRET}%0A`
    ]) {
      assert.strictEqual((await RawSocket.upgrade(server, path)).answer.status, 400)
    }
    assert.strictEqual((await RawSocket.upgrade(server, `/ws?token=${SECRET}`)).answer.status, 101)
    await server.fetch(`/nothing?token=${SECRET}`)
    const raw = await RawSocket.open(server)
    raw.send({ payload: SECRET, masked: false })
    await raw.closeCode()
    const binary = await RawSocket.open(server)
    binary.send({ payload: SECRET, opcode: 2 })
    await binary.closeCode()
    await v1.close(1000)
    await plain.close(1000)
    assert.strictEqual(await server.stop(), 0)

    assert.isEmpty(server.stderr)
    assert.isAbove(server.stdout.length, 2)
    for (const line of server.stdout) {
      const entry: unknown = JSON.parse(line)
      assert.containsAllKeys(entry, ["ts", "level", "msg"], line)
    }
    assert.notInclude(server.said, SECRET)
    assert.isNotEmpty(server.log.filter(({ level }) => level === "debug"))
    assert.isEmpty(server.log.filter(({ level }) => level === "error"))
    assert.deepInclude(server.log.at(-1), { level: "info", msg: "stopped" })
  })

  it("starts with where the server listens, and which process it is", async () => {
    const [first] = server.log
    assert.deepInclude(first, { level: "info", msg: `listening on http://localhost:${server.port}`, port: server.port })
    assert.strictEqual(first?.["pid"], server.pid)
    assert.match(first?.ts ?? "", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  })

  it("leaves out what is less severe than LOG_LEVEL", async () => {
    const quiet = await ServerProcess.start({ LOG_LEVEL: "info" })
    const client = await ChatClient.plain(quiet)
    await client.close()
    assert.strictEqual(await quiet.stop(), 0)
    assert.isEmpty(quiet.log.filter(({ level }) => level === "debug"))
  })
})
