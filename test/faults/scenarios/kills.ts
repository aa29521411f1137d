/** The process dies in the middle of everything: at any moment, at each named point, and many times over. */
import { pause } from "../pause.ts"
import { Load } from "../Load.ts"
import { type Death, Site } from "../Site.ts"
import type { Stage } from "../Stage.ts"
import type { Figures, Scenario } from "./Scenario.ts"

const figuresOf = ({ record }: Load): Figures => ({
  sent: record.sent.size,
  acks: record.acks.length,
  duplicates: record.duplicates,
  recovered: record.recovered,
  afresh: record.afresh
})

/** Everyone who comes back to the same epoch is given all they missed. */
const allRecovered = ({ record }: Load): void => {
  if (record.afresh > 0) throw new Error(`P5: ${record.afresh} of ${record.recovered + record.afresh} were not resumed`)
}

export const killed: Scenario = {
  name: "killed",
  holds: "kill -9 under load, several times over, loses nothing that was acknowledged and shows nothing twice",
  play: async (stage) => {
    const site = new Site(stage, { env: { DURABILITY: stage.dice.pick(["journal", "journal", "fsync", "store"]) } })
    const load = new Load(stage, site, { rooms: 2, everyMs: stage.between(3, 10), length: stage.between(1, 900) })
    await site.start()
    await load.start()
    const rounds = stage.between(2, 4)
    for (let round = 0; round < rounds; round++) {
      await load.acks(stage.between(20, 400))
      await pause(stage.between(0, 10))
      await site.kill()
      await site.start()
    }
    await load.acks(50)
    await load.verify()
    allRecovered(load)
    await site.stop()
    return { rounds, ...figuresOf(load) }
  }
}

/** Dies at a point again and again, and is started as it is in between and at the end. */
const diesAt = async (stage: Stage, point: Death["point"], passages: readonly [number, number]): Promise<Figures> => {
  // small files, so that one is begun and one deleted every moment
  const site = new Site(stage, { env: { JOURNAL_SEGMENT_BYTES: "65536" } })
  const load = new Load(stage, site, { rooms: 2, everyMs: 4, length: 500 })
  const deaths = 2
  for (let round = 0; round < deaths; round++) {
    await site.start({ point, passage: stage.between(...passages) })
    if (round === 0) await load.start()
    await site.died()
  }
  await site.start()
  await load.acks(50)
  await load.verify()
  allRecovered(load)
  await site.stop()
  return figuresOf(load)
}

const point = (name: Death["point"], passages: readonly [number, number], holds: string): Scenario => ({
  name: `dies-at-${name.replace("/", "-")}`,
  holds,
  play: (stage) => diesAt(stage, name, passages)
})

export const points: ReadonlyArray<Scenario> = [
  point("hub/taken", [30, 400], "a message that was taken and not yet written is sent again and kept once"),
  point(
    "hub/appended",
    [30, 400],
    "a message that was written and not yet sent is given to whoever resumes, and kept once"
  ),
  point("hub/settled", [30, 400], "a message that was answered is kept, whoever has heard of it"),
  point("journal/rotating", [1, 4], "a file that was begun and not yet used is no damage"),
  point("drain/stored", [1, 12], "what the store has and the journal does not know of is stored once")
]

export const forgetful: Scenario = {
  name: "forgetful",
  holds: "a server that keeps everything in memory is found out",
  play: async (stage) => {
    const site = new Site(stage, { env: { DURABILITY: "memory" } })
    const load = new Load(stage, site, { rooms: 1, everyMs: 5 })
    await site.start()
    await load.start()
    await load.acks(100)
    await site.kill()
    await site.start()
    await load.acks(100)
    await load.settle()
    const findings = await load.findings()
    await site.stop()
    if (!findings.some((finding) => finding.startsWith("C1: "))) {
      throw new Error(`acknowledged messages were lost and only this was found:\n${findings.join("\n")}`)
    }
    return { findings: findings.length, ...figuresOf(load) }
  }
}
