/** What is tried over HTTP: bodies without end, names that would run somewhere else, and questions about what is not one's own. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { csv } from "../../src/domain/Table.ts"
import { hourLong, SECRET } from "../identity/minted.ts"
import { bearer, heard, upgrade, v1 } from "../identity/upgrading.ts"
import { ChatClient } from "../support/ChatClient.ts"
import { RawSocket } from "../support/RawSocket.ts"
import { ServerProcess } from "../support/ServerProcess.ts"

const MB = 1024 * 1024
const KEY = "k".repeat(40)

let server: ServerProcess
let tokens: ServerProcess

beforeAll(async () => {
  ;[server, tokens] = await Promise.all([
    ServerProcess.start({ DRAIN_WINDOW_MS: "0", RATE_LIMIT_PER_SEC: "0", METRICS_TOKEN: KEY }),
    ServerProcess.start({
      DRAIN_WINDOW_MS: "0",
      AUTH_SECRET: SECRET,
      METRICS_TOKEN: KEY,
      HEADERS_TIMEOUT_MS: "1000",
      ANALYTICS_MIN_USERS: "3"
    })
  ])
})
afterAll(async () => {
  for (const one of [server, tokens]) assert.isEmpty(one.log.filter(({ level }) => level === "error"))
  assert.deepEqual(await Promise.all([server.stop(), tokens.stop()]), [0, 0])
})

/** The beginning of a request by an admin, whose body is to follow. */
const posting = async (framing: string) => {
  const raw = await RawSocket.connect(tokens)
  const admin = await hourLong("root-1", { role: "admin" })
  const headers = ["Host: x", `Authorization: Bearer ${admin}`, "Content-Type: application/json", framing]
  raw.write(`POST /api/admin/revocations HTTP/1.1\r\n${headers.join("\r\n")}\r\n\r\n`)
  return raw
}

describe("D5: a body of 6 MB", () => {
  it("is answered 413 before it is read, whether its length was said or not, and nobody is disconnected", async () => {
    const witness = await upgrade(tokens, { room: "calm" }, v1(await hourLong("calm")))
    await heard(witness.socket, "welcome")
    const said = await posting(`Content-Length: ${6 * MB}`)
    assert.strictEqual((await said.answer()).status, 413)
    said.write(Buffer.alloc(6 * MB, 0x20))
    const chunked = await posting("Transfer-Encoding: chunked")
    const chunk = Buffer.concat([Buffer.from("10000\r\n"), Buffer.alloc(65_536, 0x20), Buffer.from("\r\n")])
    // the last chunk, which ends it, never comes
    for (let n = 0; n < 96; n++) chunked.write(chunk)
    assert.strictEqual((await chunked.answer()).status, 413)
    witness.socket.send({ payload: '{"type":"ping","ref":1}' })
    assert.deepInclude(await heard(witness.socket, "pong"), { ref: 1 })
  })

  it("is no way to say anything: messages go over the socket alone", async () => {
    for (const path of ["/api/rooms", "/api/rooms/lobby/messages", "/ws", "/health"]) {
      const response = await server.fetch(path, { method: "POST", body: "x".repeat(6 * MB) }).catch(() => undefined)
      // an answer that comes before the body was sent may look like a broken line
      if (response !== undefined) assert.strictEqual(response.status, 405, path)
    }
    assert.strictEqual((await server.fetch("/health")).status, 200)
  })
})

describe("T38: rooms that are guessed", () => {
  it("are the same whether they are there or not, to whom they are not for", async () => {
    const insider = await hourLong("ann", { rooms: ["secret-*"] })
    const outsider = await hourLong("mallory", { rooms: ["lobby"] })
    const { socket } = await upgrade(tokens, { room: "secret-1" }, v1(insider))
    socket.send({ payload: '{"type":"chat","roomId":"secret-1","content":"psst","ref":1}' })
    await heard(socket, "ack")
    const asked = async (path: string) => {
      const response = await tokens.fetch(path, { headers: bearer(outsider) })
      return { status: response.status, text: (await response.text()).replaceAll(/secret-\d/g, "?") }
    }
    for (const path of [
      "/api/rooms/{}/messages",
      "/api/rooms/{}/messages?limit=1",
      "/api/rooms/{}/messages?around=1"
    ]) {
      const [there, missing] = [
        await asked(path.replace("{}", "secret-1")),
        await asked(path.replace("{}", "secret-2"))
      ]
      assert.deepStrictEqual(there, missing, path)
      assert.notInclude(there.text, "psst")
    }
    const over = await tokens.fetch("/api/rooms/secret-1/messages?limit=201", { headers: bearer(insider) })
    assert.strictEqual(over.status, 400)
  })
})

describe("T38: private rooms that are guessed", () => {
  it("are not found by who knows the two in them, and a cursor of one opens no other", async () => {
    const talk = async (one: ServerProcess, from: string, to: string) => {
      const client = await ChatClient.v1(one, { username: from, ...(await shown(one, from)) })
      for (const content of ["psst", "psst again"]) await client.ask({ type: "direct", to, content })
      return String((await client.ask({ type: "direct", to, content: "that is all" }))["roomId"])
    }
    /** How a user of a server says who they are. */
    const shown = async (one: ServerProcess, userId: string) =>
      one === tokens ? { token: await hourLong(userId) } : { userId }
    // the same two people elsewhere: the room is named after a secret as well
    const [here, there] = [await talk(tokens, "romeo", "juliet"), await talk(server, "romeo", "juliet")]
    const other = await talk(tokens, "romeo", "mercutio")
    assert.strictEqual(new Set([here, there, other]).size, 3)
    for (const roomId of [here, there, other]) assert.match(roomId, /^dm:[0-9a-f]{40,}$/)

    const asked = async (userId: string, roomId: string, query: string) => {
      const headers = bearer(await hourLong(userId))
      const response = await tokens.fetch(`/api/rooms/${roomId}/messages${query}`, { headers })
      return { status: response.status, body: (await response.json()) as Readonly<Record<string, unknown>> }
    }
    const { body } = await asked("romeo", here, "?limit=1")
    const cursor = encodeURIComponent(String(body["before"]))
    // with a cursor of the one room neither its reader nor anybody else gets into the other
    for (const userId of ["romeo", "mercutio", "mallory"]) {
      for (const roomId of [other, there, here.replace(/.$/, "x"), "lobby"]) {
        const answer = await asked(userId, roomId, `?before=${cursor}`)
        assert.strictEqual(answer.status, 400)
        assert.deepInclude(answer.body, { code: "invalid_cursor", field: "before" })
      }
    }
    for (const userId of ["mercutio", "mallory"]) {
      const stolen = await asked(userId, here, `?before=${cursor}`)
      assert.deepInclude(stolen.body, { count: 0, messages: [] })
    }
    const older = await asked("romeo", here, `?before=${cursor}`)
    assert.deepInclude(older.body, { count: 2 })
  })
})

describe("T39: figures about others", () => {
  it("are for analysts, of a room as of all, and name nobody where few stand behind them", async () => {
    const [user, analyst] = await Promise.all([hourLong("ann"), hourLong("max", { role: "analyst" })])
    const paths = [
      "",
      "/rooms/secret-1",
      "/users/ann",
      "/users",
      "/timeseries?metric=messages&room=secret-1",
      "/export?report=users"
    ]
    for (const path of paths) {
      assert.strictEqual((await tokens.fetch(`/api/analytics${path}`)).status, 401, path)
      assert.strictEqual((await tokens.fetch(`/api/analytics${path}`, { headers: bearer(user) })).status, 403, path)
      const response = await tokens.fetch(`/api/analytics${path}`, { headers: bearer(analyst) })
      assert.strictEqual(response.status, 200, path)
    }
    const ranking = await tokens.fetch("/api/analytics/users", { headers: bearer(analyst) })
    assert.deepInclude(await ranking.json(), { users: [], withheld: true })
  })
})

describe("T41: words that would run in a browser", () => {
  const words = [
    '<img src=x onerror="alert(1)">',
    "[x](javascript:alert(1))",
    "<svg onload=alert(1)>",
    "</script><script>1</script>"
  ]

  it("are text wherever they come back: JSON that is not sniffed, under a policy that runs nothing", async () => {
    const writer = await ChatClient.v1(server, { userId: "writer", username: "<b>Bold</b>", room: "html" })
    for (const content of words)
      assert.strictEqual((await writer.ask({ type: "chat", roomId: "html", content })).type, "ack")
    const response = await server.fetch("/api/rooms/html/messages")
    assert.match(response.headers.get("content-type") ?? "", /^application\/json/)
    assert.strictEqual(response.headers.get("x-content-type-options"), "nosniff")
    const { messages }: { messages: ReadonlyArray<unknown> } = JSON.parse(await response.text())
    messages.forEach((message, i) => assert.deepInclude(message, { content: words[i], username: "<b>Bold</b>" }))
    for (const path of [
      "/",
      "/docs",
      "/api/rooms/html/messages",
      `/${encodeURIComponent(words[0]!)}`,
      "/api/rooms/<b>/messages"
    ]) {
      const page = await server.fetch(path)
      const policy = page.headers.get("content-security-policy") ?? ""
      // the web app has files of its own, and nothing else
      const own = path === "/" ? /^default-src '(?:none|self)';/ : /^default-src 'none'(?:;|$)/
      assert.match(policy, own, path)
      assert.notMatch(policy, /unsafe-|script-src[^;]*\*/, path)
      if (page.headers.get("content-type")?.includes("text/html") === true) {
        for (const word of [...words, "<b>Bold</b>"]) assert.notInclude(await page.clone().text(), word)
      }
    }
  })
})

describe("T42: names that a spreadsheet would run", () => {
  it("begin with an apostrophe in an export, which is an attachment", async () => {
    const cells = [
      "=1+1",
      "+1+1",
      "-1+1",
      "@SUM(1)",
      "\t=1",
      "\r=1",
      "\n=1",
      "\uff1d1+1",
      "\uff0b1",
      "\uff20A1",
      "  =1",
      "\u00a0=1",
      "\u3000@a"
    ]
    const rows = csv({ columns: ["name"], rows: cells.map((cell) => [cell]) })
    for (const cell of cells) assert.include(rows, `'${cell}`, JSON.stringify(cell))
    for (const userId of ["=1+1", "@SUM(1)", "-1+1"]) {
      const writer = await ChatClient.v1(server, { userId, username: "=cmd", room: "sheet" })
      assert.strictEqual((await writer.ask({ type: "chat", roomId: "sheet", content: "x" })).type, "ack")
    }
    const response = await server.fetch("/api/analytics/export?report=users")
    assert.match(response.headers.get("content-type") ?? "", /^text\/csv/)
    assert.include(response.headers.get("content-disposition"), "attachment")
    const told = (await response.text()).split("\r\n").flatMap((line) => line.split(","))
    assert.includeMembers(told, ["'=1+1", "'@SUM(1)", "'-1+1", "'=cmd"])
    for (const cell of told) assert.notMatch(cell, /^"?[=@+]/)
  })
})

describe("T43: a key that is guessed piece by piece", () => {
  it("is refused in the same words however much of it is right, with what was asked for nowhere in them", async () => {
    const guesses = [
      KEY.slice(0, -1),
      `${KEY}k`,
      "k",
      "x".repeat(40),
      `${KEY.slice(0, -1)}x`,
      KEY.toUpperCase(),
      "é".repeat(20)
    ]
    for (const one of [server, tokens]) {
      const answers = await Promise.all(
        guesses.map(async (guess) => {
          const headers = { Authorization: `Bearer ${Buffer.from(guess).toString("latin1")}` }
          const response = await one.fetch("/metrics", { headers })
          return `${response.status} ${await response.text()}`
        })
      )
      assert.strictEqual(new Set(answers).size, 1)
      assert.match(answers[0]!, /^401 /)
      assert.notInclude(answers[0], "kkk")
      assert.strictEqual((await one.fetch("/metrics", { headers: bearer(KEY) })).status, 200)
    }
  })
})
