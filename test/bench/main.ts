/** Runs the benchmark: every session of every round against every peer in turn, then tables, goals and a JSON file. */
import { mkdirSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import { analyticsGoals } from "./analyticsGoals.ts"
import { analyticsReport } from "./analyticsReport.ts"
import { type Browsed, browse } from "./browse.ts"
import { DataDirectory } from "./DataDirectory.ts"
import { durabilityGoals } from "./durabilityGoals.ts"
import { type FigureTimes, figureTimes } from "./figureTimes.ts"
import { goals } from "./goals.ts"
import { limitsGoals } from "./limits/limitsGoals.ts"
import { installPeers } from "./installPeers.ts"
import { attacks } from "./isolation/Attack.ts"
import { AttackersProcess } from "./isolation/AttackersProcess.ts"
import { crowds, type Isolated, isolate } from "./isolation/isolate.ts"
import { isolationGoals } from "./isolation/isolationGoals.ts"
import { isolationReport } from "./isolation/isolationReport.ts"
import { isolationRow } from "./isolation/IsolationRow.ts"
import { type Machine, machine } from "./Machine.ts"
import { type Options, ownScenarios, parseOptions, usage } from "./Options.ts"
import { historyRow, replayRow } from "./PastRow.ts"
import { pastReport } from "./pastReport.ts"
import { firehose, missing, type Peer, peers } from "./Peer.ts"
import { type Replayed, replay } from "./replay.ts"
import { report } from "./report.ts"
import { type Measured, type Row, rowOf } from "./Row.ts"
import { runSessions, type SessionResults } from "./runSession.ts"
import { stopTasksNow } from "./runTask.ts"
import { Server } from "./Server.ts"
import { figuresSize, grouped, pastSizes, planSessions, type Session } from "./Session.ts"
import { table } from "./table.ts"

interface Failure {
  readonly session: string
  readonly peer: string
  readonly round: number
  readonly reason: string
}

const describeDurability = ({ quick, seconds }: Options): string => {
  const { history, replay } = pastSizes(quick)
  const sizes = `a journal of ${grouped(replay.messages)} messages, a room of ${grouped(history)}`
  const shortened = quick ? " QUICK: a tenth of the full sizes, shorter windows." : ""
  return `Durability: windows of ${seconds * 2} s, ${sizes}; the server's threads share its core.${shortened}`
}

const describeAnalytics = ({ quick, seconds }: Options): string => {
  const { days, users } = figuresSize(quick)
  const sizes = `figures of ${grouped(users)} users over ${days} days`
  const shortened = quick ? " QUICK: a fifth of the users, shorter windows." : ""
  return `Analytics: ${seconds * 4} s a round in short windows, counted and not in turn, ${sizes}; the server's threads share its core.${shortened}`
}

const describeIsolation = ({ seconds }: Options): string =>
  `Isolation: windows of ${seconds * 2} s, calm and attacked in turn; attackers have what the generator leaves of its core.`

const describeLimits = ({ seconds }: Options): string =>
  `Limits: ${seconds * 4} s a round in short windows, everything on and everything off in turn; the server's threads share its core.`

const describe = (host: Machine, options: Options, skipped: ReadonlyMap<Peer, string>): string =>
  [
    `${host.cpu}, ${host.cores} cores, ${host.memoryGiB} GiB, Node ${host.node}, ${host.kernel}`,
    host.pinned
      ? "Server and load generator are pinned to a core each."
      : "Server and load generator are NOT pinned: no taskset, or fewer than two cores.",
    `${options.rounds} interleaved round${options.rounds === 1 ? "" : "s"}, windows of ${options.seconds} s, 200-byte messages, medians.`,
    ...(options.scenarios.includes("durability") ? [describeDurability(options)] : []),
    ...(options.scenarios.includes("analytics") ? [describeAnalytics(options)] : []),
    ...(options.scenarios.includes("isolation") ? [describeIsolation(options)] : []),
    ...(options.scenarios.includes("limits") ? [describeLimits(options)] : []),
    "",
    ...peers
      .filter(({ name }) => options.peers.includes(name))
      .map((peer) => {
        const reason = skipped.get(peer)
        return `  ${peer.name.padEnd(9)} ${peer.title}: ${reason === undefined ? peer.work : `not available, ${reason}`}`
      }),
    ""
  ].join("\n")

/** Connections of one process; both ends of a session stay below this. */
const descriptors = (session: Session): number =>
  Math.max(...session.loads.map((groups) => groups.reduce((sum, { rooms, members }) => sum + rooms * members, 0))) + 100

const runAll = async (options: Options, host: Machine, available: ReadonlyArray<Peer>) => {
  const found = new Map<string, Measured>()
  const failures: Array<Failure> = []
  const sessions = planSessions(options).filter((session) => {
    const fits = descriptors(session) <= host.openFiles
    if (!fits) console.log(`${session.id} is skipped: it needs ${descriptors(session)} open files (ulimit -Hn).`)
    return fits
  })
  const keep = (session: Session, peer: Peer, results: SessionResults): void => {
    for (const [index, { scenario, name, parts }] of session.cases.entries()) {
      const all = results[index] ?? []
      for (const [load, own] of all.entries()) {
        const part = parts?.[load]
        const key = [scenario, name, part, peer.name].join("|")
        const rounds = [...(found.get(key)?.rounds ?? []), { own, all }]
        found.set(key, { scenario, name, part, peer: peer.name, rounds })
      }
    }
  }
  const attempt = async (round: number, session: string, peer: string, run: () => Promise<unknown>): Promise<void> => {
    process.stderr.write(`round ${round} of ${options.rounds}: ${session}, ${peer}\n`)
    try {
      await run()
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      process.stderr.write(`FAILED: ${reason}\n`)
      failures.push({ session, peer, round, reason })
    }
  }
  const { warmUpSeconds } = options
  const { pinned } = host
  const replays: Array<Replayed> = []
  const histories: Array<Browsed> = []
  const isolated: Array<Isolated> = []
  const size = pastSizes(options.quick)
  const ownPeer = available.find(({ name }) => name === "hubbub")
  for (let round = 1; round <= options.rounds; round++) {
    const due = sessions.filter(({ rounds }) => round <= rounds)
    // whoever comes first has the cooler machine: in turn
    for (const session of round % 2 === 1 ? due : due.toReversed()) {
      for (const peer of [...available, firehose].filter(({ name }) => session.peers.includes(name))) {
        await attempt(round, session.id, peer.name, async () => {
          const together = session.beside === undefined ? [session] : [session, session.beside]
          const results = await runSessions(together, peer, { warmUpSeconds, pinned })
          for (const [index, one] of together.entries()) keep(one, peer, results[index] ?? [])
        })
      }
    }
    if (ownPeer !== undefined && options.scenarios.includes("isolation")) {
      const run = { seconds: options.seconds * 2, warmUpSeconds, pinned }
      for (const [crowd, attack] of crowds.flatMap((one) => attacks.map((other) => [one, other] as const))) {
        const id = `isolation, ${crowd.name}, ${attack.title}`
        await attempt(round, id, ownPeer.name, async () => isolated.push(await isolate(crowd, attack, run)))
      }
    }
    if (ownPeer === undefined || !options.scenarios.includes("durability")) continue
    await attempt(round, "replay", ownPeer.name, async () => replays.push(await replay(size.replay, pinned)))
    await attempt(round, "history", ownPeer.name, async () => histories.push(await browse(size.history, pinned)))
  }
  const past = { replay: replayRow(replays), history: historyRow(histories) }
  let figures: FigureTimes | undefined
  if (ownPeer !== undefined && options.scenarios.includes("analytics")) {
    // its medians are of answers, not of rounds
    await attempt(options.rounds, "figures", ownPeer.name, async () => {
      figures = await figureTimes(figuresSize(options.quick), pinned)
    })
  }
  const isolation = [...Map.groupBy(isolated, ({ attack, crowd }) => `${crowd}|${attack}`).values()].flatMap(
    (rounds) => isolationRow(rounds) ?? []
  )
  return { rows: [...found.values()].map(rowOf), past, figures, isolation, failures }
}

/** Rows come in the order of measuring; a reader wants all peers of a case beside each other, and all parts of it. */
const byCase = (rows: ReadonlyArray<Row>): ReadonlyArray<Row> =>
  [...Map.groupBy(rows, ({ name }) => name).values()].flatMap((same) =>
    [...Map.groupBy(same, ({ part }) => part ?? "").values()].flat()
  )

const verdict = (met: boolean | null): string => (met === null ? "–" : met ? "met" : "MISSED")

const main = async (options: Options): Promise<number> => {
  const host = machine()
  const wanted = peers.filter(({ name }) => options.peers.includes(name))
  const installed = wanted.some(({ name }) => name !== "hubbub") && installPeers()
  const skipped = new Map<Peer, string>()
  for (const peer of wanted) {
    const reason = missing(peer, installed)
    if (reason !== undefined) skipped.set(peer, reason)
  }
  console.log(describe(host, options, skipped))
  const startedAt = new Date().toISOString()
  const { rows, past, figures, isolation, failures } = await runAll(
    options,
    host,
    wanted.filter((peer) => !skipped.has(peer))
  )
  for (const scenario of options.scenarios) {
    const own = byCase(rows.filter((row) => row.scenario === scenario))
    if (own.length > 0) console.log(`${report(scenario, own)}\n`)
  }
  const kept = pastReport(past)
  if (kept !== "") console.log(`${kept}\n`)
  const told = analyticsReport(figures)
  if (told !== "") console.log(`${told}\n`)
  const withstood = isolationReport(isolation)
  if (withstood !== "") console.log(`${withstood}\n`)
  const judged = [
    ...(options.scenarios.some((scenario) => !ownScenarios.has(scenario))
      ? goals(rows.filter(({ scenario }) => !ownScenarios.has(scenario)))
      : []),
    ...(options.scenarios.includes("durability") ? durabilityGoals(rows, past) : []),
    ...(options.scenarios.includes("analytics") ? analyticsGoals(rows, figures) : []),
    ...(options.scenarios.includes("isolation") ? isolationGoals(isolation) : []),
    ...(options.scenarios.includes("limits") ? limitsGoals(rows) : [])
  ]
  console.log(
    table(
      ["goal", "measured", ""],
      judged.map((goal) => [goal.goal, goal.measured, verdict(goal.met)]),
      2
    )
  )
  for (const { session, peer, round, reason } of failures) {
    console.log(`\nFAILED: ${session}, ${peer}, round ${round}: ${reason}`)
  }
  mkdirSync(dirname(options.json), { recursive: true })
  const peerNotes = wanted.map((peer) => ({ name: peer.name, work: peer.work, skipped: skipped.get(peer) ?? null }))
  const results = {
    startedAt,
    machine: host,
    options,
    peers: peerNotes,
    rows,
    past,
    figures,
    isolation,
    goals: judged,
    failures
  }
  writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`)
  console.log(`\n${options.json}`)
  return failures.length > 0 ? 1 : 0
}

process.on("exit", () => {
  Server.stopAllNow()
  stopTasksNow()
  AttackersProcess.stopAllNow()
  DataDirectory.removeAll()
})
process.on("SIGINT", () => process.exit(130))
process.on("SIGTERM", () => process.exit(143))

try {
  const options = parseOptions(process.argv.slice(2))
  if (options === undefined) console.log(usage)
  else process.exitCode = await main(options)
} catch (cause) {
  console.error(cause instanceof Error ? cause.message : cause)
  process.exitCode = 2
}
