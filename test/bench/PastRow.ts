/** What was found out about kept messages, as medians of the rounds: a start on a journal, and a store that is filled and paged. */
import type { Browsed } from "./browse.ts"
import type { Replayed } from "./replay.ts"
import { median } from "./Row.ts"
import type { Direction } from "./Coverage.ts"

/** Times in seconds, memory in bytes, waits as shares; `lost` is a sum. */
export interface ReplayRow {
  readonly messages: number
  readonly rooms: number
  readonly bytes: number
  readonly appendMicros: number
  readonly openSeconds: number
  readonly openWait: number
  readonly listeningSeconds: number
  readonly listeningWait: number
  readonly resident: number
  readonly lost: number
  readonly rounds: ReadonlyArray<Replayed>
}

/** Times in milliseconds, CPU in microseconds, waits as shares. `max` is the longest of all rounds, `faults` a sum. */
interface WalkRow {
  readonly limit: number
  readonly direction: Direction
  readonly pages: number
  readonly p50: number
  readonly p95: number
  readonly max: number
  readonly cpuPerPage: number
  readonly serverWait: number
  readonly faults: number
}

export interface HistoryRow {
  readonly messages: number
  readonly rowsPerSecond: number
  readonly putWait: number
  readonly walks: ReadonlyArray<WalkRow>
  readonly rounds: ReadonlyArray<Browsed>
}

export interface Past {
  readonly replay: ReplayRow | undefined
  readonly history: HistoryRow | undefined
}

/** Nothing when there was no round. */
export const replayRow = (rounds: ReadonlyArray<Replayed>): ReplayRow | undefined => {
  const [first] = rounds
  if (first === undefined) return undefined
  const of = (pick: (round: Replayed) => number): number => median(rounds.map(pick))
  return {
    messages: first.messages,
    rooms: first.rooms,
    bytes: first.bytes,
    appendMicros: of(({ appendSeconds, messages }) => (appendSeconds * 1e6) / messages),
    openSeconds: of(({ openSeconds }) => openSeconds),
    openWait: of(({ openWait }) => openWait),
    listeningSeconds: of(({ listeningSeconds }) => listeningSeconds),
    listeningWait: of(({ listeningWait }) => listeningWait),
    resident: of(({ resident }) => resident ?? Number.NaN),
    lost: rounds.reduce((sum, { lost }) => sum + lost, 0),
    rounds
  }
}

const walkRow = (rounds: ReadonlyArray<Browsed>, index: number): WalkRow => {
  const walks = rounds.flatMap(({ walks }) => walks[index] ?? [])
  const [first] = walks
  if (first === undefined) throw new RangeError("no such walk")
  const of = (pick: (walk: (typeof walks)[number]) => number): number => median(walks.map(pick))
  return {
    limit: first.limit,
    direction: first.direction,
    pages: first.pages,
    p50: of(({ p50 }) => p50),
    p95: of(({ p95 }) => p95),
    max: Math.max(...walks.map(({ max }) => max)),
    cpuPerPage: of(({ cpuPerPage }) => cpuPerPage ?? Number.NaN),
    serverWait: of(({ serverWait }) => serverWait),
    faults: walks.reduce(
      (sum, { foreign, misplaced, missing, repeated }) => sum + foreign + misplaced + missing + repeated,
      0
    )
  }
}

/** Nothing when there was no round. */
export const historyRow = (rounds: ReadonlyArray<Browsed>): HistoryRow | undefined => {
  const [first] = rounds
  if (first === undefined) return undefined
  return {
    messages: first.messages,
    rowsPerSecond: median(rounds.map(({ rowsPerSecond }) => rowsPerSecond)),
    putWait: median(rounds.map(({ putWait }) => putWait)),
    walks: first.walks.map((_, index) => walkRow(rounds, index)),
    rounds
  }
}
