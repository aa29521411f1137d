/**
 * The load generator's process: makes its connections, then runs one phase per line on standard input and answers each with
 * a line of JSON. Clock, sending and receiving are all in here, so latencies need no second clock.
 */
import { createInterface } from "node:readline"
import { closedLoop } from "./closedLoop.ts"
import { now } from "./clock.ts"
import type { Shared } from "./Connection.ts"
import { connectStorm } from "./connectStorm.ts"
import { Crowd } from "./Crowd.ts"
import { dialects } from "./Dialect.ts"
import { openLoop } from "./openLoop.ts"
import { pause } from "./pause.ts"
import type { LoadEvent, LoadTask, Phase, PhaseResult } from "./Phase.ts"
import { residentBytes } from "./ServerAccount.ts"
import { Traffic } from "./Traffic.ts"
import { latenciesOf, Window } from "./Window.ts"

const task: LoadTask = JSON.parse(process.argv[2] ?? "{}")
const emit = (event: LoadEvent): void => void process.stdout.write(`${JSON.stringify(event)}\n`)

const traffic = new Traffic(task.groups, dialects[task.dialect].acknowledges)
const shared: Shared = {
  port: task.port,
  dialect: dialects[task.dialect],
  traffic,
  arrival: task.arrival,
  besieged: task.besieged,
  pings: 0,
  presence: 0,
  refreshed: 0,
  closed: 0
}
const crowd = new Crowd(shared, task.groups, task.name)
const memoryBefore = residentBytes(task.serverPid)

const measure = async (seconds: number): Promise<PhaseResult> => {
  const window = new Window(shared, task.serverPid)
  await pause(seconds * 1000)
  return window.close()
}

const run = async (phase: Phase): Promise<PhaseResult> => {
  switch (phase.kind) {
    case "closed":
      return closedLoop(crowd, phase.inFlight, async () => {
        await pause(task.warmUpSeconds * 1000)
        return measure(phase.seconds)
      })
    case "open":
      return open(phase)
    case "listen":
      await pause(task.warmUpSeconds * 1000)
      return measure(phase.seconds)
    case "idle":
      return idle(phase.seconds)
    default:
      return storm(phase)
  }
}

const open = (phase: Extract<Phase, { kind: "open" }>): Promise<PhaseResult> => {
  let window: Window | undefined
  const { perSecond, seed } = phase
  const seconds = task.warmUpSeconds + phase.seconds + 1
  return openLoop(crowd, { perSecond, seed, seconds, lag: () => window?.sendLag }, async () => {
    await pause(200 + task.warmUpSeconds * 1000)
    window = new Window(shared, task.serverPid)
    await pause(phase.seconds * 1000)
    const receivers = task.groups[0]?.members ?? 0
    return { ...window.close(), offered: perSecond * receivers }
  })
}

const idle = async (seconds: number): Promise<PhaseResult> => {
  const result = await measure(seconds)
  const after = residentBytes(task.serverPid)
  const known = after !== undefined && memoryBefore !== undefined
  return { ...result, memoryPerConnection: known ? (after - memoryBefore) / crowd.connections.length : null }
}

const storm = async (phase: Extract<Phase, { kind: "connects" }>): Promise<PhaseResult> => {
  const storming = async (total: number, first: number): Promise<PhaseResult> => {
    const window = new Window(shared, task.serverPid)
    const connections = await connectStorm(shared, { ...phase, total }, first)
    const result = window.close()
    for (const connection of connections) connection.leave()
    return result
  }
  const cold = Math.ceil(phase.total / 4 / phase.perRoom) * phase.perRoom
  await storming(cold, 0)
  await pause(500)
  const result = await storming(phase.total, cold)
  return { ...result, messages: phase.total, deliveries: phase.total, perSecond: phase.total / result.seconds }
}

/** Traffic that nobody measures: both programs have compiled their hot paths before the first case, whichever that is. */
const heatUp = async (): Promise<void> => {
  await closedLoop(crowd, 4, () => pause(task.warmUpSeconds * 2000))
  await crowd.drain(10_000)
}

/** One client after the other shows a new token, as often as its load says. */
const refreshing = (): void => {
  const { refreshSeconds, secret } = task.arrival
  if (secret === undefined) return
  let turn = 0
  const next = () => crowd.connections[turn++ % crowd.connections.length]?.refresh()
  setInterval(next, (refreshSeconds * 1000) / crowd.connections.length)
}

const failIfBroken = (): void => {
  if (traffic.failures.size > 0) throw new Error(traffic.broken)
  if (!task.besieged && traffic.refused > 0) throw new Error(`${traffic.refused} messages were refused`)
}

const faults = () => {
  const { acks, leaked, order, refused, undelivered } = traffic
  return {
    reordered: order.reordered + acks.reordered,
    duplicated: order.duplicated,
    // a gap for each of them, and for each who did not hear it
    lost: order.lost - undelivered,
    unacked: acks.lost - refused,
    reacked: acks.duplicated,
    leaked,
    refused,
    closed: shared.closed
  }
}

const phases = async (): Promise<void> => {
  const start = now()
  await crowd.connect()
  if (task.probe) {
    await crowd.settle()
    if (!task.besieged) await heatUp()
  }
  refreshing()
  failIfBroken()
  emit({ event: "ready", connections: crowd.connections.length, seconds: (now() - start) / 1000 })
  let next = 0
  let before = faults()
  for await (const _line of createInterface({ input: process.stdin })) {
    const phase = task.phases[next++]
    if (phase === undefined) break
    const result = await run(phase)
    if (phase.kind === "closed" || phase.kind === "open") await crowd.drain(10_000)
    failIfBroken()
    const after = faults()
    // who is hardly heard is heard after the window, and that is what there is to measure
    const latencies = task.besieged ? latenciesOf(traffic) : {}
    emit({
      event: "result",
      result: {
        ...result,
        ...latencies,
        lost: after.lost - before.lost,
        reordered: after.reordered - before.reordered,
        duplicated: after.duplicated - before.duplicated,
        unacked: after.unacked - before.unacked,
        reacked: after.reacked - before.reacked,
        leaked: after.leaked - before.leaked,
        refused: after.refused - before.refused,
        // also before the phase, by an attack that was getting under way
        closed: after.closed - before.closed
      }
    })
    before = after
  }
  crowd.leave()
}

phases().then(
  () => process.exit(0),
  (cause: unknown) => {
    emit({ event: "failed", reason: cause instanceof Error ? cause.message : String(cause) })
    process.exit(1)
  }
)
