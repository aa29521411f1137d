/** Where one segment has which rooms' messages of the present epoch: not each one, but a place near enough before it. */
import type { RoomId } from "../../domain/RoomId.ts"

/** Messages of a room from one mark to the next at most. */
const EVERY = 32
/** Bytes of the segment from one mark to the next at most, as far as the room has messages: what a read walks over to find one. */
const APART = 256 * 1024

interface Stretch {
  readonly first: number
  last: number
  readonly seqs: Array<number>
  readonly offsets: Array<number>
}

export class SegmentIndex {
  private readonly rooms = new Map<RoomId, Stretch>()

  /** Notes a message; those of one room come in order and without gaps. */
  add(roomId: RoomId, seq: number, offset: number): void {
    const stretch = this.rooms.get(roomId)
    if (stretch === undefined) {
      this.rooms.set(roomId, { first: seq, last: seq, seqs: [seq], offsets: [offset] })
      return
    }
    stretch.last = seq
    if (seq - stretch.seqs.at(-1)! < EVERY && offset - stretch.offsets.at(-1)! < APART) return
    stretch.seqs.push(seq)
    stretch.offsets.push(offset)
  }

  /** The first and the last message of a room in this segment. */
  stretch(roomId: RoomId): { readonly first: number; readonly last: number } | undefined {
    return this.rooms.get(roomId)
  }

  /** The marked place nearest before the message of that position, or on it. */
  near(roomId: RoomId, seq: number): number {
    const { offsets, seqs } = this.rooms.get(roomId)!
    let low = 0
    let high = seqs.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if (seqs[middle]! <= seq) low = middle
      else high = middle - 1
    }
    return offsets[low]!
  }
}
