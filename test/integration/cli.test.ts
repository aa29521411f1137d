/** The command line and the environment: what starts, what does not, and what is said then. */
import { existsSync } from "node:fs"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { createServer, type AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { assert, describe, it, onTestFinished } from "@effect/vitest"
import { settings } from "../../src/AppConfig.ts"
import { ChatClient } from "../support/ChatClient.ts"
import { guard, hubbub, runToEnd, ServerProcess } from "../support/ServerProcess.ts"

/** A port that nobody listens on. */
const freePort = async () => {
  const taken = createServer()
  await new Promise<void>((listening) => taken.listen(0, "127.0.0.1", listening))
  const { port } = taken.address() as AddressInfo
  await new Promise((done) => taken.close(done))
  return port
}

const lines = (text: string) => text.split("\n").filter((line) => line !== "")

describe("hubbub", () => {
  it("--help names its commands", async () => {
    const { code, stderr, stdout } = await hubbub(["--help"])
    assert.strictEqual(code, 0)
    assert.include(stdout, "serve")
    assert.strictEqual(stderr, "")
  })

  it("--version prints the version of the package", async () => {
    const { default: manifest } = await import("../../package.json", { with: { type: "json" } })
    const { code, stdout } = await hubbub(["--version"])
    assert.strictEqual(code, 0)
    assert.include(stdout, manifest.version)
  })

  it("serve --help lists every variable with its default", async () => {
    const { code, stdout } = await hubbub(["serve", "--help"])
    assert.strictEqual(code, 0)
    for (const { fallback, variable } of Object.values(settings)) {
      assert.include(stdout, fallback === "" ? variable : `${variable}=${fallback}`)
    }
  })

  it("refuses a command it does not have", async () => {
    const { code, stderr, stdout } = await hubbub(["sreve"])
    assert.strictEqual(code, 1)
    assert.include(stdout + stderr, "sreve")
  })

  it("refuses an option it does not have", async () => {
    assert.strictEqual((await hubbub(["serve", "--prot", "80"])).code, 1)
  })
})

describe("a variable", () => {
  it.for([
    { variable: "PORT", value: "eighty", allowed: "a whole number from 0 to 65535" },
    { variable: "PORT", value: "65536", allowed: "a whole number from 0 to 65535" },
    { variable: "PORT", value: "-1", allowed: "a whole number from 0 to 65535" },
    { variable: "PORT", value: "80.5", allowed: "a whole number from 0 to 65535" },
    { variable: "HOST", value: "not a host", allowed: "an address or host name" },
    { variable: "LOG_LEVEL", value: "loud", allowed: "debug, info, warn, error" },
    { variable: "LOG_LEVEL", value: "a\nb", allowed: "debug, info, warn, error" }
  ])("$variable=$value stops the start with one line that names all three", async ({ allowed, value, variable }) => {
    const { code, stderr, stdout } = await hubbub(["serve"], { PORT: "0", [variable]: value })
    assert.strictEqual(code, 1)
    assert.lengthOf(lines(stderr), 1)
    for (const part of [variable, JSON.stringify(value), allowed]) assert.include(stderr, part)
    assert.strictEqual(stdout, "")
  })

  it("that is empty counts as not set", async () => {
    const server = await ServerProcess.start({ LOG_LEVEL: "", HOST: "" })
    assert.strictEqual((await server.fetch("/health")).status, 200)
    assert.strictEqual(await server.stop(), 0)
  })

  it("may stand in .env, and one of the environment goes before it", async () => {
    const folder = await mkdtemp(join(tmpdir(), "hubbub-"))
    onTestFinished(() => rm(folder, { recursive: true }))
    await writeFile(join(folder, ".env"), "PORT=nowhere\nLOG_LEVEL=loud\n")
    const { code, stderr } = await runToEnd([process.execPath, guard, "serve"], { PORT: "0" }, folder)
    assert.strictEqual(code, 1)
    assert.include(stderr, "LOG_LEVEL")
  })
})

describe("the port", () => {
  it("is the one that was asked for", async () => {
    // I4
    const port = await freePort()
    const server = await ServerProcess.start({ PORT: String(port) })
    assert.strictEqual(server.port, port)
    assert.strictEqual((await server.fetch("/health")).status, 200)
    assert.strictEqual(await server.stop(), 0)
  })

  it("that is taken stops the start with one line that says what to do", async () => {
    const server = await ServerProcess.start()
    const { code, stderr } = await hubbub(["serve"], { PORT: String(server.port), LOG_FORMAT: "json" })
    assert.strictEqual(code, 1)
    assert.lengthOf(lines(stderr), 1)
    assert.include(stderr, `PORT=${server.port}`)
    assert.strictEqual((await server.fetch("/health")).status, 200)
    assert.strictEqual(await server.stop(), 0)
  })

  it("on an address this machine does not have stops the start with one line", async () => {
    const { code, stderr } = await hubbub(["serve"], { PORT: "0", HOST: "192.0.2.1" })
    assert.strictEqual(code, 1)
    assert.lengthOf(lines(stderr), 1)
    assert.include(stderr, "HOST=192.0.2.1")
  })
})

describe("npm start", () => {
  it("serves", async () => {
    const server = await ServerProcess.start({}, ["npm", "start"])
    assert.deepInclude(await server.json("/health"), { status: "ok", clients: 0 })
    const alice = await ChatClient.plain(server, { userId: "alice", username: "Alice" })
    assert.deepInclude(await alice.say("Hello everyone!"), { roomId: "global", seq: 1, username: "Alice" })
    await alice.close()
    assert.strictEqual(await server.stop(), 0)
  })
})

describe("an old Node", () => {
  const candidates = (process.env["PATH"] ?? "")
    .split(delimiter)
    .filter((folder) => !folder.includes("node_modules"))
    .map((folder) => join(folder, "node"))
    .filter((file) => existsSync(file))

  it("is told what to do instead of a syntax error", async (test) => {
    for (const node of candidates) {
      const { stdout: version } = await runToEnd([node, "--version"])
      const [major = 0, minor = 0] = version.replace("v", "").split(".").map(Number)
      if (major > 22 || (major === 22 && minor >= 19)) continue
      const { code, stderr, stdout } = await runToEnd([node, guard, "serve"], { PORT: "0" })
      assert.strictEqual(code, 1)
      assert.include(stderr, version.trim().slice(1))
      assert.include(stderr, "22.19")
      assert.include(stderr, "npm install")
      assert.notInclude(stderr, "SyntaxError")
      assert.strictEqual(stdout, "")
      return
    }
    test.skip("there is no Node older than 22.19 on the path")
  })
})
