/** What the operating system says of this process, and which build it runs. */
import { statSync } from "node:fs"
import { Layer } from "effect"
import { version } from "../version.ts"
import { type MetricFamily, plain } from "./MetricFamily.ts"
import { Vitals } from "./Vitals.ts"

export interface ProcessVitalsOptions {
  /** Commit that this was built from; empty where nobody said. */
  readonly commit: string
}

/** Linux 6.2 and up tell how many files are open as the size of a directory, without a walk over 100,000 of them. */
const openFiles = (): number | undefined => {
  const size = statSync("/proc/self/fd", { throwIfNoEntry: false })?.size ?? 0
  return size > 0 ? size : undefined
}

const read = (commit: string): ReadonlyArray<MetricFamily> => {
  const { system, user } = process.cpuUsage()
  const files = openFiles()
  return [
    {
      name: "chat_build_info",
      help: "Always 1; the labels say what runs.",
      type: "gauge",
      samples: [{ labels: { version, commit: commit === "" ? "unknown" : commit }, value: 1 }]
    },
    plain("counter", "process_cpu_seconds_total", "Processor time used, user and system.", (user + system) / 1e6),
    plain("gauge", "process_resident_memory_bytes", "Memory that is in RAM.", process.memoryUsage.rss()),
    plain(
      "gauge",
      "process_start_time_seconds",
      "When the process started, in Unix time.",
      performance.timeOrigin / 1000
    ),
    ...(files === undefined ? [] : [plain("gauge", "process_open_fds", "Open files and sockets.", files)])
  ]
}

export const layer = ({ commit }: ProcessVitalsOptions) =>
  Layer.effectDiscard(Vitals.use((vitals) => vitals.register(() => read(commit))))
