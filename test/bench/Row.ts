/** One line of the results: a case and a peer, with the median of its rounds. */
import type { Scenario } from "./Options.ts"
import type { PeerName } from "./Peer.ts"
import type { PhaseResult } from "./Phase.ts"

export interface Figures {
  readonly perSecond: number
  readonly messagesPerSecond: number
  readonly cpuPerDelivery: number
  readonly cpuPerMessage: number
  readonly serverBusy: number
  readonly serverWait: number
  readonly generatorBusy: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly ackP50: number
  readonly ackP99: number
  readonly sendLag: number
  readonly memoryPerConnection: number
  readonly resident: number
  readonly shareOfOffered: number
}

export interface Faults {
  readonly lost: number
  readonly reordered: number
  readonly duplicated: number
  readonly unacked: number
  readonly reacked: number
  readonly leaked: number
  readonly closed: number
}

export interface Row {
  readonly scenario: Scenario
  readonly name: string
  readonly part: string | undefined
  readonly peer: PeerName
  readonly median: Figures
  readonly faults: Faults
  readonly presence: number
  readonly pings: number
  readonly rounds: ReadonlyArray<PhaseResult>
}

/** The figures of one round; deliveries and generator time of all load generators beside this one count too. */
const figuresOf = (result: PhaseResult, all: ReadonlyArray<PhaseResult>): Figures => {
  const deliveries = all.reduce((sum, other) => sum + other.deliveries, 0)
  const generatorCpu = all.reduce((sum, other) => sum + other.generatorCpu / other.seconds, 0)
  return {
    perSecond: result.perSecond,
    messagesPerSecond: result.messages / result.seconds,
    cpuPerDelivery: (result.serverCpu ?? Number.NaN) / deliveries,
    cpuPerMessage: (result.serverCpu ?? Number.NaN) / result.messages,
    serverBusy: (result.serverCpu ?? Number.NaN) / result.seconds / 1e6,
    serverWait: result.serverWait / result.seconds / 1e6,
    generatorBusy: generatorCpu / 1e6,
    p50: result.p50,
    p95: result.p95,
    p99: result.p99,
    ackP50: result.ackP50 ?? Number.NaN,
    ackP99: result.ackP99 ?? Number.NaN,
    sendLag: result.sendLag ?? Number.NaN,
    memoryPerConnection: result.memoryPerConnection ?? Number.NaN,
    resident: result.resident ?? Number.NaN,
    shareOfOffered: result.offered === null ? Number.NaN : result.perSecond / result.offered
  }
}

/** Of the values that are numbers; `NaN` when there are none. */
export const median = (values: ReadonlyArray<number>): number => {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b)
  const middle = sorted.length >> 1
  if (sorted.length % 2 === 1) return sorted[middle] ?? Number.NaN
  return ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2
}

const total = (rounds: ReadonlyArray<PhaseResult>, pick: (result: PhaseResult) => number): number =>
  rounds.reduce((sum, result) => sum + pick(result), 0)

export interface Measured {
  readonly scenario: Scenario
  readonly name: string
  readonly part: string | undefined
  readonly peer: PeerName
  /** By round: this load generator's result, and those of all that ran beside it. */
  readonly rounds: ReadonlyArray<{ readonly own: PhaseResult; readonly all: ReadonlyArray<PhaseResult> }>
}

export const rowOf = (measured: Measured): Row => {
  const figures = measured.rounds.map(({ own, all }) => figuresOf(own, all))
  const rounds = measured.rounds.map(({ own }) => own)
  const of = (pick: (figures: Figures) => number): number => median(figures.map(pick))
  const { scenario, name, part, peer } = measured
  return {
    scenario,
    name,
    part,
    peer,
    median: {
      perSecond: of((all) => all.perSecond),
      messagesPerSecond: of((all) => all.messagesPerSecond),
      cpuPerDelivery: of((all) => all.cpuPerDelivery),
      cpuPerMessage: of((all) => all.cpuPerMessage),
      serverBusy: of((all) => all.serverBusy),
      serverWait: of((all) => all.serverWait),
      generatorBusy: of((all) => all.generatorBusy),
      p50: of((all) => all.p50),
      p95: of((all) => all.p95),
      p99: of((all) => all.p99),
      ackP50: of((all) => all.ackP50),
      ackP99: of((all) => all.ackP99),
      sendLag: of((all) => all.sendLag),
      memoryPerConnection: of((all) => all.memoryPerConnection),
      resident: of((all) => all.resident),
      shareOfOffered: of((all) => all.shareOfOffered)
    },
    faults: {
      lost: total(rounds, (result) => result.lost),
      reordered: total(rounds, (result) => result.reordered),
      duplicated: total(rounds, (result) => result.duplicated),
      unacked: total(rounds, (result) => result.unacked),
      reacked: total(rounds, (result) => result.reacked),
      leaked: total(rounds, (result) => result.leaked),
      closed: total(rounds, (result) => result.closed)
    },
    presence: total(rounds, (result) => result.presence),
    pings: total(rounds, (result) => result.pings),
    rounds
  }
}
