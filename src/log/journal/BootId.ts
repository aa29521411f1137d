/** Names one run of the machine: after a crash of the process it is the same, after a power cut another. */
import { Context } from "effect"
import { readFileSync } from "node:fs"
import { uptime } from "node:os"

const KERNEL = "/proc/sys/kernel/random/boot_id"

const read = (): string => {
  try {
    return readFileSync(KERNEL, "utf8").trim()
  } catch {
    // Not Linux. A clock that is set makes this another run, which costs clients their positions but no message.
    return `up-since-${Math.round((Date.now() / 1000 - uptime()) / 60)}`
  }
}

export const BootId = Context.Reference<string>("hubbub/log/journal/BootId", { defaultValue: read })
