/** Another engine than Chromium: Firefox over WebDriver BiDi, as much of it as opening a page, typing, and running a function there takes. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync } from "node:fs"
import { createInterface } from "node:readline"
import { onTestFinished } from "@effect/vitest"
import { WebSocket } from "ws"
import { temporaryDirectory, within } from "../support/ServerProcess.ts"

const PLACES = [process.env["FIREFOX"], "/usr/bin/firefox-esr", "/usr/bin/firefox"]

const executable = PLACES.find((place) => place !== undefined && existsSync(place))

/** Why tests of it are left out, where they are. */
export const missingFirefox =
  executable === undefined ? "no Firefox is installed: see FIREFOX, or `apt-get install firefox-esr`" : undefined

if (missingFirefox !== undefined) process.stderr.write(`tests in Firefox are skipped: ${missingFirefox}\n`)

/** Milliseconds that it may take to come up, and any command. */
const START_MS = 40_000
const COMMAND_MS = 60_000

interface Answer {
  readonly id?: number
  readonly type: "success" | "error" | "event"
  readonly message?: string
  readonly result?: { readonly [field: string]: unknown }
}

const listening = (child: ChildProcess): Promise<string> =>
  within(
    new Promise((resolve) => {
      if (child.stderr === null) return
      createInterface({ input: child.stderr }).on("line", (line) => {
        const address = /WebDriver BiDi listening on (ws:\/\/\S+)/.exec(line)?.[1]
        if (address !== undefined) resolve(address)
      })
    }),
    START_MS,
    () => "Firefox did not start"
  )

export class Firefox {
  private readonly ws: WebSocket
  private readonly waiting = new Map<number, (answer: Answer) => void>()
  private context = ""
  private commands = 0

  private constructor(ws: WebSocket) {
    this.ws = ws
    ws.on("message", (data: Buffer) => {
      const answer: Answer = JSON.parse(data.toString())
      this.waiting.get(answer.id ?? -1)?.(answer)
    })
  }

  /** One without a window, that ends with the test. */
  static async start(): Promise<Firefox> {
    if (executable === undefined) throw new Error(missingFirefox)
    const args = ["--headless", "--no-remote", "--profile", temporaryDirectory(), "--remote-debugging-port", "0"]
    const child = spawn(executable, args, { stdio: ["ignore", "ignore", "pipe"], detached: true })
    const ended = once(child, "close")
    onTestFinished(async () => {
      // with the processes that it has started
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGKILL")
      await ended
    })
    const ws = new WebSocket(`${await listening(child)}/session`)
    await once(ws, "open")
    const firefox = new Firefox(ws)
    await firefox.command("session.new", { capabilities: {} })
    const { contexts } = await firefox.command("browsingContext.getTree", {})
    firefox.context = (contexts as ReadonlyArray<{ readonly context: string }>)[0]?.context ?? ""
    return firefox
  }

  async open(url: string): Promise<void> {
    await this.command("browsingContext.navigate", { context: this.context, url, wait: "complete" })
  }

  /** Presses keys, one character of the text each, wherever the focus is. */
  async type(text: string): Promise<void> {
    const actions = Array.from(text).flatMap((value) => [
      { type: "keyDown", value },
      { type: "keyUp", value }
    ])
    await this.command("input.performActions", {
      context: this.context,
      actions: [{ type: "key", id: "keyboard", actions }]
    })
  }

  /** What a function that uses nothing from around it answers in the page. */
  async evaluate<A, B>(run: (argument: A) => B | Promise<B>, argument: A): Promise<B> {
    const expression = `Promise.resolve((${run.toString()})(${JSON.stringify(argument)})).then((value) => JSON.stringify(value ?? null))`
    const { exceptionDetails, result } = await this.command("script.evaluate", {
      expression,
      target: { context: this.context },
      awaitPromise: true
    })
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails).slice(0, 2000))
    return JSON.parse((result as { readonly value: string }).value)
  }

  private async command(method: string, params: unknown): Promise<NonNullable<Answer["result"]>> {
    const id = ++this.commands
    const answered = new Promise<Answer>((resolve) => this.waiting.set(id, resolve))
    this.ws.send(JSON.stringify({ id, method, params }))
    const answer = await within(answered, COMMAND_MS, () => `Firefox did not answer ${method}`)
    if (answer.type === "error") throw new Error(`${method}: ${answer.message}`)
    return answer.result ?? {}
  }
}
