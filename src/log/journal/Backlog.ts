/** What the store has yet to take: everything from a mark to the end of the chain. */
import type { Chain } from "./Chain.ts"
import { readTime } from "./reading.ts"
import type { Watermark } from "./Watermark.ts"

export class Backlog {
  private readonly chain: Chain
  private readonly watermark: Watermark
  private readonly maxBytes: number
  private place: number
  private oldest = { lsn: -1, at: 0 }

  constructor(chain: Chain, watermark: Watermark, mark: number, maxBytes: number) {
    this.chain = chain
    this.watermark = watermark
    this.place = mark
    this.maxBytes = maxBytes
  }

  /** LSN before which the store has everything. */
  get mark(): number {
    // a segment may have begun since, and its header is nothing to take
    if (this.place <= this.chain.active.start) this.place = this.chain.normal(this.place)
    return this.place
  }

  get bytes(): number {
    return this.chain.active.end - this.mark
  }

  /** How full it is, 0 to 1. */
  get share(): number {
    return Math.min(this.bytes / this.maxBytes, 1)
  }

  get isFull(): boolean {
    return this.bytes >= this.maxBytes
  }

  /** When its oldest record was made, ms since 1970. */
  get oldestAt(): number | undefined {
    const { chain, mark, oldest } = this
    if (mark >= chain.active.end) return undefined
    if (oldest.lsn !== mark) this.oldest = { lsn: mark, at: readTime(chain, mark) }
    return this.oldest.at
  }

  /** Moves the mark forward, if that is forward; says whether it was. */
  advance(to: number): boolean {
    const next = this.chain.normal(Math.min(to, this.chain.active.end))
    if (next <= this.mark) return false
    this.place = next
    return true
  }

  /** Makes the mark survive the death of the process. */
  write(): void {
    this.watermark.write(this.mark)
  }

  close(): void {
    this.watermark.close()
  }
}
