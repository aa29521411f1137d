/**
 * What waits for one client: frames for it alone, and the rooms it has not caught up with. While its writer is parked a mailbox writes
 * through to the socket (a writer woken per client and flush costs as much as the write itself); once the socket pushes back, or an answer
 * is long, the writer takes over until nothing is left. Bounded: a client past its bounds is told `slow`, never silently skipped.
 */
import { type CloseReason, closeReasons } from "../domain/CloseReason.ts"
import { FRAGMENT_BYTES, LongAnswer } from "./LongAnswer.ts"
import { Signal } from "./Signal.ts"
import { joinedFrame } from "./textFrame.ts"

/** The part of a socket a mailbox needs. */
export interface Sink {
  /** Hands over whole frames; returns the bytes that the kernel has not taken yet. */
  write(frames: Frames): number
}

/** Whole frames in one buffer, or one frame in parts, which spares copying what many clients are sent. */
export type Frames = Buffer | ReadonlyArray<Buffer>

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
  /** Bytes of small frames for this client alone that may wait. */
  readonly ownBytes: number
  /** Unsent bytes above which the mailbox stops writing through. */
  readonly unsentBytes: number
}

/** Bytes handed to the socket at a time while catching up. */
const CATCH_UP_BYTES = 262_144
/** Bytes of long answers that may wait behind the one that is leaving: two resumes of the largest size. */
const LONG_BYTES = 67_108_864

export class Mailbox {
  /** Up while the writer has something to do. */
  readonly wake = new Signal()
  private readonly sink: Sink
  private readonly limits: MailboxLimits
  private readonly owner: Owner
  private own: Array<Buffer | LongAnswer> | undefined
  /** Bytes of the buffers in `own`; long answers count apart. */
  private ownBytes = 0
  /** To be called once what was written has gone. */
  private untaken: Array<() => void> | undefined
  private behind: Set<Source> | undefined
  private parked = true
  /** Whether the socket pushed back on the last write, and has not drained since. */
  private full = false
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

  /** Adds whole frames for this client alone; they leave with the next `flush`. Does not throw, whatever the socket does. */
  offer(frames: Buffer): void {
    if (this.ended) return
    if (this.own === undefined) this.own = [frames]
    else this.own.push(frames)
    this.ownBytes += frames.length
    if (this.tooMuchSmall) this.relieve()
  }

  /**
   * Adds one text message for this client alone, its payload in parts. Keeps its place among the other answers, and leaves in fragments if
   * it is large. `taken` is called once: when the socket has been handed all of it and has drained, or when the mailbox is closed before.
   */
  offerLong(parts: ReadonlyArray<Buffer>, taken?: () => void): void {
    if (this.ended) return taken?.()
    let length = 0
    for (const part of parts) length += part.length
    // copied at once, it may leave together with others
    if (length <= FRAGMENT_BYTES && taken === undefined) return this.offer(joinedFrame(parts, length))
    const answer = new LongAnswer(parts, length, taken)
    if (this.own === undefined) this.own = [answer]
    else this.own.push(answer)
    if (this.tooMuchLong) this.relieve()
  }

  /** Sends what was offered, unless the writer is at it. Does not throw: a socket that does ends alone. */
  flush(): void {
    try {
      while (this.own !== undefined && this.parked && !this.ended) {
        this.putOwn(this.own)
        // the rest of a long answer is left to the writer, which lets others have their turn in between
        if (this.longUnderWay && this.parked) this.handOver()
      }
    } catch {
      this.close(closeReasons.internal)
    }
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

  /**
   * For the writer, once the socket has drained: sends what comes next. `parked` when there is nothing, after which the mailbox writes
   * through again; `lost` when a source no longer reaches back to where the client is.
   */
  advance(): "sent" | "parked" | "lost" {
    this.full = false
    this.release()
    if (this.own !== undefined) {
      this.putOwn(this.own)
      return "sent"
    }
    if (this.behind !== undefined) {
      for (const source of this.behind) {
        const frames = source.read(CATCH_UP_BYTES)
        if (frames === "lost") return "lost"
        this.behind.delete(source)
        if (frames !== undefined) {
          // behind the others: one that never ends must not keep them until they are lost
          this.behind.add(source)
          this.put(frames)
          return "sent"
        }
      }
      this.behind = undefined
    }
    this.wake.lower()
    this.parked = true
    return "parked"
  }

  /** Ends the client's connection with `reason`; later offers go nowhere. */
  close(reason: CloseReason): void {
    if (this.ended) return
    this.ended = true
    const own = this.own ?? []
    this.own = undefined
    this.ownBytes = 0
    this.behind = undefined
    this.owner.end(reason)
    this.release()
    for (const answer of own) if (answer instanceof LongAnswer) answer.taken?.()
  }

  private put(frames: Frames): number {
    const unsent = this.sink.write(frames)
    if (unsent > this.limits.unsentBytes) {
      this.full = true
      this.handOver()
    }
    return unsent
  }

  private handOver() {
    this.parked = false
    this.wake.raise()
  }

  /** Sends the next of what waits for this client alone. */
  private putOwn(own: Array<Buffer | LongAnswer>) {
    const unsent = this.put(this.takeOwn(own))
    if (this.untaken === undefined) return
    if (unsent === 0) this.release()
    // the writer waits until it has gone
    else if (this.parked) this.handOver()
  }

  /** The next of what waits for this client alone: small frames together, or one fragment. */
  private takeOwn(own: Array<Buffer | LongAnswer>): Frames {
    const next = own[0]!
    if (next instanceof LongAnswer) {
      const frames = next.next()
      if (next.left === 0) {
        this.own = own.length === 1 ? undefined : own.slice(1)
        if (next.taken !== undefined) (this.untaken ??= []).push(next.taken)
      }
      return frames
    }
    if (own.length === 1) {
      this.own = undefined
      this.ownBytes = 0
      return next
    }
    const together: Array<Buffer> = []
    let bytes = 0
    for (const frames of own) {
      if (frames instanceof LongAnswer || (bytes > 0 && bytes + frames.length > CATCH_UP_BYTES)) break
      together.push(frames)
      bytes += frames.length
    }
    this.own = own.length === together.length ? undefined : own.slice(together.length)
    this.ownBytes -= bytes
    return together.length === 1 ? next : Buffer.concat(together, bytes)
  }

  private get longUnderWay(): boolean {
    const next = this.own?.[0]
    return next instanceof LongAnswer && next.underWay
  }

  /** What was written has gone, or will not. */
  private release() {
    const { untaken } = this
    if (untaken === undefined) return
    this.untaken = undefined
    for (const taken of untaken) taken()
  }

  /** Whether more small frames wait than may. What is next is not counted: one answer may be larger than the bound, a backlog may not. */
  private get tooMuchSmall(): boolean {
    const next = this.own?.[0]
    const behind = next instanceof LongAnswer || next === undefined ? this.ownBytes : this.ownBytes - next.length
    return behind > this.limits.ownBytes
  }

  /** Whether more of long answers waits than may, again behind what is next. */
  private get tooMuchLong(): boolean {
    let bytes = 0
    this.own?.forEach((frames, i) => {
      if (i > 0 && frames instanceof LongAnswer) bytes += frames.left
    })
    return bytes > LONG_BYTES
  }

  /** Has the socket take what it will, and gives the client up for what it will not. */
  private relieve() {
    try {
      while (this.own !== undefined && !this.full && !this.ended) this.putOwn(this.own)
    } catch {
      // a socket that throws ends alone
      return this.close(closeReasons.internal)
    }
    if (this.tooMuchSmall || this.tooMuchLong) this.close(closeReasons.slow)
  }
}
