/** A load generator's process, driven phase by phase. */
import { type ChildProcess, spawn } from "node:child_process"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { generatorCore, pin } from "./Machine.ts"
import type { LoadEvent, LoadTask, PhaseResult } from "./Phase.ts"

const script = fileURLToPath(new URL("generate.ts", import.meta.url))

export class Load {
  private readonly process: ChildProcess
  private readonly lines: AsyncIterator<string>
  private words = ""

  constructor(task: LoadTask, pinned: boolean) {
    const own = [process.execPath, "--max-semi-space-size=32", script, JSON.stringify(task)]
    const [command = "", ...args] = pin(own, generatorCore, pinned)
    this.process = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] })
    this.process.stderr?.on("data", (data: Buffer) => (this.words = (this.words + data.toString()).slice(-2000)))
    // A generator that died says so by the end of its output; writing to it then is no second failure.
    this.process.stdin?.on("error", () => {})
    if (this.process.stdout === null) throw new Error("the load generator has no output")
    this.lines = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]()
  }

  async ready(): Promise<number> {
    const event = await this.next()
    if (event.event !== "ready") throw new Error("the load generator answered out of turn")
    return event.seconds
  }

  async runPhase(): Promise<PhaseResult> {
    this.process.stdin?.write("next\n")
    const event = await this.next()
    if (event.event !== "result") throw new Error("the load generator answered out of turn")
    return event.result
  }

  stop(): void {
    this.process.kill("SIGKILL")
  }

  private async next(): Promise<LoadEvent> {
    const line = await this.lines.next()
    if (line.done === true) throw new Error(`the load generator ended. ${this.words.trim()}`)
    const event: LoadEvent = JSON.parse(line.value)
    if (event.event === "failed") throw new Error(event.reason)
    return event
  }
}
