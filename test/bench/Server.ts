/** A peer's process, from its start until it answers to its end. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { pin, serverCore } from "./Machine.ts"
import { pause } from "./pause.ts"
import type { Peer } from "./Peer.ts"

const readyWithin = 60_000
/** A port may be open before anything behind it answers. */
const answerWithin = 500

const running = new Set<Server>()

export class Server {
  readonly port: number
  /** Milliseconds from its start to its word of being ready; `NaN` until then. */
  readyAfter = Number.NaN
  private readonly process: ChildProcess
  private output = ""

  private constructor(peer: Peer, port: number, pinned: boolean, env: Readonly<Record<string, string>>) {
    this.port = port
    const [command = "", ...args] = pin(peer.command, serverCore, pinned)
    const begun = performance.now()
    this.process = spawn(command, args, {
      cwd: peer.cwd,
      env: { ...process.env, ...peer.env, ...env, PORT: String(port) },
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own, so that a launcher's child goes with it.
      detached: true
    })
    running.add(this)
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream?.on("data", (data: Buffer) => {
        const output = this.output + data.toString()
        if (Number.isNaN(this.readyAfter) && output.includes(peer.readyWord))
          this.readyAfter = performance.now() - begun
        this.output = output.slice(-2000)
      })
    }
  }

  static async start(
    peer: Peer,
    port: number,
    pinned: boolean,
    env: Readonly<Record<string, string>>
  ): Promise<Server> {
    const server = new Server(peer, port, pinned, env)
    const deadline = performance.now() + readyWithin
    while (!(await server.ready(peer))) {
      if (server.exited || performance.now() > deadline) {
        await server.stop()
        throw new Error(`${peer.title} did not start. ${server.output.trim()}`)
      }
      await pause(25)
    }
    return server
  }

  get pid(): number {
    return this.process.pid ?? 0
  }

  get exited(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null
  }

  /** What it said last, for a report of its failure. */
  get lastWords(): string {
    return this.output.trim()
  }

  /** Sends it a signal, and waits for what that makes it say. */
  async answerTo(signal: NodeJS.Signals, answer: RegExp): Promise<string> {
    this.output = ""
    process.kill(this.pid, signal)
    const deadline = performance.now() + readyWithin
    while (performance.now() < deadline && !this.exited) {
      const found = answer.exec(this.output)
      if (found !== null) return found[1] ?? found[0]
      await pause(25)
    }
    throw new Error(`no answer to ${signal}. ${this.output.trim()}`)
  }

  async stop(): Promise<void> {
    if (this.exited || this.process.pid === undefined) return
    const exit = once(this.process, "exit")
    // How a server says good-bye is not measured here, and a polite one takes its time.
    this.kill()
    await exit
    running.delete(this)
  }

  static stopAllNow(): void {
    for (const server of running) server.kill()
  }

  private kill(): void {
    try {
      process.kill(-this.pid, "SIGKILL")
    } catch {
      this.process.kill("SIGKILL")
    }
  }

  private async ready(peer: Peer): Promise<boolean> {
    if (peer.readyPath === undefined) return !Number.isNaN(this.readyAfter)
    try {
      const signal = AbortSignal.timeout(answerWithin)
      const answer = await fetch(`http://127.0.0.1:${this.port}${peer.readyPath}`, { signal })
      await answer.arrayBuffer()
      return answer.status === 200
    } catch {
      return false
    }
  }
}
