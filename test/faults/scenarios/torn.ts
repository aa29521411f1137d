/** The journal is damaged between the death of a server and the next start. */
import { hubbub } from "../../support/ServerProcess.ts"
import { JournalFiles } from "../JournalFiles.ts"
import { Load } from "../Load.ts"
import { Site } from "../Site.ts"
import { siteWithTable } from "./stores.ts"
import type { Scenario } from "./Scenario.ts"

export const tornTail: Scenario = {
  name: "torn-tail",
  holds: "a record that the process died in the middle of is cut off, and nothing else",
  play: async (stage) => {
    const site = new Site(stage)
    const load = new Load(stage, site, { rooms: 2, everyMs: 5 })
    await site.start()
    await load.start()
    for (let round = 0; round < 2; round++) {
      await load.acks(stage.between(30, 150))
      await site.kill()
      new JournalFiles(site.directory).tear(stage.dice.roll())
      const server = await site.start()
      await server.logged(({ level, msg }) => level === "warn" && /cut/.test(msg))
    }
    await load.acks(50)
    await load.verify()
    await site.stop()
    return { acks: load.record.acks.length, recovered: load.record.recovered }
  }
}

export const lostTail: Scenario = {
  name: "lost-tail",
  holds: "a last record that the disk spoilt costs its message and no other, and no position is stored with two",
  play: async (stage) => {
    const { load, proxy, site } = await siteWithTable(stage)
    await site.start()
    await load.start()
    await load.acks(30)
    // what the store has got meanwhile cannot be lost
    proxy.down()
    await load.acks(60)
    await load.settle()
    await load.leave()
    await site.kill()
    const files = new JournalFiles(site.directory)
    const lost = files.messageId(files.last)
    if (stage.dice.roll() < 0.5) files.cutLast(stage.dice.roll())
    else files.flip(files.last, stage.dice.roll())
    load.record.forgive(new Set([lost]))
    await site.start()
    const later = new Load(stage, site, { rooms: 1, senders: 2, everyMs: 15, record: load.record })
    await later.start()
    await later.acks(30)
    proxy.pass()
    await later.verify()
    await site.stop()
    return { acks: later.record.acks.length, kept: later.record.sent.size - 1 }
  }
}

export const lostTailTheStoreHas: Scenario = {
  name: "lost-tail-the-store-has",
  holds: "a last record that the disk spoilt and the store has is still a message, and its position is not used again",
  play: async (stage) => {
    const site = new Site(stage)
    const load = new Load(stage, site, { rooms: 1, everyMs: 10 })
    await site.start()
    await load.start()
    await load.acks(60)
    await load.verify()
    await load.leave()
    await site.kill()
    const files = new JournalFiles(site.directory)
    if (stage.dice.roll() < 0.5) files.cutLast(stage.dice.roll())
    else files.flip(files.last, stage.dice.roll())
    await site.start()
    const later = new Load(stage, site, { rooms: 1, everyMs: 10, record: load.record })
    await later.start()
    await later.acks(60)
    await later.verify()
    await site.stop()
    return { acks: later.record.acks.length }
  }
}

export const corrupt: Scenario = {
  name: "corrupt",
  holds: "damage before whole records stops the start with one line, and nothing is touched",
  play: async (stage) => {
    const site = new Site(stage)
    const load = new Load(stage, site, { rooms: 1, everyMs: 5 })
    await site.start()
    await load.start()
    await load.acks(100)
    await load.settle()
    await load.leave()
    await site.kill()
    const files = new JournalFiles(site.directory)
    const { records } = files
    const spot = records[stage.dice.below(records.length - 1)]!
    files.flip(spot, stage.dice.roll())
    const before = files.fingerprint
    const env = { DATA_DIR: site.directory, STORE: "sqlite", DURABILITY: "journal", PORT: "0", LOG_FORMAT: "json" }
    const { code, stderr, stdout } = await hubbub(["serve"], env)
    const lines = stderr.trim().split("\n")
    const [line = ""] = lines
    if (code !== 1 || lines.length !== 1 || !line.includes(spot.file) || !line.includes(String(spot.at))) {
      throw new Error(`byte ${spot.at} of ${spot.file} is damaged; the start ended with ${code}: ${stdout}${stderr}`)
    }
    if (files.fingerprint !== before) throw new Error("the damaged journal was changed")
    return { records: records.length, damaged: spot.at }
  }
}
