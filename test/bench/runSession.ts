/** Runs the cases of one session against one peer: a fresh server, its load generators, phase after phase. */
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
export const runSession = async (
  session: Session,
  peer: Peer,
  run: Run
): Promise<ReadonlyArray<ReadonlyArray<PhaseResult>>> => {
  const data = new DataDirectory()
  const loads: Array<Load> = []
  let server: Server | undefined
  try {
    const { command = peer.command } = session
    server = await Server.start({ ...peer, command }, nextPort(), run.pinned, { ...session.env, DATA_DIR: data.path })
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
          probe: session.probe
        },
        run.pinned
      )
      loads.push(load)
      await load.ready()
    }
    const results: Array<ReadonlyArray<PhaseResult>> = []
    for (const _case of session.cases) results.push(await Promise.all(loads.map((load) => load.runPhase())))
    return results
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const died = server?.exited === true ? ` The server ended. ${server.lastWords}` : ""
    throw new Error(`${reason}${died}`, { cause })
  } finally {
    for (const load of loads) load.stop()
    await server?.stop()
    data.remove()
  }
}
