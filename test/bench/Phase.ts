/** What the load generator is asked to do with the connections it has, and what it answers. */
import type { Arrival } from "./Arrival.ts"
import type { DialectName } from "./Dialect.ts"
import type { Group } from "./Traffic.ts"

export type Phase =
  /** A number of messages in flight over all rooms of the first group: each one that has reached everyone makes room for the next. */
  | { readonly kind: "closed"; readonly inFlight: number; readonly seconds: number }
  /** Messages at fixed times whatever the server does; latency counts from the time a message was due. */
  | { readonly kind: "open"; readonly perSecond: number; readonly seed: number; readonly seconds: number }
  /** The server speaks unasked, as fast as the sockets take it. */
  | { readonly kind: "listen"; readonly seconds: number }
  /** Nothing happens but heartbeats. */
  | { readonly kind: "idle"; readonly seconds: number }
  /** New connections, each usable when it has heard its own message. */
  | { readonly kind: "connects"; readonly total: number; readonly concurrency: number; readonly perRoom: number }

export interface LoadTask {
  readonly name: string
  readonly port: number
  readonly serverPid: number
  readonly dialect: DialectName
  readonly groups: ReadonlyArray<Group>
  readonly phases: ReadonlyArray<Phase>
  readonly warmUpSeconds: number
  readonly probe: boolean
  /**
   * Whether others are at the server, which has its limits: then nothing is heated up by more than it takes, and messages that it refuses are
   * counted.
   */
  readonly besieged: boolean
  readonly arrival: Arrival
}

/** Times in milliseconds, CPU in microseconds, memory in bytes. */
export interface PhaseResult {
  readonly seconds: number
  readonly messages: number
  readonly deliveries: number
  readonly perSecond: number
  readonly serverCpu: number | null
  readonly serverWait: number
  readonly generatorCpu: number
  /** Microseconds in which the load generator could have run and had no core. */
  readonly generatorWait: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly max: number
  /** From the time a message was due until its sender was told that it is taken. */
  readonly ackP50: number | null
  readonly ackP99: number | null
  readonly offered: number | null
  readonly sendLag: number | null
  readonly memoryPerConnection: number | null
  readonly resident: number | null
  readonly pings: number
  readonly presence: number
  /** Tokens that were taken in the place of others. */
  readonly refreshed: number
  readonly lost: number
  readonly reordered: number
  readonly duplicated: number
  /** Messages whose senders were never told that they were taken, or told again. */
  readonly unacked: number
  readonly reacked: number
  readonly leaked: number
  /** Messages that were answered with an error; they are not lost. */
  readonly refused: number
  readonly closed: number
}

export type LoadEvent =
  | { readonly event: "ready"; readonly connections: number; readonly seconds: number }
  | { readonly event: "result"; readonly result: PhaseResult }
  | { readonly event: "failed"; readonly reason: string }
