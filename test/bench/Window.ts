/** A measured stretch of time: opened after the warm-up, closed before the drain, so both ends lie in full traffic. */
import { now } from "./clock.ts"
import type { Shared } from "./Connection.ts"
import { Histogram } from "./Histogram.ts"
import type { PhaseResult } from "./Phase.ts"
import { type CpuTime, cpuTime, residentBytes } from "./ServerAccount.ts"
import type { Traffic } from "./Traffic.ts"

/** In milliseconds, of all that was recorded since the window was opened. */
export const latenciesOf = ({ ackLatency, latency }: Traffic) => {
  const millis = (share: number): number => latency.quantile(share) / 1000
  const ackMillis = (share: number): number | null =>
    ackLatency.count === 0 ? null : ackLatency.quantile(share) / 1000
  return {
    p50: millis(0.5),
    p95: millis(0.95),
    p99: millis(0.99),
    max: latency.max / 1000,
    ackP50: ackMillis(0.5),
    ackP99: ackMillis(0.99)
  }
}

export class Window {
  readonly sendLag = new Histogram()
  private readonly shared: Shared
  private readonly serverPid: number
  private readonly presence: number
  private readonly pings: number
  private readonly refreshed: number
  private readonly own: NodeJS.CpuUsage
  private readonly ownTime: CpuTime | undefined
  private readonly serverCpu: CpuTime | undefined
  private readonly start: number

  constructor(shared: Shared, serverPid: number) {
    this.shared = shared
    this.serverPid = serverPid
    this.presence = shared.presence
    this.pings = shared.pings
    this.refreshed = shared.refreshed
    this.serverCpu = cpuTime(serverPid)
    this.own = process.cpuUsage()
    this.ownTime = cpuTime(process.pid)
    this.start = now()
    shared.traffic.resetWindow()
  }

  close(): PhaseResult {
    const { traffic } = this.shared
    const seconds = (now() - this.start) / 1000
    const own = process.cpuUsage(this.own)
    const serverCpu = cpuTime(this.serverPid)
    const ownTime = cpuTime(process.pid)
    return {
      seconds,
      messages: traffic.completed,
      deliveries: traffic.delivered,
      perSecond: traffic.delivered / seconds,
      serverCpu: serverCpu === undefined || this.serverCpu === undefined ? null : serverCpu.used - this.serverCpu.used,
      serverWait: (serverCpu?.waited ?? 0) - (this.serverCpu?.waited ?? 0),
      generatorCpu: own.user + own.system,
      generatorWait: (ownTime?.waited ?? 0) - (this.ownTime?.waited ?? 0),
      ...latenciesOf(traffic),
      offered: null,
      sendLag: this.sendLag.count === 0 ? null : this.sendLag.quantile(0.99) / 1000,
      memoryPerConnection: null,
      resident: residentBytes(this.serverPid) ?? null,
      pings: this.shared.pings - this.pings,
      presence: this.shared.presence - this.presence,
      refreshed: this.shared.refreshed - this.refreshed,
      lost: 0,
      reordered: 0,
      duplicated: 0,
      unacked: 0,
      reacked: 0,
      leaked: 0,
      refused: 0,
      closed: 0
    }
  }
}
