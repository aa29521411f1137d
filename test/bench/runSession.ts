/**
 * Runs the cases of a session against one peer: a fresh server, its load generators, phase after phase. Sessions that are to be told apart
 * run beside each other, case by case in turn: a machine that others use is twice as fast in one second as in the next.
 */
import { anyhow } from "./Arrival.ts"
import { DataDirectory } from "./DataDirectory.ts"
import { Load } from "./Load.ts"
import { nextPort } from "./nextPort.ts"
import type { Peer } from "./Peer.ts"
import type { PhaseResult } from "./Phase.ts"
import { Server } from "./Server.ts"
import type { Session } from "./Session.ts"

export interface Run {
  readonly warmUpSeconds: number
  readonly pinned: boolean
}

/** Results by case, then by load generator. */
export type SessionResults = ReadonlyArray<ReadonlyArray<PhaseResult>>

class OpenSession {
  readonly results: Array<ReadonlyArray<PhaseResult>> = []
  private readonly session: Session
  private readonly data = new DataDirectory()
  private readonly loads: Array<Load> = []
  private server: Server | undefined

  constructor(session: Session) {
    this.session = session
  }

  async start(peer: Peer, run: Run): Promise<void> {
    const { session } = this
    const { command = peer.command } = session
    const env = { ...session.env, DATA_DIR: this.data.path }
    const server = await Server.start({ ...peer, command }, nextPort(), run.pinned, env)
    this.server = server
    const arrival = await session.prepare?.(server.port)
    for (const [index, groups] of session.loads.entries()) {
      const load = new Load(
        {
          name: String.fromCharCode(97 + index),
          port: server.port,
          serverPid: server.pid,
          dialect: session.dialect ?? peer.dialect,
          groups,
          phases: session.cases.flatMap(({ phases }) => phases[index] ?? []),
          warmUpSeconds: run.warmUpSeconds,
          probe: session.probe,
          besieged: false,
          arrival: { ...anyhow, ...arrival }
        },
        run.pinned
      )
      this.loads.push(load)
      await load.ready()
    }
  }

  /** Runs the next case, if there is one. */
  async step(): Promise<void> {
    if (this.results.length === this.session.cases.length) return
    this.results.push(await Promise.all(this.loads.map((load) => load.runPhase())))
  }

  /** What a server that ended by itself said last. */
  get lastWords(): string {
    return this.server?.exited === true ? ` The server ended. ${this.server.lastWords}` : ""
  }

  async stop(): Promise<void> {
    for (const load of this.loads) load.stop()
    await this.server?.stop()
    this.data.remove()
  }
}

/** By session. Of several the one that is first changes from case to case, and each waits while another is measured. */
export const runSessions = async (
  sessions: ReadonlyArray<Session>,
  peer: Peer,
  run: Run
): Promise<ReadonlyArray<SessionResults>> => {
  const open = sessions.map((session) => new OpenSession(session))
  try {
    for (const one of open) await one.start(peer, run)
    const most = Math.max(...sessions.map(({ cases }) => cases.length))
    for (let index = 0; index < most; index++) {
      for (const one of index % 2 === 0 ? open : open.toReversed()) await one.step()
    }
    return open.map(({ results }) => results)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`${reason}${open.map(({ lastWords }) => lastWords).join("")}`, { cause })
  } finally {
    for (const one of open) await one.stop()
  }
}
