/**
 * What waits for one client: frames for it alone, and the rooms it has not caught up with. While its writer is parked a mailbox writes
 * through to the socket (a writer woken per client and flush costs as much as the write itself); once the socket pushes back, the
 * writer takes over until nothing is left. Bounded: a client past its bounds is told `slow`, never silently skipped.
 */
import { type CloseReason, closeReasons } from "../domain/CloseReason.ts"
import { Signal } from "./Signal.ts"

/** The part of a socket a mailbox needs. */
export interface Sink {
  /** Hands over whole frames; returns the bytes that the kernel has not taken yet. */
  write(frames: Frames): number
}

/** Whole frames in one buffer, or one frame in parts, which spares copying what many clients are sent. */
export type Frames = Buffer | ReadonlyArray<Buffer>

const sizeOf = (frames: Frames): number =>
  Buffer.isBuffer(frames) ? frames.length : frames.reduce((bytes, { length }) => bytes + length, 0)

/** A log that a client reads by position. */
export interface Source {
  /** The next whole frames, at most about `maxBytes` of them; nothing when caught up; `lost` when the log no longer reaches back. */
  read(maxBytes: number): Buffer | "lost" | undefined
}

/** Whose mailbox it is. */
export interface Owner {
  /** The client has to go; called once. */
  end(reason: CloseReason): void
}

export interface MailboxLimits {
  /** Bytes of frames for this client alone that may wait. */
  readonly ownBytes: number
  /** Unsent bytes above which the mailbox stops writing through. */
  readonly unsentBytes: number
}

/** Bytes handed to the socket at a time while catching up. */
const CATCH_UP_BYTES = 262_144

export class Mailbox {
  /** Up while the writer has something to do. */
  readonly wake = new Signal()
  private readonly sink: Sink
  private readonly limits: MailboxLimits
  private readonly owner: Owner
  private own: Array<Frames> | undefined
  private ownBytes = 0
  private behind: Set<Source> | undefined
  private parked = true
  private ended = false

  constructor(sink: Sink, limits: MailboxLimits, owner: Owner) {
    this.sink = sink
    this.limits = limits
    this.owner = owner
  }

  /** Whether frames go straight to the socket. */
  get writesThrough(): boolean {
    return this.parked && !this.ended
  }

  /** Adds a frame for this client alone; it leaves with the next `flush`. */
  offer(frame: Frames): void {
    if (this.ended) return
    if (this.own === undefined) this.own = [frame]
    else this.own.push(frame)
    this.ownBytes += sizeOf(frame)
    // one answer may be larger than the bound (a long resume), a backlog may not
    if (this.ownBytes > this.limits.ownBytes && this.own.length > 1) this.close(closeReasons.slow)
  }

  /** Sends what `offer` has gathered, unless the writer is at it. */
  flush(): void {
    while (this.own !== undefined && this.parked && !this.ended) this.put(this.takeOwn(this.own))
  }

  /** Writes shared frames through; false when the client lags, in which case `source` is read later from its own position. */
  deliver(frames: Buffer, source: Source): boolean {
    if (this.ended) return true
    if (!this.parked) {
      this.lag(source)
      return false
    }
    if (this.own === undefined) this.put(frames)
    else {
      this.own.push(frames)
      this.ownBytes += frames.length
      this.flush()
    }
    return true
  }

  /** Notes that `source` has frames this client still has to read. */
  lag(source: Source): void {
    if (this.ended) return
    this.behind ??= new Set()
    this.behind.add(source)
    if (this.parked) this.handOver()
  }

  /** Forgets a source that the client no longer reads. */
  forget(source: Source): void {
    this.behind?.delete(source)
  }

  /** For the writer: what to send next, or nothing, after which the mailbox writes through again. */
  next(): Frames | "lost" | undefined {
    if (this.own !== undefined) return this.takeOwn(this.own)
    if (this.behind !== undefined) {
      for (const source of this.behind) {
        const frames = source.read(CATCH_UP_BYTES)
        if (frames !== undefined) return frames
        this.behind.delete(source)
      }
      this.behind = undefined
    }
    this.wake.lower()
    this.parked = true
    return undefined
  }

  /** Ends the client's connection with `reason`; later offers go nowhere. */
  close(reason: CloseReason): void {
    if (this.ended) return
    this.ended = true
    this.own = undefined
    this.ownBytes = 0
    this.behind = undefined
    this.owner.end(reason)
  }

  private put(frames: Frames) {
    if (this.sink.write(frames) > this.limits.unsentBytes) this.handOver()
  }

  private handOver() {
    this.parked = false
    this.wake.raise()
  }

  /** The next of what waits for this client alone: frames together, or one that came in parts. */
  private takeOwn(own: Array<Frames>): Frames {
    this.own = undefined
    this.ownBytes = 0
    if (own.length === 1) return own[0]!
    const parted = own.findIndex((frames) => !Buffer.isBuffer(frames))
    const taken = parted === -1 ? own : own.slice(0, Math.max(1, parted))
    if (taken.length < own.length) {
      this.own = own.slice(taken.length)
      for (const frames of this.own) this.ownBytes += sizeOf(frames)
    }
    return taken.length === 1 ? taken[0]! : Buffer.concat(taken.filter(Buffer.isBuffer))
  }
}
