/** The server as its users run it: a process of its own, started by the README's command, seen through its log, its port and its exit code. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { createInterface } from "node:readline"

const root = resolve(import.meta.dirname, "../..")
export const guard = resolve(root, "src/cli/hubbub.mjs")
/** What servers under test are started from: their sources, or the bundle where one was built for them. */
export const program = process.env["HUBBUB_BUNDLE"] ?? guard

/** Milliseconds any single answer may take. */
export const ANSWER_MS = 10_000
/** Milliseconds a process may take to start or to stop. */
const PROCESS_MS = 20_000

export type Env = Readonly<Record<string, string>>

export interface LogLine {
  readonly ts: string
  readonly level: string
  readonly msg: string
  readonly [field: string]: unknown
}

/** How a process that ran to its end ended. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Waits for `answer`, but not for ever; `failure` says what was missing. */
export const within = async <A>(answer: Promise<A>, ms: number, failure: () => string): Promise<A> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${failure()} (waited ${ms} ms)`)), ms)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Asks again until the answer is the one hoped for; for what the server tells nobody by itself. */
export const eventually = async <A>(ask: () => Promise<A>, hoped: (answer: A) => boolean): Promise<A> => {
  const deadline = performance.now() + ANSWER_MS
  while (true) {
    const answer = await ask()
    if (hoped(answer)) return answer
    if (performance.now() > deadline) throw new Error(`still ${JSON.stringify(answer)} after ${ANSWER_MS} ms`)
    await new Promise((next) => setTimeout(next, 20))
  }
}

const live = new Set<ChildProcess>()
const directories = new Set<string>()

/** Signals a process and what it started. */
const kill = (child: ChildProcess, signal: NodeJS.Signals) => {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  process.kill(-child.pid, signal)
}

process.once("exit", () => {
  for (const child of live) kill(child, "SIGKILL")
  for (const directory of directories) rmSync(directory, { recursive: true, force: true })
})

/** Half of what a start costs is reading the same sources again. */
const compiled = join(tmpdir(), "hubbub-compiled")

/** Only what a command needs to be found: no variable of the machine may configure the server under test. */
const cleanEnv = (env: Env): Env => ({
  PATH: process.env["PATH"] ?? "",
  HOME: process.env["HOME"] ?? "/",
  NODE_COMPILE_CACHE: compiled,
  ...env
})

/** A directory that is gone when the tests of this file are over. */
export const temporaryDirectory = (): string => {
  const directory = mkdtempSync(join(tmpdir(), "hubbub-test-"))
  directories.add(directory)
  return directory
}

const launch = (command: ReadonlyArray<string>, given: Env, cwd: string) => {
  const [program = process.execPath, ...args] = command
  // each server has data of its own, unless a test says which
  const env = { DATA_DIR: given["DATA_DIR"] ?? temporaryDirectory(), ...given }
  // a process group of its own, so that whatever it starts can be ended with it
  const child = spawn(program, args, { cwd, env: cleanEnv(env), detached: true, stdio: ["ignore", "pipe", "pipe"] })
  live.add(child)
  child.once("exit", () => live.delete(child))
  return child
}

/** Runs a command to its end. */
export const runToEnd = async (command: ReadonlyArray<string>, env: Env = {}, cwd = root): Promise<Ended> => {
  const child = launch(command, env, cwd)
  let stdout = ""
  let stderr = ""
  child.stdout.on("data", (chunk) => (stdout += String(chunk)))
  child.stderr.on("data", (chunk) => (stderr += String(chunk)))
  try {
    await within(once(child, "close"), PROCESS_MS, () => `${command.join(" ")} did not end: ${stdout}${stderr}`)
  } finally {
    kill(child, "SIGKILL")
  }
  return { code: child.exitCode, stdout, stderr }
}

/** Runs `hubbub` with these arguments to its end. */
export const hubbub = (args: ReadonlyArray<string>, env: Env = {}, cwd = root) =>
  runToEnd([process.execPath, program, ...args], env, cwd)

export class ServerProcess {
  /** Every line of standard output, and every one of standard error. */
  readonly stdout: Array<string> = []
  readonly stderr: Array<string> = []
  /** Of the server itself, as it states it. */
  pid = 0
  port = 0
  private readonly child: ChildProcess
  private readonly ended: Promise<number | null>
  private readonly watchers = new Set<() => void>()

  private constructor(child: ReturnType<typeof launch>) {
    this.child = child
    this.ended = once(child, "close").then(() => child.exitCode)
    createInterface({ input: child.stdout }).on("line", (line) => {
      this.stdout.push(line)
      for (const look of this.watchers) look()
    })
    createInterface({ input: child.stderr }).on("line", (line) => this.stderr.push(line))
  }

  /** Starts a server on a free port and waits until it says that it listens. */
  static async start(env: Env = {}, command: ReadonlyArray<string> = [process.execPath, program, "serve"]) {
    const server = new ServerProcess(launch(command, { PORT: "0", LOG_FORMAT: "json", ...env }, root))
    const died = server.ended.then((code) => Promise.reject(new Error(`the server ended with ${code}: ${server.said}`)))
    const { pid, port } = await Promise.race([server.logged((line) => line.msg.startsWith("listening on ")), died])
    server.pid = Number(pid)
    server.port = Number(port)
    died.catch(() => {})
    return server
  }

  get url() {
    return `http://127.0.0.1:${this.port}`
  }

  /** Everything it printed. */
  get said() {
    return [...this.stdout, ...this.stderr].join("\n")
  }

  /** The log, a line each; lines that are not JSON objects are left out. */
  get log(): ReadonlyArray<LogLine> {
    return this.stdout.filter((line) => line.startsWith("{")).map((line): LogLine => JSON.parse(line))
  }

  /** The first log line that matches, now or later. */
  logged(match: (line: LogLine) => boolean): Promise<LogLine> {
    const found = new Promise<LogLine>((resolve) => {
      const look = () => {
        const line = this.log.find(match)
        if (line === undefined) return
        this.watchers.delete(look)
        resolve(line)
      }
      this.watchers.add(look)
      look()
    })
    return within(found, PROCESS_MS, () => `no such log line: ${this.said}`)
  }

  /** GET by default. */
  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(this.url + path, { signal: AbortSignal.timeout(ANSWER_MS), ...init })
  }

  async json(path: string): Promise<Readonly<Record<string, unknown>>> {
    const response = await this.fetch(path)
    return (await response.json()) as Readonly<Record<string, unknown>>
  }

  /** Waits until the server counts this many connections. */
  async clients(count: number): Promise<void> {
    await eventually(
      () => this.json("/health"),
      (health) => health["clients"] === count
    )
  }

  signal(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal)
  }

  /** What Ctrl-C on a terminal does: the signal goes to everything that was started. */
  signalGroup(signal: NodeJS.Signals): void {
    kill(this.child, signal)
  }

  /** Waits for the end of the process: its exit code, or nothing where a signal ended it. */
  exit(): Promise<number | null> {
    return within(this.ended, PROCESS_MS, () => `the server did not stop: ${this.said}`)
  }

  /** Tells the server to stop and waits for its exit code. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    try {
      if (this.child.exitCode === null && this.child.signalCode === null) this.signal(signal)
      return await this.exit()
    } finally {
      kill(this.child, "SIGKILL")
    }
  }
}
