/** A server under attack with the neighbours who live in it, and what it holds: descriptors, memory, connections. */
import { readdirSync, readFileSync } from "node:fs"
import { hourLong, SECRET } from "../identity/minted.ts"
import { program, ServerProcess } from "../support/ServerProcess.ts"
import type { Rule, Target } from "./Attack.ts"
import { Inspector } from "./Inspector.ts"
import { Neighbour } from "./Neighbour.ts"

export const modes = ["open", "tokens"] as const
/** Whether anyone may come in, or who has a token. */
export type Mode = (typeof modes)[number]

/** What a server holds: open descriptors, megabytes of objects and of memory. */
export interface Holding {
  readonly descriptors: number
  readonly heldMb: number
  readonly residentMb: number
}

/** How long acknowledgements took, in milliseconds. */
export interface Delays {
  readonly median: number
  readonly p99: number
}

const KEY = "an-api-key-of-an-attacker-who-has-one"

const ENV = {
  API_KEYS: `ops:${KEY}`,
  RATE_LIMIT_PER_SEC: "0",
  JOIN_LIMIT_PER_SEC: "0",
  NEW_ROOMS_PER_MIN: "0",
  HEADERS_TIMEOUT_MS: "1000",
  CLOSE_TIMEOUT_MS: "500",
  ROOM_EMPTY_MS: "500",
  // so little is kept of what was said that it is not mistaken for what was not let go
  ROOM_LOG_MESSAGES: "64",
  ROOM_LOG_BYTES: "1024",
  ROOM_LOG_BURST_MS: "0",
  DRAIN_WINDOW_MS: "0",
  MAX_CONNECTIONS: "1000"
}
const ROOMS = ["lobby", "kitchen"]
const NEIGHBOURS = 6
const EVERY_MS = 60
const ATTACKERS = 20
const RULED_ROOMS = 4
const RULED_USERS = 8
/** Paths that are in no description of the API. */
const MORE_PATHS = ["/", "/ws", "/docs", "/metrics", "/openapi.json", "/api/admin/revocations", "/nothing"]

/** What moderators may look at; what they order is where they order it. */
const LOOKS = ["bans", "mutes", "rooms", "audit"].map((name) => `/api/moderation/${name}`)
/** Reaches everybody, neighbours as well. */
const BROADCAST = "/api/admin/broadcast"

const MB = 1024 * 1024

export class House {
  readonly server: ServerProcess
  readonly target: Target
  readonly neighbours: ReadonlyArray<Neighbour>
  private readonly inspector: Inspector

  private constructor(
    server: ServerProcess,
    target: Target,
    neighbours: ReadonlyArray<Neighbour>,
    inspector: Inspector
  ) {
    this.server = server
    this.target = target
    this.neighbours = neighbours
    this.inspector = inspector
  }

  static async open(mode: Mode): Promise<House> {
    const env = mode === "open" ? { ...ENV, DURABILITY: "memory" } : { ...ENV, AUTH_SECRET: SECRET }
    const server = await ServerProcess.start(env, [process.execPath, "--inspect=0", program, "serve"])
    const { paths } = await server.json("/openapi.json")
    const described = Object.entries(paths as Readonly<Record<string, Readonly<Record<string, unknown>>>>).map(
      ([path, methods]) => ({ path, methods: Object.keys(methods).map((name) => name.toUpperCase()) })
    )
    const tokenOf = async (user: string, claims: Readonly<Record<string, unknown>> = {}) =>
      mode === "open" ? undefined : await hourLong(user, claims)
    const ids = Array.from({ length: NEIGHBOURS }, (_, i) => `neighbour-${i}`)
    const neighbours = await Promise.all(
      ids.map(async (userId, i) => {
        const room = ROOMS[i % ROOMS.length]!
        return Neighbour.enter({ port: server.port, userId, room, token: await tokenOf(userId), everyMs: EVERY_MS })
      })
    )
    const admin = await tokenOf("overlord", { role: "admin" })
    const ruled = described.filter(({ path }) => path.startsWith("/api/admin/") && path !== BROADCAST)
    const rule: Rule = {
      credentials: [
        ["X-Api-Key", KEY],
        ["Authorization", `Bearer ${admin ?? KEY}`]
      ],
      routes: [
        ...ruled,
        { path: "/api/moderation", methods: ["POST"] },
        ...LOOKS.map((path) => ({ path, methods: ["GET"] }))
      ],
      rooms: Array.from({ length: RULED_ROOMS }, (_, i) => `court-${i}`),
      users: Array.from({ length: RULED_USERS }, (_, i) => `victim-${i}`),
      tokenOf
    }
    const target: Target = {
      rule,
      port: server.port,
      token: await tokenOf("mallory"),
      routes: [...described, ...MORE_PATHS.map((path) => ({ path, methods: ["GET", "POST"] }))],
      rooms: [...ROOMS, "attic", "cellar", "a", "x".repeat(64)],
      users: [...Array.from({ length: ATTACKERS }, (_, i) => `mallory-${i}`), "李雷", ...ids]
    }
    return new House(server, target, neighbours, await Inspector.of(server))
  }

  async holding(): Promise<Holding> {
    const heldMb = (await this.inspector.heldBytes()) / MB
    const [, pages = "0"] = readFileSync(`/proc/${this.server.pid}/statm`, "utf8").split(" ")
    return { descriptors: this.descriptors, heldMb, residentMb: (Number(pages) * 4096) / MB }
  }

  get descriptors(): number {
    return readdirSync(`/proc/${this.server.pid}/fd`).length
  }

  /** What the neighbours noticed. */
  get complaints(): ReadonlyArray<string> {
    return this.neighbours.flatMap(({ complaints }) => complaints)
  }

  /** Takes the delays of acknowledgements since this was last asked; 0 where there were none. */
  takeDelays(): Delays {
    const delays = this.neighbours.flatMap((neighbour) => neighbour.takeDelays()).sort((a, b) => a - b)
    const at = (share: number) => delays[Math.floor(delays.length * share)] ?? 0
    return { median: at(0.5), p99: at(0.99) }
  }

  /** What its own words say against it: restarts, errors, anything that is no line of its log, connections that nobody has. */
  async confessions(): Promise<ReadonlyArray<string>> {
    const { log, stderr, stdout } = this.server
    const { fiberRestarts } = await this.figures()
    const said = [
      ...log.filter(({ level }) => level === "error").map((line) => `an error: ${JSON.stringify(line)}`),
      ...stdout.filter((line) => !line.startsWith("{")),
      ...stderr.filter((line) => line !== "" && !/^(Debugger|For help, see:)/.test(line))
    ].map((line) => `the server said ${line}`)
    if (fiberRestarts !== 0) said.push(`${String(fiberRestarts)} fibers were restarted`)
    for (const path of ["/ready", "/health"]) {
      const { status } = await this.server.fetch(path)
      if (status !== 200) said.push(`${path} says ${status}`)
    }
    await this.server.clients(this.neighbours.length).catch((error: unknown) => said.push(`clients: ${String(error)}`))
    return said
  }

  /** Everyone leaves and the server is stopped; returns its exit code. */
  async close(): Promise<number | null> {
    this.inspector.close()
    await Promise.all(this.neighbours.map((neighbour) => neighbour.leave()))
    return this.server.stop()
  }

  private async figures(): Promise<Readonly<Record<string, unknown>>> {
    const token =
      this.target.token === undefined ? {} : { Authorization: `Bearer ${await hourLong("ann", { role: "analyst" })}` }
    const response = await this.server.fetch("/api/analytics", { headers: token })
    return (await response.json()) as Readonly<Record<string, unknown>>
  }
}
