/**
 * A process of attackers. It has the load generator's core whenever that one does not want it: two cores have no third one for attackers,
 * and the clock that latencies are read from must not wait for them.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { generatorCore, pin } from "../Machine.ts"
import type { AttackAccount, AttackTask } from "./Attack.ts"

const script = fileURLToPath(new URL("attackers.ts", import.meta.url))

const running = new Set<ChildProcess>()

export class AttackersProcess {
  private readonly process: ChildProcess
  private readonly lines: AsyncIterator<string>
  private words = ""

  constructor(task: AttackTask, pinned: boolean) {
    const own = [process.execPath, script, JSON.stringify(task)]
    const [command = "", ...args] = pin(pinned ? ["chrt", "--idle", "0", ...own] : own, generatorCore, pinned)
    this.process = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] })
    running.add(this.process)
    this.process.stderr?.on("data", (data: Buffer) => (this.words = (this.words + data.toString()).slice(-2000)))
    // one that died says so by the end of its output
    this.process.stdin?.on("error", () => {})
    if (this.process.stdout === null) throw new Error("the attackers have no output")
    this.lines = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]()
  }

  /** Comes back once the attack is in full swing. */
  async begin(): Promise<void> {
    await this.ask()
  }

  /** Ends the attack, and says what was done since it was in full swing. */
  end(): Promise<AttackAccount> {
    return this.ask()
  }

  stop(): void {
    this.process.kill("SIGKILL")
    running.delete(this.process)
  }

  static stopAllNow(): void {
    for (const process of running) process.kill("SIGKILL")
  }

  private async ask(): Promise<AttackAccount> {
    this.process.stdin?.write("next\n")
    const line = await this.lines.next()
    if (line.done === true) throw new Error(`the attackers ended. ${this.words.trim()}`)
    const account: AttackAccount = JSON.parse(line.value)
    return account
  }
}
