/** The store goes away in every way there is, while people talk: talk and acknowledgements go on, and the backlog drains afterwards, once. */
import { readdirSync } from "node:fs"
import { Dynalite } from "../../support/Dynalite.ts"
import { FaultProxy } from "../../support/FaultProxy.ts"
import type { Env } from "../../support/ServerProcess.ts"
import { Load, type LoadOptions } from "../Load.ts"
import { pause } from "../pause.ts"
import type { Delays } from "../RunRecord.ts"
import { Site } from "../Site.ts"
import type { Stage } from "../Stage.ts"
import type { Figures, Scenario } from "./Scenario.ts"

/** A site whose table is behind a proxy that can fail, and its load, not yet started. */
export const siteWithTable = async (stage: Stage, env: Env = {}, load: LoadOptions = {}) => {
  const dynalite = await Dynalite.start()
  stage.defer(() => dynalite.stop())
  const proxy = await FaultProxy.start(dynalite.url, stage.seed)
  stage.defer(() => proxy.stop())
  const site = new Site(stage, { env, table: { endpoint: proxy.url, behind: dynalite.url } })
  return { proxy, site, load: new Load(stage, site, { rooms: 1, senders: 2, everyMs: 15, ...load }) }
}

/** Milliseconds within which `/ready` must say what is the case, and those that a call may take before anyone can know. */
const TRUTH_MS = 2000
const CALL_MS = 2000
/** Milliseconds after which a store that is back must have been found: the longest pause between two tries, and a call. */
const RETURN_MS = 8000
/** Acknowledgements may take 3 times as long as before; whoever waited for the store would be above these, a busy machine is below. */
const DELAY_MS: Delays = { median: 100, p99: 1000 }
/** Calls a second that a store which refuses may be sent. */
const CALLS = 10

interface StoreFault {
  readonly name: string
  readonly holds: string
  readonly begin: (proxy: FaultProxy, stage: Stage) => unknown
  /** Milliseconds until `/ready` must say that the store is away; none where some calls succeed. */
  readonly degradedIn?: number
  /** Whether the store refuses what it is sent, and should not be sent much. */
  readonly refuses?: true
}

const faults: ReadonlyArray<StoreFault> = [
  { name: "down", holds: "resets connections", begin: (proxy) => proxy.down(), degradedIn: TRUTH_MS, refuses: true },
  { name: "closed", holds: "refuses connections", begin: (proxy) => proxy.close(), degradedIn: TRUTH_MS },
  { name: "blackhole", holds: "never answers", begin: (proxy) => proxy.blackhole(), degradedIn: TRUTH_MS + CALL_MS },
  { name: "slow", holds: "answers late", begin: (proxy, stage) => proxy.slow(stage.between(200, 1500)) },
  { name: "throttle", holds: "throttles", begin: (proxy) => proxy.throttle(), degradedIn: TRUTH_MS, refuses: true },
  { name: "error500", holds: "answers 500", begin: (proxy) => proxy.error500(), degradedIn: TRUTH_MS, refuses: true },
  {
    name: "expired",
    holds: "takes the credentials for expired",
    begin: (proxy) => proxy.expired(),
    degradedIn: TRUTH_MS
  },
  { name: "partial", holds: "takes parts of batches", begin: (proxy, stage) => proxy.partial(stage.dice.roll() * 0.9) },
  {
    name: "lost-reply",
    holds: "does what it is told and does not say so",
    begin: (proxy) => proxy.lostReply({ probability: 0.7 })
  },
  {
    name: "truncated",
    holds: "breaks off in the middle of answers",
    begin: (proxy) => proxy.truncated({ probability: 0.7 })
  },
  {
    name: "mixed",
    holds: "throttles some calls, of which others succeed",
    begin: (proxy) => proxy.throttle({ probability: 0.5, operations: ["BatchWriteItem"] })
  }
]

/** C7: the server's own count is that of history. */
const counted = async (site: Site, { record }: Load): Promise<void> => {
  const { fiberRestarts, totalMessages } = await site.server.json("/api/analytics")
  const kept = new Set(record.acks.map(({ id }) => id)).size
  if (totalMessages !== kept)
    throw new Error(`C7: analytics count ${String(totalMessages)} messages, and ${kept} are kept`)
  if (fiberRestarts === 0) return
  const said = site.server.log.filter(({ level }) => level === "error")
  throw new Error(`C10: ${String(fiberRestarts)} parts of the server crashed: ${JSON.stringify(said)}`)
}

const descriptors = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length

const withStore = async (stage: Stage, { begin, degradedIn, refuses }: StoreFault): Promise<Figures> => {
  const { load, proxy, site } = await siteWithTable(stage)
  const { pid } = await site.start()
  await load.start()
  await site.becomes("ready", RETURN_MS)
  await load.acks(stage.between(100, 200))
  const before = load.record.takeDelays()
  const open = descriptors(pid)

  const since = performance.now()
  await begin(proxy, stage)
  const told = degradedIn === undefined ? 0 : await site.becomes("degraded", degradedIn)
  await load.acks(stage.between(200, 400))
  await load.caughtUp()
  const lasted = performance.now() - since
  const during = load.record.takeDelays()
  for (const figure of ["median", "p99"] as const) {
    if (during[figure] <= Math.max(3 * before[figure], DELAY_MS[figure])) continue
    const [now, then] = [during, before].map((delays) => delays[figure].toFixed(1))
    throw new Error(`C9: the ${figure} of acknowledgement delays was ${now} ms during the fault and ${then} ms before`)
  }
  const calls = proxy.calls.filter(({ at, fault }) => at > since && fault !== "pass").length
  if (refuses === true && calls > CALLS * (1 + lasted / 1000)) {
    throw new Error(`a store that refuses was sent ${calls} calls in ${Math.round(lasted)} ms`)
  }

  await proxy.open()
  proxy.pass()
  const back = await site.becomes("ready", RETURN_MS)
  await load.verify()
  await counted(site, load)
  // what failed is closed as well: a few connections may stay open for the next call
  await eventuallyBelow(() => descriptors(pid), open + 12)
  await site.stop()
  return {
    acks: load.record.acks.length,
    calls,
    p99Before: before.p99.toFixed(1),
    p99During: during.p99.toFixed(1),
    degradedMs: Math.round(told),
    backMs: Math.round(back)
  }
}

const eventuallyBelow = async (count: () => number, most: number): Promise<void> => {
  const deadline = performance.now() + RETURN_MS
  while (count() > most) {
    if (performance.now() > deadline)
      throw new Error(`C8: ${count()} descriptors are open, and at most ${most} were expected`)
    await pause(50)
  }
}

export const storeFaults: ReadonlyArray<Scenario> = faults.map((fault) => ({
  name: `store-${fault.name}`,
  holds: `a store that ${fault.holds} holds nobody up and has everything once it is well again`,
  play: (stage) => withStore(stage, fault)
}))

export const awayAtStart: Scenario = {
  name: "store-away-at-start",
  holds: "a server starts without its store, says so, and catches up when it comes",
  play: async (stage) => {
    const { load, proxy, site } = await siteWithTable(stage)
    await proxy.close()
    await site.start()
    await load.start()
    await load.acks(stage.between(100, 300))
    const told = await site.becomes("degraded", TRUTH_MS)
    await proxy.open()
    const back = await site.becomes("ready", RETURN_MS)
    await load.acks(20)
    await load.verify()
    await site.stop()
    return { acks: load.record.acks.length, degradedMs: Math.round(told), backMs: Math.round(back) }
  }
}

export const killedWhileAway: Scenario = {
  name: "killed-while-store-away",
  holds: "what waits for the store outlives the process, and reaches the store once",
  play: async (stage) => {
    const { load, proxy, site } = await siteWithTable(stage, { JOURNAL_SEGMENT_BYTES: "65536" }, { length: 500 })
    await site.start()
    await load.start()
    await load.acks(stage.between(50, 100))
    proxy.down()
    await load.acks(stage.between(100, 400))
    await site.kill()
    await site.start()
    await load.acks(stage.between(50, 100))
    proxy.lostReply({ probability: 0.3 })
    await load.acks(50)
    await site.kill()
    await site.start()
    await load.acks(20)
    proxy.pass()
    await load.verify()
    await site.stop()
    return { acks: load.record.acks.length, duplicates: load.record.duplicates, recovered: load.record.recovered }
  }
}

/** Bytes the journal may keep for a store that is away, and what one of its files has. */
const BACKLOG = { JOURNAL_MAX_BYTES: "200000", JOURNAL_SEGMENT_BYTES: "65536" }

export const backlogFull: Scenario = {
  name: "backlog-full",
  holds:
    "with the backlog at its cap senders are told overloaded, nothing acknowledged is lost, and it goes on when the store is back",
  play: async (stage) => {
    const { load, proxy, site } = await siteWithTable(stage, BACKLOG, { everyMs: 5, length: 900 })
    await site.start()
    await load.start()
    await load.acks(20)
    proxy.down()
    await load.refusals("overloaded", stage.between(20, 60))
    const acked = load.record.acks.length
    await site.becomes("degraded", TRUTH_MS)
    if (stage.dice.roll() < 0.5) {
      await site.kill()
      await site.start()
      await load.refusals("overloaded", 20)
    }
    proxy.pass()
    await load.acks(100)
    await load.verify()
    await site.becomes("ready", RETURN_MS)
    await site.stop()
    return { ackedAtCap: acked, acks: load.record.acks.length, overloaded: load.record.refused("overloaded") }
  }
}
