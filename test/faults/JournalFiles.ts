/** The journal's files while no server has them: where their records lie, and damage of every kind. */
import { createHash } from "node:crypto"
import { appendFileSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { HEADER_BYTES } from "../../src/log/journal/Segment.ts"

/** Bytes of a record's length and CRC, which come before what its length counts. */
const FRAME_BYTES = 8

/** A record's place in a file. */
interface Spot {
  readonly file: string
  readonly at: number
  readonly size: number
}

export class JournalFiles {
  private readonly directory: string

  /** Of a DATA_DIR. */
  constructor(dataDir: string) {
    this.directory = join(dataDir, "journal")
  }

  /** Every record, in the order in which they were written. */
  get records(): ReadonlyArray<Spot> {
    return this.names(".log").flatMap((name) => {
      const file = join(this.directory, name)
      const bytes = readFileSync(file)
      const spots: Array<Spot> = []
      for (let at = HEADER_BYTES; at + FRAME_BYTES <= bytes.length;) {
        const size = FRAME_BYTES + bytes.readUInt32LE(at)
        spots.push({ file, at, size })
        at += size
      }
      return spots
    })
  }

  /** The id of the message in a record. */
  messageId({ at, file, size }: Spot): string {
    const text = readFileSync(file).toString("utf8", at, at + size)
    const [, id] = /"messageId":"([^"]+)"/.exec(text) ?? []
    if (id === undefined) throw new Error(`no message at byte ${at} of ${file}`)
    return id
  }

  /** Leaves the beginning of one more record at the end, as a process does that dies while it writes. */
  tear(share: number): void {
    const last = this.last
    const bytes = readFileSync(last.file).subarray(last.at, last.at + last.size)
    appendFileSync(last.file, bytes.subarray(0, Math.max(1, Math.floor(share * (last.size - 1)))))
  }

  /** Cuts off the last record but for its beginning. */
  cutLast(share: number): void {
    const { at, file, size } = this.last
    truncateSync(file, at + Math.floor(share * (size - 1)))
  }

  /** Turns one bit of a record around. */
  flip({ at, file, size }: Spot, share: number): void {
    const bytes = readFileSync(file)
    const bit = Math.floor(share * size * 8)
    bytes[at + (bit >> 3)]! ^= 1 << (bit & 7)
    writeFileSync(file, bytes)
  }

  get last(): Spot {
    const last = this.records.at(-1)
    if (last === undefined) throw new Error(`the journal in ${this.directory} has no records`)
    return last
  }

  /** What the directory holds, to the byte. */
  get fingerprint(): string {
    const hash = createHash("sha256")
    for (const name of this.names("")) hash.update(`${name}\n`).update(readFileSync(join(this.directory, name)))
    return hash.digest("hex")
  }

  private names(ending: string): ReadonlyArray<string> {
    return readdirSync(this.directory)
      .filter((name) => name.endsWith(ending))
      .sort()
  }
}
