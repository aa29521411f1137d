/** The log is for operators: nothing that a client says can become a line of it, or the colour of one. */
import { assert, describe, it } from "@effect/vitest"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { ChatClient } from "../support/ChatClient.ts"
import { RawSocket } from "../support/RawSocket.ts"
import { program, ServerProcess, temporaryDirectory, within } from "../support/ServerProcess.ts"

describe("T26: words that would be a line of the log, or its colour", () => {
  const MARK = "forged-7c1e"
  const names = [
    `a\n{"ts":"","level":"error","msg":"${MARK}"}`,
    `a\r\n[00:00:00.000] ERROR (#1): ${MARK}`,
    `\u001b[31m${MARK}`,
    `\u009b31m${MARK}`,
    `a\u2028${MARK}`,
    `a\u2029${MARK}`,
    `a\u0085${MARK}`
  ]
  /** Fine as they are, and made to look like a part of the log. */
  const allowed = [`","level":"error","msg":"${MARK}`, `[00:00:00.000]ERROR(#1):${MARK}`]

  /** Says them wherever a client can say anything. */
  const sayAll = async (to: { readonly port: number }) => {
    for (const name of [...names, ...allowed]) {
      for (const field of ["userId", "username", "room", "history", "token"]) {
        const { socket } = await RawSocket.upgrade(to, `/ws?${new URLSearchParams({ [field]: name }).toString()}`)
        socket.destroy()
      }
      for (const header of [
        "Origin",
        "Host",
        "User-Agent",
        "X-Forwarded-For",
        "Sec-WebSocket-Protocol",
        "X-Request-Id"
      ]) {
        const raw = await RawSocket.connect(to)
        raw.write(Buffer.from(`GET /health HTTP/1.1\r\nConnection: close\r\n${header}: ${name}\r\n\r\n`))
        await raw.ended()
      }
      for (const path of [
        encodeURI(`/${name.toWellFormed()}`),
        `/${name}`,
        `/api/rooms/${encodeURIComponent(name)}/messages`
      ]) {
        const raw = await RawSocket.connect(to)
        raw.write(Buffer.from(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`))
        await raw.ended()
      }
    }
    for (const userId of allowed) {
      const client = await ChatClient.plain(to, { userId, username: userId, room: "log", history: 0 })
      for (const text of [
        ...names,
        JSON.stringify({ type: names[0] }),
        JSON.stringify({ type: "chat", content: names[2] })
      ]) {
        client.send(text)
        await client.next("error")
      }
      await client.say(`${MARK} ${userId}`)
      await client.close(1000)
    }
  }

  it("are none in JSON: each event is one object on one line", async () => {
    const server = await ServerProcess.start({ LOG_LEVEL: "debug" })
    await sayAll(server)
    assert.strictEqual(await server.stop(), 0)
    assert.isAbove(server.log.filter(({ msg }) => msg === "connection ended").length, 1)
    for (const line of server.stdout) assert.containsAllKeys(JSON.parse(line), ["ts", "level", "msg"], line)
    assert.notInclude(server.said, MARK)
    assert.notMatch(server.said, /[^\P{Cc}\n]|\u2028|\u2029/u)
    assert.isEmpty(server.stderr)
  })

  it("are none where people read it", async () => {
    const child = spawn(process.execPath, [program, "serve"], {
      env: {
        PATH: process.env["PATH"],
        PORT: "0",
        LOG_FORMAT: "pretty",
        LOG_LEVEL: "debug",
        DATA_DIR: temporaryDirectory()
      },
      stdio: ["ignore", "pipe", "pipe"]
    })
    const ended = once(child, "close")
    let said = ""
    const listening = new Promise<void>((resolve) => {
      const hear = (chunk: unknown) => {
        said += String(chunk)
        if (said.includes("listening on ")) resolve()
      }
      child.stdout.on("data", hear)
      child.stderr.on("data", hear)
    })
    try {
      await within(listening, 50_000, () => `the server did not start: ${said}`)
      await sayAll({ port: Number(/listening on \S+:(\d+)/.exec(said)?.[1]) })
      child.kill("SIGTERM")
      await ended
    } finally {
      child.kill("SIGKILL")
    }
    const events = said.split("\n").filter((line) => line !== "" && !line.startsWith("  "))
    for (const line of events) assert.match(line, /^\[[\d:.]+\] (DEBUG|INFO|WARN) \(#\d+\): [ -~]+$/)
    assert.isAbove(events.filter((line) => line.endsWith("connection ended")).length, 1)
    assert.notInclude(said, MARK)
    assert.notMatch(said, /[^\P{Cc}\n]|\u2028|\u2029/u)
  })
})
