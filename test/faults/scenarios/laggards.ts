/** Readers who stay away for so long that what they missed is in memory no more, over a death of the server or without one. */
import { Load } from "../Load.ts"
import { Site } from "../Site.ts"
import type { Scenario } from "./Scenario.ts"

/** So little is kept in memory, and in the journal, that what was missed is in the store or in a file. */
const SMALL = {
  ROOM_LOG_MESSAGES: "64",
  ROOM_LOG_BYTES: "1024",
  ROOM_LOG_BURST_MS: "0",
  JOURNAL_SEGMENT_BYTES: "65536"
}

export const laggards: Scenario = {
  name: "laggards",
  holds: "readers who come back late are given all they missed, from files or from the store, while the others go on",
  play: async (stage) => {
    const site = new Site(stage, { env: SMALL })
    const load = new Load(stage, site, {
      rooms: 2,
      senders: 2,
      readers: 6,
      everyMs: 6,
      length: stage.between(100, 900)
    })
    await site.start()
    await load.start()
    const rounds = 3
    for (let round = 1; round <= rounds; round++) {
      const away = load.readers.filter(() => stage.dice.roll() < 0.6)
      const comeBack = away.map((reader) => reader.goAway())
      await load.acks(stage.between(150, 700))
      if (round === 2) {
        // whoever repeats a message must find it known: nothing may push it out of so small a memory meanwhile
        await load.hush()
        await site.kill()
        await site.start()
        load.talk()
      }
      await load.acks(20)
      for (const back of comeBack) back()
      await load.acks(stage.between(20, 100))
      await load.caughtUp()
    }
    await load.verify()
    const { afresh, recovered } = load.record
    if (afresh > 0) throw new Error(`P5: ${afresh} of ${recovered + afresh} were not resumed`)
    await site.stop()
    return { acks: load.record.acks.length, recovered, afresh }
  }
}
