/**
 * The promises, checked: what clients saw against the history that the server gives and the rows that its store has. Each failure says
 * which check, which message and where.
 */
import type { HistoryEntry } from "./history.ts"
import type { Acked, ReceiveLog, RunRecord, Shown } from "./RunRecord.ts"
import type { Row } from "./rows.ts"

export interface Evidence {
  readonly record: RunRecord
  /** Of each room, all of it, oldest first. */
  readonly history: ReadonlyMap<string, ReadonlyArray<HistoryEntry>>
  /** Of each room, by position; none where the server keeps nothing beyond its memory. */
  readonly rows: ReadonlyMap<string, ReadonlyArray<Row>> | undefined
}

/** Failures of one check that are told; the rest is counted. */
const TOLD = 8

class Findings {
  private readonly all = new Map<string, Set<string>>()

  add(check: string, what: string): void {
    const found = this.all.get(check)
    if (found === undefined) this.all.set(check, new Set([what]))
    else found.add(what)
  }

  list(): ReadonlyArray<string> {
    return [...this.all].flatMap(([check, found]) => {
      const told = [...found].slice(0, TOLD).map((what) => `${check}: ${what}`)
      return found.size > TOLD ? [...told, `${check}: and ${found.size - TOLD} more`] : told
    })
  }
}

interface Placed extends Shown {
  readonly epoch: number | undefined
  /** Which run of positions it is in; history gives no epochs, but a new one begins at 1 again. */
  readonly run: number
}

interface Line {
  readonly roomId: string
  readonly placed: ReadonlyArray<Placed>
  readonly byId: ReadonlyMap<string, ReadonlyArray<Placed>>
}

const group = <A>(all: Iterable<A>, key: (one: A) => string): Map<string, Array<A>> => {
  const groups = new Map<string, Array<A>>()
  for (const one of all) {
    const name = key(one)
    const found = groups.get(name)
    if (found === undefined) groups.set(name, [one])
    else found.push(one)
  }
  return groups
}

/** Finds the epoch of each run of positions by the acknowledgements and rows of its messages. */
const lineOf = (roomId: string, history: ReadonlyArray<HistoryEntry>, epochs: ReadonlyMap<string, number>): Line => {
  let run = 0
  const numbered = history.map((entry, i) => {
    if (i > 0 && entry.seq <= history[i - 1]!.seq) run++
    return { ...entry, run }
  })
  const epochOf = new Map<number, number>()
  for (const { id, run } of numbered) {
    const epoch = epochs.get(id)
    if (epoch !== undefined && !epochOf.has(run)) epochOf.set(run, epoch)
  }
  const placed = numbered.map((entry): Placed => ({ ...entry, epoch: epochOf.get(entry.run) }))
  return { roomId, placed, byId: group(placed, ({ id }) => id) }
}

const at = ({ epoch, seq }: { readonly epoch: number | undefined; readonly seq: number }) => `${epoch ?? "?"}/${seq}`

/** C1: every acknowledged message is in history once, where the acknowledgement said; each of its acknowledgements says the same. */
const acknowledged = (findings: Findings, record: RunRecord, lines: ReadonlyMap<string, Line>): void => {
  const firsts = new Map<string, Acked>()
  for (const acked of record.acks) {
    const { id, roomId } = acked
    const first = firsts.get(id)
    if (first === undefined) {
      firsts.set(id, acked)
      const found = lines.get(roomId)?.byId.get(id) ?? []
      const [only] = found
      if (only === undefined)
        findings.add("C1", `${id} was acknowledged at ${roomId} ${at(acked)} and is not in history`)
      else if (found.length > 1)
        findings.add("C1", `${id} is in history at ${found.map(at).join(" and ")} of ${roomId}`)
      else if (only.seq !== acked.seq || (only.epoch ?? acked.epoch) !== acked.epoch) {
        findings.add("C1", `${id} was acknowledged at ${roomId} ${at(acked)} and is in history at ${at(only)}`)
      }
      continue
    }
    if (first.seq !== acked.seq || first.epoch !== acked.epoch) {
      findings.add("C1", `${id} was acknowledged at ${at(first)} and then at ${at(acked)} of ${roomId}`)
    }
    if (!acked.duplicate) findings.add("C1", `${id} was acknowledged twice as new at ${roomId} ${at(acked)}`)
  }
}

/** C2: history counts from 1 without gaps, and time does not run back; the store has the same line. */
const contiguous = (findings: Findings, line: Line, history: ReadonlyArray<HistoryEntry>): void => {
  const { placed, roomId } = line
  placed.forEach((entry, i) => {
    const before = placed[i - 1]
    const expected = before === undefined || before.run !== entry.run ? 1 : before.seq + 1
    if (entry.seq !== expected) findings.add("C2", `history of ${roomId} has ${at(entry)} where ${expected} should be`)
    if (i > 0 && Date.parse(history[i]!.timestamp) < Date.parse(history[i - 1]!.timestamp)) {
      findings.add("C2", `the time of ${roomId} ${at(entry)} is before that of the message before it`)
    }
  })
}

const stored = (findings: Findings, { placed, roomId }: Line, rows: ReadonlyArray<Row>): void => {
  const length = Math.max(placed.length, rows.length)
  for (let i = 0; i < length; i++) {
    const [entry, row] = [placed[i], rows[i]]
    if (entry?.id === row?.id && entry?.seq === row?.seq && entry?.content === row?.content) continue
    const [inHistory, inStore] = [entry, row].map((one) => (one === undefined ? "nothing" : `${one.id} at ${at(one)}`))
    findings.add("C2", `number ${i + 1} of ${roomId} is ${inHistory} in history and ${inStore} in the store`)
    // what comes after it is only shifted
    return
  }
}

/** C3: each client saw exactly the slice of history it was there for. */
const received = (findings: Findings, line: Line, { stretches, who }: ReceiveLog): void => {
  for (const { epoch, from, shown } of stretches) {
    if (shown.length === 0 || from === undefined) continue
    const start = ({ seq }: Placed) => seq === from + 1
    // who knows no epoch is taken to be in the one that has the first message there
    const known = line.placed.findIndex((entry) =>
      epoch === undefined ? start(entry) && entry.id === shown[0]!.id : start(entry) && (entry.epoch ?? epoch) === epoch
    )
    const first = known < 0 && epoch === undefined ? line.placed.findIndex(start) : known
    if (first < 0) {
      findings.add("C3", `${who} was shown ${shown[0]!.id} at ${at(shown[0]!)}, a place that history has not`)
      continue
    }
    shown.forEach((message, i) => {
      const entry = line.placed[first + i]
      if (entry?.id === message.id && entry.seq === message.seq) return
      const kept = entry === undefined ? "nothing" : `${entry.id} at ${at(entry)}`
      findings.add("C3", `${who} was shown ${message.id} at ${at(message)} where history of ${line.roomId} has ${kept}`)
    })
  }
}

/** C4: no position was ever shown with two messages. */
const unambiguous = (findings: Findings, roomId: string, places: Iterable<Shown | Acked | Row>): void => {
  const holders = new Map<string, string>()
  for (const { epoch, id, seq } of places) {
    if (epoch === undefined) continue
    const place = at({ epoch, seq })
    const holder = holders.get(place)
    if (holder === undefined) holders.set(place, id)
    else if (holder !== id) findings.add("C4", `${roomId} ${place} was shown with ${holder} and with ${id}`)
  }
}

/** C5: nothing is there that was not sent like that. */
const genuine = (
  findings: Findings,
  record: RunRecord,
  where: string,
  roomId: string,
  all: Iterable<Shown | Row>
): void => {
  for (const message of all) {
    const sent = record.sent.get(message.id)
    if (sent === undefined) findings.add("C5", `${where} has ${message.id} at ${at(message)}, which nobody sent`)
    else if (sent.roomId !== roomId || sent.content !== message.content || sent.userId !== message.userId) {
      findings.add("C5", `${where} has ${message.id} at ${at(message)} otherwise than it was sent`)
    }
  }
}

/** C6: whether acknowledged or not, a message is there once at most. */
const once = (findings: Findings, where: string, all: Iterable<Shown | Row>): void => {
  for (const [id, found] of group(all, ({ id }) => id)) {
    if (found.length > 1) findings.add("C6", `${id} is in ${where} at ${found.map(at).join(" and ")}`)
  }
}

/** Every promise that was broken, readable; none if all held. */
export const check = ({ history, record, rows }: Evidence): ReadonlyArray<string> => {
  const findings = new Findings()
  for (const breach of record.breaches) findings.add("P1", breach)
  const epochs = new Map<string, number>()
  for (const { epoch, id } of record.acks) epochs.set(id, epoch)
  for (const all of rows?.values() ?? []) for (const { epoch, id } of all) epochs.set(id, epoch)
  const lines = new Map([...history].map(([roomId, entries]) => [roomId, lineOf(roomId, entries, epochs)]))
  acknowledged(findings, record, lines)
  for (const [roomId, line] of lines) {
    contiguous(findings, line, history.get(roomId)!)
    const kept = rows?.get(roomId) ?? []
    if (rows !== undefined) stored(findings, line, kept)
    const logs = record.logs.filter((log) => log.roomId === roomId)
    for (const log of logs) received(findings, line, log)
    const shown = logs.flatMap(({ stretches }) => stretches.flatMap((stretch) => stretch.shown))
    const acks = record.acks.filter((acked) => acked.roomId === roomId)
    unambiguous(findings, roomId, [...acks, ...shown, ...line.placed, ...kept])
    genuine(findings, record, "history", roomId, line.placed)
    genuine(findings, record, "the store", roomId, kept)
    genuine(findings, record, "a client", roomId, shown)
    once(findings, `history of ${roomId}`, line.placed)
    once(findings, `the store under ${roomId}`, kept)
  }
  return findings.list()
}
