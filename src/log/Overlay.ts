/**
 * Changes that a store may not show yet: laid over whatever is read from it, or from files that have messages as they were said. A change
 * stays until the store has had it for a while.
 */
import { Context } from "effect"
import type { Position } from "../domain/Position.ts"
import type { RoomId } from "../domain/RoomId.ts"
import type { Newest } from "./Amendment.ts"
import type { RoomChanges } from "./RoomStream.ts"

/** Milliseconds for which a change stays after the store has taken it. */
const LINGER_MS = 60_000
/** Bytes of JSON above which it takes no more. */
const MAX_BYTES = 134_217_728

/** A change as it lies here. */
export interface Laid extends Newest, Position {
  readonly roomId: RoomId
  readonly revision: number
}

/** A change by its name; what it says is kept once, however often a message is changed. */
type Named = Pick<Laid, "roomId" | "epoch" | "seq" | "revision">

interface Waiting extends Named {
  /** LSN after its record. */
  readonly end: number
}

interface Taken extends Named {
  readonly goesAt: number
}

const keyOf = ({ epoch, seq }: Position) => `${epoch} ${seq}`

export class Overlay {
  private readonly rooms = new Map<RoomId, Map<string, Laid>>()
  /** By LSN. */
  private waiting: Array<Waiting> = []
  /** By when they go. */
  private taken: Array<Taken> = []
  private bytes = 0

  /** Whether no more should be laid on it for now. */
  get full(): boolean {
    return this.bytes >= MAX_BYTES
  }

  /** Lays a change over an earlier one of the message; `end`: LSN after its record, which is never before the last one's. */
  add(laid: Laid, end: number): void {
    let room = this.rooms.get(laid.roomId)
    if (room === undefined) this.rooms.set(laid.roomId, (room = new Map<string, Laid>()))
    const key = keyOf(laid)
    this.bytes += laid.json.length - (room.get(key)?.json.length ?? 0)
    room.set(key, laid)
    const { epoch, revision, roomId, seq } = laid
    this.waiting.push({ roomId, epoch, seq, revision, end })
  }

  /** What a message is now, if it was changed of late. */
  get(roomId: RoomId, place: Position): Laid | undefined {
    return this.rooms.size === 0 ? undefined : this.rooms.get(roomId)?.get(keyOf(place))
  }

  /** The changes of one room and epoch, as they are whenever it is asked. */
  of(roomId: RoomId, epoch: number): RoomChanges {
    const { rooms } = this
    return {
      get: (seq) => this.get(roomId, { epoch, seq }),
      *all() {
        for (const laid of rooms.get(roomId)?.values() ?? []) if (laid.epoch === epoch) yield laid
      }
    }
  }

  /** The store has everything before an LSN, at `now` (milliseconds): what it has had for long goes. */
  drained(lsn: number, now: number): void {
    const first = this.waiting.findIndex(({ end }) => end > lsn)
    const done = this.waiting.splice(0, first < 0 ? this.waiting.length : first)
    for (const { end: _, ...named } of done) this.taken.push({ ...named, goesAt: now + LINGER_MS })
    const kept = this.taken.findIndex(({ goesAt }) => goesAt > now)
    for (const named of this.taken.splice(0, kept < 0 ? this.taken.length : kept)) this.remove(named)
  }

  /** Unless a later change lies over it. */
  private remove(named: Named) {
    const room = this.rooms.get(named.roomId)
    const key = keyOf(named)
    const laid = room?.get(key)
    if (room === undefined || laid?.revision !== named.revision) return
    this.bytes -= laid.json.length
    room.delete(key)
    if (room.size === 0) this.rooms.delete(named.roomId)
  }
}

/** The overlay of the log that is provided with it; one without changes, unless a log gives its own. */
export const CurrentOverlay = Context.Reference<Pick<Overlay, "get">>("hubbub/log/Overlay", {
  defaultValue: () => new Overlay()
})
