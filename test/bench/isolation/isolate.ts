/**
 * Measures what healthy clients notice of an attack: one server, one crowd that chats at a steady rate, in windows with the attackers and
 * windows without them in turn, and what the server holds before, during and after.
 */
import { fileURLToPath } from "node:url"
import { anyhow } from "../Arrival.ts"
import { roomName } from "../Crowd.ts"
import { DataDirectory } from "../DataDirectory.ts"
import { Load } from "../Load.ts"
import { nextPort } from "../nextPort.ts"
import { hubbub } from "../Peer.ts"
import type { Phase, PhaseResult } from "../Phase.ts"
import { Server } from "../Server.ts"
import type { Group } from "../Traffic.ts"
import type { Attack, AttackAccount } from "./Attack.ts"
import { AttackersProcess } from "./AttackersProcess.ts"
import { type Holding, holding, type Peak, settled, watchPeak } from "./Holding.ts"

export interface IsolationCrowd {
  readonly name: string
  readonly group: Group
  readonly perSecond: number
}

/** As many messages a second of each sender as nobody's limit refuses, with the few that find out whether everyone is heard. */
export const crowds: ReadonlyArray<IsolationCrowd> = [
  { name: "200 in one room", group: { rooms: 1, members: 200, senders: 50 }, perSecond: 100 },
  { name: "20 rooms of 10", group: { rooms: 20, members: 10, senders: 10 }, perSecond: 400 }
]

/** A window without attackers and the one with them that was measured next to it. */
export interface IsolationPair {
  readonly calm: PhaseResult
  readonly attacked: PhaseResult
  readonly account: AttackAccount
}

export interface Isolated {
  readonly crowd: string
  readonly attack: string
  readonly pairs: ReadonlyArray<IsolationPair>
  readonly before: Holding
  readonly during: Peak
  readonly after: Holding
}

export interface IsolationRun {
  readonly seconds: number
  readonly warmUpSeconds: number
  readonly pinned: boolean
}

const collecting = new URL("collecting.ts", import.meta.url).href
/** Healthy clients come from so many addresses that none of them is refused. */
const addresses = 20
/** Two windows that nobody measures, and four that are. */
const windows = 6

const command = [
  process.execPath,
  "--expose-gc",
  "--import",
  collecting,
  fileURLToPath(new URL("../../../src/cli/hubbub.mjs", import.meta.url)),
  "serve"
]

export const isolate = async (crowd: IsolationCrowd, attack: Attack, run: IsolationRun): Promise<Isolated> => {
  const { pinned, seconds, warmUpSeconds } = run
  const data = new DataDirectory()
  const env = { ...attack.env, DATA_DIR: data.path }
  let server: Server | undefined
  let load: Load | undefined
  let attackers: AttackersProcess | undefined
  try {
    server = await Server.start({ ...hubbub, command }, nextPort(), pinned, env)
    const { pid, port } = server
    const phase: Phase = { kind: "open", perSecond: crowd.perSecond, seed: 61_169, seconds }
    load = new Load(
      {
        name: "a",
        port,
        serverPid: pid,
        dialect: "v1",
        groups: [crowd.group],
        phases: Array.from({ length: windows }, () => phase),
        warmUpSeconds,
        probe: true,
        besieged: true,
        arrival: { ...anyhow, addresses }
      },
      pinned
    )
    await load.ready()
    // nobody measures the first one
    await load.runPhase()
    const before = await holding(server)
    // the collection has let go of compiled code, too: nobody measures the one after it either
    await load.runPhase()
    attackers = new AttackersProcess({ attack: attack.name, port, room: roomName("a", 0, 0) }, pinned)
    const peaks: Array<Peak> = []
    const attacked = async (measured: Load, against: Server, by: AttackersProcess) => {
      const peak = watchPeak(against)
      await by.begin()
      const result = await measured.runPhase()
      const account = await by.end()
      peaks.push(peak())
      await settled(against, before.descriptors)
      return { attacked: result, account }
    }
    // calm, attacked, attacked, calm: what a machine does in the course of time is on both sides
    const first = { calm: await load.runPhase(), ...(await attacked(load, server, attackers)) }
    const pairs: Array<IsolationPair> = [first]
    // of clients that were thrown out there is nothing more to measure
    if (first.attacked.closed === 0) {
      pairs.push({ ...(await attacked(load, server, attackers)), calm: await load.runPhase() })
    }
    attackers.stop()
    return {
      crowd: crowd.name,
      attack: attack.title,
      pairs,
      before,
      during: {
        resident: Math.max(...peaks.map(({ resident }) => resident)),
        descriptors: Math.max(...peaks.map(({ descriptors }) => descriptors))
      },
      after: await holding(server)
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`${reason}${server?.exited === true ? ` The server ended. ${server.lastWords}` : ""}`, { cause })
  } finally {
    attackers?.stop()
    load?.stop()
    await server?.stop()
    data.remove()
  }
}
