/** What was changed in a room of late, for clients that come back: as much as is remembered, or the word that it is not. */
import type { Position } from "../domain/Position.ts"
import { type ChangeFrame, encodeServerFrame } from "../domain/ServerFrame.ts"

/** Changes remembered of each room. */
const REMEMBERED = 256

interface Remembered {
  readonly version: number
  /** Of the message; nothing where it is about more than one. */
  readonly place: Position | undefined
  readonly json: string
}

export class ChangeList {
  /** Of the newest change; of all before there is none that is later than where it began. */
  version: number
  /** Every change after this one is remembered. */
  private since: number
  private readonly recent: Array<Remembered> = []

  /** Begins after all changes up to `version`. */
  constructor(version: number) {
    this.version = version
    this.since = version
  }

  /** Remembers a change; returns its wire JSON. */
  add(frame: ChangeFrame, place: Position | undefined): string {
    const { version } = frame
    const json = encodeServerFrame(frame)
    this.version = version
    this.recent.push({ version, place, json })
    if (this.recent.length > REMEMBERED) this.since = this.recent.shift()?.version ?? version
    return json
  }

  /** The wire JSON of what has changed after a version, as far as it is about messages up to `held`; nothing where that is not known. */
  after(version: number, held: Position): ReadonlyArray<string> | undefined {
    if (version < this.since || version > this.version) return undefined
    return this.recent
      .filter((change) => change.version > version && (change.place === undefined || isUpTo(change.place, held)))
      .map(({ json }) => json)
  }
}

const isUpTo = ({ epoch, seq }: Position, held: Position) =>
  epoch < held.epoch || (epoch === held.epoch && seq <= held.seq)
