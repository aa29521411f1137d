/** The server is told to stop while people talk: everything accepted is kept, and nobody can hold it up. */
import { Load } from "../Load.ts"
import { Site } from "../Site.ts"
import { siteWithTable } from "./stores.ts"
import type { Scenario } from "./Scenario.ts"

/** Milliseconds between the grace time and the end of the process at most. */
const AFTER_GRACE_MS = 4000
const GRACE_MS = 3000

export const stoppedWithStuckClients: Scenario = {
  name: "stopped-with-stuck-clients",
  holds:
    "SIGTERM under load ends with 0 within the grace time although clients read nothing, and what was accepted is kept",
  play: async (stage) => {
    const site = new Site(stage, { env: { DRAIN_WINDOW_MS: "800", DRAIN_GRACE_MS: String(GRACE_MS) } })
    const load = new Load(stage, site, { rooms: 1, everyMs: 2, length: 900, readers: 6 })
    const stuck = new Load(stage, site, { rooms: 1, senders: 0, readers: 4, record: load.record })
    await site.start()
    await load.join()
    await stuck.join()
    for (const member of stuck.members) member.stopReading()
    load.talk()
    await load.acks(stage.between(200, 600))
    const took = await site.stop()
    if (took > GRACE_MS + AFTER_GRACE_MS) throw new Error(`P9: the stop took ${Math.round(took)} ms`)
    await stuck.leave()
    await site.start()
    await load.acks(30)
    await load.verify()
    await site.stop()
    return { stopMs: Math.round(took), acks: load.record.acks.length, recovered: load.record.recovered }
  }
}

export const stoppedWhileStoreAway: Scenario = {
  name: "stopped-while-store-away",
  holds: "SIGTERM while the store is away ends in time, and the next start hands over what is left",
  play: async (stage) => {
    const { load, proxy, site } = await siteWithTable(stage, { DRAIN_GRACE_MS: String(GRACE_MS) })
    await site.start()
    await load.start()
    await load.acks(50)
    if (stage.dice.roll() < 0.5) proxy.down()
    else proxy.blackhole()
    await load.acks(stage.between(50, 200))
    const took = await site.stop()
    if (took > GRACE_MS + AFTER_GRACE_MS) throw new Error(`P9: the stop took ${Math.round(took)} ms`)
    await site.start()
    await load.acks(20)
    proxy.pass()
    await load.verify()
    await site.stop()
    return { stopMs: Math.round(took), acks: load.record.acks.length, recovered: load.record.recovered }
  }
}
