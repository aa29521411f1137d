/** What was changed in a room of late, for clients that come back: as much as is remembered, or the word that it is not. */
import type { Position } from "../domain/Position.ts"
import { type ChangeFrame, encodeServerFrame } from "../domain/ServerFrame.ts"
import type { UserId } from "../domain/UserId.ts"

/** Changes remembered of each room, and bytes of their JSON: a minute of many who react, or as many edits as there is room for. */
const REMEMBERED = 1024
const REMEMBERED_BYTES = 1_048_576

interface Remembered {
  readonly version: number
  /** Of the message; nothing where it is about more than one. */
  readonly place: Position | undefined
  /** Whose text it tells; nothing where it tells none. */
  readonly author: UserId | undefined
  readonly json: Buffer
}

const placeName = ({ epoch, seq }: Position) => `${epoch} ${seq}`

/** What the next change of the same kind overtakes: the text of a message, or one user's reaction to it with one emoji. */
const nameOf = (frame: ChangeFrame, place: Position | undefined): string => {
  if (place === undefined) return `${frame.type} ${frame.version}`
  const name = placeName(place)
  return frame.type === "reaction" ? `${name} ${frame.userId} ${frame.emoji}` : name
}

export class ChangeList {
  /** Of the newest change; of all before there is none that is later than where it began. */
  version: number
  /** Every change after this one is remembered. */
  private since: number
  /** By what overtakes them, oldest first. */
  private readonly recent = new Map<string, Remembered>()
  private bytes = 0

  /** Begins after all changes up to `version`. */
  constructor(version: number) {
    this.version = version
    this.since = version
  }

  /** Remembers a change; returns its wire JSON. */
  add(frame: ChangeFrame, place: Position | undefined): string {
    const { version } = frame
    const text = encodeServerFrame(frame)
    const json = Buffer.from(text)
    this.version = Math.max(this.version, version)
    this.forgetOvertaken(frame, place)
    const author = frame.type === "edited" ? frame.userId : undefined
    this.recent.set(nameOf(frame, place), { version, place, author, json })
    this.bytes += json.length
    for (const [name, oldest] of this.recent) {
      if (this.recent.size <= REMEMBERED && this.bytes <= REMEMBERED_BYTES) break
      this.since = Math.max(this.since, oldest.version)
      this.forget(name)
    }
    return text
  }

  /** What a message said before it was changed again, or deleted, is said to nobody any more; nor is who reacted to it then. */
  private forgetOvertaken(frame: ChangeFrame, place: Position | undefined): void {
    this.forget(nameOf(frame, place))
    if (frame.type !== "deleted" && frame.type !== "purged") return
    const within = place === undefined ? undefined : `${placeName(place)} `
    for (const [name, { author }] of this.recent) {
      if (within === undefined ? author === frame.userId : name.startsWith(within)) this.forget(name)
    }
  }

  private forget(name: string): void {
    this.bytes -= this.recent.get(name)?.json.length ?? 0
    this.recent.delete(name)
  }

  /** The wire JSON, shared by all who are given it, of what has changed after a version, as far as it is about messages up to `held`; nothing where that is not known. */
  after(version: number, held: Position): ReadonlyArray<Buffer> | undefined {
    if (version < this.since || version > this.version) return undefined
    const changes: Array<Buffer> = []
    for (const { json, place, version: made } of this.recent.values()) {
      if (made > version && (place === undefined || isUpTo(place, held))) changes.push(json)
    }
    return changes
  }
}

const isUpTo = ({ epoch, seq }: Position, held: Position) =>
  epoch < held.epoch || (epoch === held.epoch && seq <= held.seq)
