/** A batch of records as bytes, encoded into one buffer over and over. */
import { encodedBound, encodeRecord, type JournalRecord } from "./record.ts"

/** Kept as long as no batch needs more. */
const BYTES = 1024 * 1024

export class BatchBuffer {
  bytes = Buffer.allocUnsafeSlow(BYTES)
  /** Bytes of each record of the batch; beyond its end whatever an earlier one had. */
  readonly sizes: Array<number> = []

  /** Encodes a batch of records made in one epoch, and returns how many bytes it has. */
  encode(records: ReadonlyArray<JournalRecord>, epoch: number): number {
    let bound = 0
    for (const record of records) {
      // a change may be of a message of an older one
      if (record.epoch !== epoch && record.change === undefined)
        throw new Error(`a record of epoch ${record.epoch} in epoch ${epoch}`)
      bound += encodedBound(record)
    }
    if (bound > this.bytes.length) this.bytes = Buffer.allocUnsafeSlow(bound)
    else if (bound <= BYTES && this.bytes.length > BYTES) this.bytes = Buffer.allocUnsafeSlow(BYTES)
    let length = 0
    for (let i = 0; i < records.length; i++) {
      length += this.sizes[i] = encodeRecord(records[i]!, this.bytes, length, epoch)
    }
    return length
  }
}
