/** One line of the results: a crowd and an attack, with medians over all pairs of windows of all rounds. */
import { median } from "../Row.ts"
import type { Isolated, IsolationPair } from "./isolate.ts"

export interface IsolationRow {
  readonly crowd: string
  readonly attack: string
  /** Milliseconds from when a message was due to its receipt, whenever that was; `Infinity` where nothing was received. */
  readonly calmP50: number
  readonly calmP99: number
  readonly attackedP50: number
  readonly attackedP99: number
  /** Median over pairs of the p99 under attack and the one beside it. */
  readonly ratio: number
  /** Bytes and descriptors; of all rounds those that grew the most. */
  readonly before: Isolated["before"]
  readonly during: Isolated["during"]
  readonly after: Isolated["after"]
  /** Shares of a core, and of the time. */
  readonly attackersBusy: number
  readonly generatorBusy: number
  readonly generatorWait: number
  readonly serverBusy: number
  readonly serverWait: number
  /** A second, by the attackers. */
  readonly frames: number
  readonly bytes: number
  readonly entered: number
  readonly refused: number
  /** Healthy clients that were thrown out. */
  readonly closed: number
  /** Healthy clients' messages that were lost, repeated, out of order or not acknowledged. */
  readonly faults: number
  /** Healthy clients' messages that were answered with an error. */
  readonly overloaded: number
  readonly rounds: ReadonlyArray<Isolated>
}

const faultsOf = ({ attacked, calm }: IsolationPair): number =>
  [attacked, calm].reduce(
    (sum, result) =>
      sum + result.lost + result.reordered + result.duplicated + result.unacked + result.reacked + result.leaked,
    0
  )

/** A quantile of what never arrived is no number, and `null` where it went through JSON. */
const orNever = (millis: number): number => (Number.isFinite(millis) ? millis : Number.POSITIVE_INFINITY)

export const isolationRow = (rounds: ReadonlyArray<Isolated>): IsolationRow | undefined => {
  const [worst] = rounds.toSorted((a, b) => b.after.resident / b.before.resident - a.after.resident / a.before.resident)
  if (worst === undefined) return undefined
  const pairs = rounds.flatMap((round) => round.pairs)
  const of = (pick: (pair: IsolationPair) => number): number => median(pairs.map(pick))
  const { after, attack, before, crowd, during } = worst
  return {
    crowd,
    attack,
    calmP50: of(({ calm }) => orNever(calm.p50)),
    calmP99: of(({ calm }) => orNever(calm.p99)),
    attackedP50: of(({ attacked }) => orNever(attacked.p50)),
    attackedP99: of(({ attacked }) => orNever(attacked.p99)),
    ratio: of(({ attacked, calm }) => orNever(attacked.p99) / calm.p99),
    before,
    during,
    after,
    attackersBusy: of(({ account }) => account.cpu / account.seconds / 1e6),
    generatorBusy: of(({ attacked }) => attacked.generatorCpu / attacked.seconds / 1e6),
    generatorWait: of(({ attacked }) => attacked.generatorWait / attacked.seconds / 1e6),
    serverBusy: of(({ attacked }) => (attacked.serverCpu ?? Number.NaN) / attacked.seconds / 1e6),
    serverWait: of(({ attacked }) => attacked.serverWait / attacked.seconds / 1e6),
    frames: of(({ account }) => account.frames / account.seconds),
    bytes: of(({ account }) => account.bytes / account.seconds),
    entered: of(({ account }) => account.entered / account.seconds),
    refused: of(({ account }) => account.refused / account.seconds),
    overloaded: pairs.reduce((sum, { attacked, calm }) => sum + attacked.refused + calm.refused, 0),
    closed: pairs.reduce((sum, { attacked, calm }) => sum + attacked.closed + calm.closed, 0),
    faults: pairs.reduce((sum, pair) => sum + faultsOf(pair), 0),
    rounds
  }
}
