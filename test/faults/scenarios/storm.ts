/** A whole crowd comes back at once after a restart. */
import { Load } from "../Load.ts"
import { Site } from "../Site.ts"
import type { Scenario } from "./Scenario.ts"

export const storm: Scenario = {
  name: "storm",
  holds: "a thousand clients that resume one room at once after a kill -9 are all given what they missed",
  play: async (stage) => {
    const crowd = 1000
    const site = new Site(stage, { env: { CONNECTIONS_PER_IP: "0" } })
    const load = new Load(stage, site, { rooms: 1, senders: 2, readers: 2, everyMs: 50, window: 5, length: 100 })
    const others = new Load(stage, site, { rooms: 1, senders: 0, readers: crowd, v1Only: true, record: load.record })
    await site.start()
    await load.join()
    await others.join()
    load.talk()
    await load.acks(stage.between(10, 40))
    await site.kill()
    const since = performance.now()
    await site.start()
    await load.acks(20)
    await load.settle()
    await others.caughtUp()
    const took = performance.now() - since
    const { afresh, recovered } = load.record
    if (afresh > 0 || recovered < crowd)
      throw new Error(`P5: of ${crowd} clients ${recovered} were resumed, ${afresh} not`)
    const findings = await load.findings()
    if (findings.length > 0) throw new Error(findings.join("\n"))
    await others.leave()
    await site.stop()
    return { crowd, recovered, backMs: Math.round(took) }
  }
}
