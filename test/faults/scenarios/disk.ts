/** The disk fills up and has space again, on a real small file system. */
import { spawnSync } from "node:child_process"
import { appendFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { Load } from "../Load.ts"
import { Site } from "../Site.ts"
import { type Stage, Unplayable } from "../Stage.ts"
import type { Scenario } from "./Scenario.ts"

const tmpfs = (stage: Stage, size: string): string => {
  const directory = stage.directory()
  const { error, status, stderr } = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", directory])
  if (status !== 0) throw new Unplayable(`no small file system can be mounted here: ${String(error ?? stderr).trim()}`)
  stage.defer(() => spawnSync("umount", ["-l", directory]))
  return directory
}

/** Takes every byte that is left, down to the last. */
const fill = (file: string): void => {
  for (const size of [65_536, 4096, 512, 1]) {
    while (true) {
      try {
        appendFileSync(file, Buffer.alloc(size))
      } catch {
        break
      }
    }
  }
}

export const diskFull: Scenario = {
  name: "disk-full",
  holds:
    "with the disk full senders are told storage_full, nothing acknowledged is lost, and it goes on when there is space",
  play: async (stage) => {
    const disk = tmpfs(stage, "24m")
    const site = new Site(stage, { directory: join(disk, "data"), env: { JOURNAL_SEGMENT_BYTES: "65536" } })
    const load = new Load(stage, site, { rooms: 1, everyMs: 5, length: 900 })
    await site.start()
    await load.start()
    const rounds = 2
    for (let round = 1; round <= rounds; round++) {
      await load.acks(stage.between(30, 200))
      const filler = join(disk, "filler")
      fill(filler)
      await load.refusals("storage_full", 30)
      const dies = round === rounds && stage.dice.roll() < 0.5
      if (dies) await site.kill()
      rmSync(filler)
      if (dies) await site.start()
      await load.acks(30)
    }
    await load.verify()
    await site.stop()
    return { acks: load.record.acks.length, storageFull: load.record.refused("storage_full") }
  }
}
