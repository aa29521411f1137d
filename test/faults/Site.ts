/** A server under test and where it keeps things: started, killed and started again on one directory, always as a process of its own. */
import { resolve } from "node:path"
import { type Env, program, ServerProcess } from "../support/ServerProcess.ts"
import { pause } from "./pause.ts"
import { dynamoDbRows, emulatorCredentials, type Rows, sqliteRows } from "./rows.ts"
import type { Stage } from "./Stage.ts"
import type { FaultPointName } from "../../src/actor/FaultPoint.ts"

/** A named point at whose n-th passage the process dies. */
export interface Death {
  readonly point: FaultPointName | "journal/rotating"
  readonly passage: number
}

/** Where the server finds its table, and where the table really is. */
export interface Table {
  readonly endpoint: string
  readonly behind: string
}

export interface SiteOptions {
  readonly env?: Env
  /** DATA_DIR; a new one unless given. */
  readonly directory?: string
  /** The store; SQLite unless given. */
  readonly table?: Table
}

const TABLE = "hubbub"
const faulty = resolve(import.meta.dirname, "server.ts")

export class Site {
  readonly directory: string
  private readonly env: Env
  private readonly table: Table | undefined
  private running: ServerProcess | undefined
  private up = Promise.withResolvers<ServerProcess>()

  constructor(stage: Stage, { directory = stage.directory(), env = {}, table }: SiteOptions = {}) {
    this.directory = directory
    this.table = table
    this.env = {
      DATA_DIR: directory,
      DURABILITY: "journal",
      RATE_LIMIT_PER_SEC: "0",
      JOIN_LIMIT_PER_SEC: "0",
      ABUSE_REFUSALS: "0",
      DRAIN_WINDOW_MS: "300",
      DRAIN_GRACE_MS: "4000",
      ...(table === undefined
        ? { STORE: "sqlite" }
        : {
            STORE: "dynamodb",
            DYNAMODB_ENDPOINT: table.endpoint,
            DYNAMODB_REGION: "us-east-1",
            DYNAMODB_TABLE: TABLE,
            AWS_ACCESS_KEY_ID: emulatorCredentials.accessKeyId,
            AWS_SECRET_ACCESS_KEY: emulatorCredentials.secretAccessKey
          }),
      ...env
    }
    stage.defer(() => this.running?.stop("SIGKILL"))
  }

  /** The server that runs; an error where none does. */
  get server(): ServerProcess {
    if (this.running === undefined) throw new Error("no server runs")
    return this.running
  }

  /** Starts a server and lets everyone who waits for one know; it dies at a named point if one is given. */
  async start(death?: Death, env: Env = {}): Promise<ServerProcess> {
    const command =
      death === undefined
        ? [process.execPath, program, "serve"]
        : [process.execPath, faulty, death.point, String(death.passage)]
    this.running = await ServerProcess.start({ ...this.env, ...env }, command)
    this.up.resolve(this.running)
    return this.running
  }

  /** The server, as soon as one listens. */
  listening(): Promise<ServerProcess> {
    return this.up.promise
  }

  /** Ends the server as a power switch ends a program. */
  async kill(): Promise<void> {
    this.server.signal("SIGKILL")
    await this.died()
  }

  /** Waits for a death that was arranged. */
  async died(): Promise<void> {
    const code = await this.server.exit()
    if (code !== null) throw new Error(`the server ended by itself with ${code}: ${this.server.said}`)
    this.down()
  }

  /** Tells the server to stop; returns the milliseconds it took. An exit code other than 0 is an error. */
  async stop(): Promise<number> {
    const { server } = this
    const since = performance.now()
    const code = await server.stop()
    this.down()
    if (code !== 0) throw new Error(`the server stopped with ${code}: ${server.said}`)
    return performance.now() - since
  }

  /** Every row that the store has; none where the server has no store. */
  rows(): Promise<Rows> {
    if (this.table !== undefined) return dynamoDbRows(this.table.behind, TABLE)
    return Promise.resolve(sqliteRows(resolve(this.directory, "hubbub.db")))
  }

  get hasStore(): boolean {
    return this.env["DURABILITY"] !== "memory"
  }

  /** What `/ready` says. */
  async ready(): Promise<string> {
    const response = await this.server.fetch("/ready")
    const { status }: { status: string | number } = JSON.parse(await response.text())
    return response.status === 200 ? String(status) : `${response.status}`
  }

  /** Waits until `/ready` says so; returns the milliseconds that took, and fails when it takes longer than `limit`. */
  async becomes(status: string, limit: number): Promise<number> {
    const since = performance.now()
    while (true) {
      const said = await this.ready()
      const took = performance.now() - since
      if (said === status) return took
      if (took > limit) {
        throw new Error(
          `C10: /ready still said ${said}, not ${status}, ${Math.round(took)} ms after that had become true`
        )
      }
      await pause(50)
    }
  }

  private down(): void {
    this.running = undefined
    this.up = Promise.withResolvers<ServerProcess>()
  }
}
