/** What was changed in a room of late, for clients that come back: as much as is remembered, or the word that it is not. */
import type { Position } from "../domain/Position.ts"
import { type ChangeFrame, encodeServerFrame } from "../domain/ServerFrame.ts"
import type { UserId } from "../domain/UserId.ts"

/** Changes remembered of each room. */
const REMEMBERED = 256

interface Remembered {
  readonly version: number
  /** Of the message; nothing where it is about more than one. */
  readonly place: Position | undefined
  /** Whose text it tells; nothing where it tells none. */
  readonly author: UserId | undefined
  readonly json: Buffer
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
    this.version = Math.max(this.version, version)
    this.forgetOvertaken(frame, place)
    const author = frame.type === "edited" ? frame.userId : undefined
    this.recent.push({ version, place, author, json: Buffer.from(json) })
    if (this.recent.length > REMEMBERED) this.since = this.recent.shift()?.version ?? version
    return json
  }

  /** What a message said before it was changed again, or deleted, is said to nobody any more. */
  private forgetOvertaken({ type, userId }: ChangeFrame, place: Position | undefined): void {
    const kept = this.recent.filter((one) =>
      type === "purged"
        ? one.author !== userId
        : one.place?.epoch !== place?.epoch || one.place?.seq !== place?.seq || one.place === undefined
    )
    if (kept.length < this.recent.length) this.recent.splice(0, this.recent.length, ...kept)
  }

  /** The wire JSON, shared by all who are given it, of what has changed after a version, as far as it is about messages up to `held`; nothing where that is not known. */
  after(version: number, held: Position): ReadonlyArray<Buffer> | undefined {
    if (version < this.since || version > this.version) return undefined
    return this.recent
      .filter((change) => change.version > version && (change.place === undefined || isUpTo(change.place, held)))
      .map(({ json }) => json)
  }
}

const isUpTo = ({ epoch, seq }: Position, held: Position) =>
  epoch < held.epoch || (epoch === held.epoch && seq <= held.seq)
