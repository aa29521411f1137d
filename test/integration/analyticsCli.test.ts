/** The commands that work on what a server keeps, as processes: beside a server and without one. */
import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { once } from "node:events"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { assert, describe, it } from "@effect/vitest"
import { program, hubbub, ServerProcess, temporaryDirectory, within } from "../support/ServerProcess.ts"

const SMALL = ["demo", "--users", "8", "--days", "2", "--seed", "3"]
const DAYS = ["--report", "timeseries", "--metric", "messages", "--bucket", "1d"]
const YEAR = ["--from", "2020-01-01", "--to", "2020-01-02"]

/** A directory with a made-up past. */
const demo = async () => {
  const directory = temporaryDirectory()
  const made = await hubbub([...SMALL, "--data-dir", directory])
  assert.strictEqual(made.code, 0, made.stderr)
  return { directory, made }
}

/** Messages of the past that a server tells of. */
const messagesOf = async (server: ServerProcess) => {
  const { rooms } = (await server.json("/api/rooms")) as {
    readonly rooms: ReadonlyArray<{ readonly messages: number }>
  }
  return rooms.reduce((sum, { messages }) => sum + messages, 0)
}

describe("hubbub demo", () => {
  it("fills a new directory that a server shows chat and figures of, and refuses to do so twice", async () => {
    const { directory, made } = await demo()
    const [, count = "0"] = /: ([\d,]+) messages of /.exec(made.stdout) ?? []
    const messages = Number(count.replaceAll(",", ""))
    assert.isAbove(messages, 0)
    assert.include(made.stderr, "making a past: 100 %")
    const again = await hubbub([...SMALL, "--data-dir", directory])
    assert.strictEqual(again.code, 1)
    assert.include(again.stderr, "has messages already")

    const server = await ServerProcess.start({ DATA_DIR: directory })
    assert.strictEqual(await messagesOf(server), messages)
    const { totalMessages } = await server.json("/api/analytics")
    const summary = await server.json("/api/analytics/summary")
    assert.strictEqual(summary["messages"], totalMessages)
    assert.isAbove(Number(totalMessages), 0)

    const besides = await hubbub([...SMALL, "--data-dir", directory])
    assert.strictEqual(besides.code, 1)
    assert.include(besides.stderr, `in use by process ${server.pid}`)
    assert.strictEqual(await server.stop(), 0)
  })

  it("says what is wrong with a number it cannot use", async () => {
    for (const args of [
      ["--users", "0"],
      ["--days", "some"],
      ["--seed", "1.5"]
    ]) {
      const { code, stderr, stdout } = await hubbub(["demo", ...args])
      assert.strictEqual(code, 1)
      assert.include(stdout + stderr, args[1]!)
    }
    const { code, stderr } = await hubbub(SMALL, { DURABILITY: "memory" })
    assert.strictEqual(code, 1)
    assert.include(stderr, "DURABILITY=memory")
  })

  it("says that it is unfinished where it is stopped, and a server goes on from there", async () => {
    const directory = temporaryDirectory()
    const child = spawn(process.execPath, [program, "demo", "--users", "300", "--data-dir", directory], {
      stdio: ["ignore", "ignore", "pipe"]
    })
    let said = ""
    const begun = new Promise<void>((resolve) => {
      child.stderr.on("data", (text) => {
        said += String(text)
        if (/[1-9]\d %/.test(said)) resolve()
      })
    })
    await within(begun, 30_000, () => `it did not begin: ${said}`)
    child.kill("SIGINT")
    await within(once(child, "close"), 30_000, () => `it did not stop: ${said}`)
    assert.include(said, `DATA_DIR ${directory} is unfinished and has the past up to `)
    const server = await ServerProcess.start({ DATA_DIR: directory })
    assert.isAbove(await messagesOf(server), 0)
    assert.strictEqual(await server.stop(), 0)
  })
})

describe("hubbub analytics rebuild", () => {
  it("refuses while a server runs, changes nothing of what is right, and restores what is wrong", async () => {
    const { directory } = await demo()
    const server = await ServerProcess.start({ DATA_DIR: directory })
    const besides = await hubbub(["analytics", "rebuild", "--data-dir", directory])
    assert.strictEqual(besides.code, 1)
    assert.include(besides.stderr, `in use by process ${server.pid}`)
    const exported = await hubbub(["analytics", "export", "--data-dir", directory, ...DAYS])
    assert.strictEqual(exported.code, 1)
    assert.include(exported.stderr, `in use by process ${server.pid}`)
    assert.strictEqual(await server.stop(), 0)

    const untouched = await hubbub(["analytics", "rebuild", "--data-dir", directory])
    assert.strictEqual(untouched.code, 0, untouched.stderr)
    assert.include(untouched.stdout, "nothing changed")

    const database = new DatabaseSync(join(directory, "hubbub.db"))
    const spoilt = database
      .prepare(`UPDATE rollups SET counts = json_set(counts, '$.n.chat', 1000) WHERE scope = 'G' AND tier = 'q'`)
      .run().changes
    database.close()
    const trial = await hubbub(["analytics", "rebuild", "--dry-run"], { DATA_DIR: directory })
    assert.strictEqual(trial.code, 0)
    assert.include(trial.stdout, `${spoilt} rollups would change; nothing was written`)
    const { code, stdout } = await hubbub(["analytics", "rebuild"], { DATA_DIR: directory })
    assert.strictEqual(code, 0)
    assert.match(stdout, /^\d{4}-\d\d-\d\d {2}messages \d+ → \d+ {2}\(\d+ quarters of an hour\)$/m)
    assert.include(stdout, `${spoilt} rollups changed`)
    const again = await hubbub(["analytics", "rebuild"], { DATA_DIR: directory })
    assert.include(again.stdout, "nothing changed")
  })

  it("refuses a directory without data, and makes none", async () => {
    const directory = join(temporaryDirectory(), "nothing")
    const { code, stderr } = await hubbub(["analytics", "rebuild", "--data-dir", directory])
    assert.strictEqual(code, 1)
    assert.include(stderr, "has no data")
    assert.isFalse(existsSync(directory))
  })
})

describe("hubbub analytics export", () => {
  it("gives the rows that a server gives, asked or not", async () => {
    const { directory } = await demo()
    const server = await ServerProcess.start({ DATA_DIR: directory })
    // whole days, so that all are asked for the same
    const day = 86_400_000
    const today = Math.floor(Date.now() / day) * day
    const dates = [today - 3 * day, today - day].map((at) => new Date(at).toISOString().slice(0, 10))
    const query = `report=timeseries&metric=messages&bucket=1d&from=${dates[0]}&to=${dates[1]}`
    const window = ["--from", dates[0]!, "--to", dates[1]!]
    const given = await (await server.fetch(`/api/analytics/export?${query}`)).text()
    assert.match(given, /^start,end,value,partial\r\n/)
    const asked = await hubbub(["analytics", "export", "--url", server.url, ...DAYS, ...window])
    assert.deepStrictEqual([asked.code, asked.stdout], [0, given])
    const refused = await hubbub(["analytics", "export", "--url", server.url, "--report", "gossip"])
    assert.strictEqual(refused.code, 1)
    assert.include(refused.stderr, 'report is "gossip"')
    assert.strictEqual(await server.stop(), 0)

    const read = await hubbub(["analytics", "export", "--data-dir", directory, ...DAYS, ...window])
    assert.deepStrictEqual([read.code, read.stdout], [0, given])
    const file = join(directory, "rows.ndjson")
    const args = ["analytics", "export", "--data-dir", directory, "--report", "rooms", "--format", "ndjson"]
    const written = await hubbub([...args, "--output", file])
    assert.deepStrictEqual([written.code, written.stdout], [0, ""])
    const [first = ""] = (await readFile(file, "utf8")).split("\n")
    assert.hasAllKeys(JSON.parse(first) as object, ["roomId", "messages", "senders", "joins", "share"])
  })

  it("says what it cannot give", async () => {
    const { directory } = await demo()
    for (const [args, why] of [
      [["--report", "gossip"], 'report is "gossip"'],
      [[...DAYS, ...YEAR], "this is kept from"],
      [["--report", "rooms", "--output", join(directory, "no", "such", "file")], "cannot be written"],
      [["--report", "rooms", "--url", "nowhere"], "it is not an address"]
    ] as const) {
      const { code, stderr, stdout } = await hubbub(["analytics", "export", "--data-dir", directory, ...args])
      assert.deepStrictEqual([code, stdout], [1, ""])
      assert.include(stderr, why)
    }
  })
})
