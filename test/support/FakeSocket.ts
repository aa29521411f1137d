/** A ClientSocket without a network: what was sent can be read, and the peer can stop taking, answer pings, talk and leave. */
import { type Array, Effect } from "effect"
import type { Frames } from "../../src/actor/Mailbox.ts"
import { payloadOffset } from "../../src/actor/textFrame.ts"
import type { ClientSocket } from "../../src/connection/ClientSocket.ts"
import { type CloseReason, peerLeft } from "../../src/domain/CloseReason.ts"
import type { ServerFrame } from "../../src/domain/ServerFrame.ts"

type Pulled = Effect.Effect<Array.NonEmptyReadonlyArray<string>, CloseReason>
type Frame = ServerFrame & Record<string, unknown>

export class FakeSocket implements ClientSocket {
  /** Every message the peer has taken, decoded. */
  readonly frames: globalThis.Array<Frame> = []
  /** The very buffers that were written. */
  readonly writes: globalThis.Array<Buffer> = []
  pings = 0
  closed: CloseReason | undefined
  /** Whether the peer answers pings. */
  answersPings = true
  /** Throws on the next write, as a broken adapter would. */
  broken = false
  private stuck = false
  private unsent: globalThis.Array<Buffer> = []
  /** The fragments so far of a message whose last has not come. */
  private partial: globalThis.Array<Buffer> | undefined
  private inbound: globalThis.Array<string> = []
  private gone: CloseReason | undefined
  private waitingPull: ((pulled: Pulled) => void) | undefined
  private waitingDrain: (() => void) | undefined
  private readonly watchers = new Set<() => void>()
  private wasHeard = false

  write(given: Frames): number {
    const frames = Buffer.isBuffer(given) ? given : Buffer.concat(given)
    if (this.broken) throw new Error("broken socket")
    if (this.closed !== undefined) return 0
    this.writes.push(frames)
    if (!this.stuck) {
      this.take(frames)
      return 0
    }
    this.unsent.push(frames)
    return this.unsentBytes
  }

  get unsentBytes(): number {
    return this.unsent.reduce((sum, { length }) => sum + length, 0)
  }

  get pull(): Pulled {
    return Effect.callback((resume) => {
      const next = this.next()
      if (next !== undefined) return resume(next)
      this.waitingPull = resume
      return Effect.sync(() => {
        this.waitingPull = undefined
      })
    })
  }

  get drained(): Effect.Effect<void> {
    return Effect.callback((resume) => {
      if (this.unsent.length === 0 || this.closed !== undefined) return resume(Effect.void)
      this.waitingDrain = () => resume(Effect.void)
      return Effect.sync(() => {
        this.waitingDrain = undefined
      })
    })
  }

  ping(): void {
    this.pings++
    if (this.answersPings) this.wasHeard = true
  }

  heard(): boolean {
    const heard = this.wasHeard
    this.wasHeard = false
    return heard
  }

  close(reason: CloseReason): Effect.Effect<void> {
    return Effect.sync(() => {
      this.closed ??= reason
      this.changed()
    })
  }

  /** The peer stops taking bytes. */
  stall(): void {
    this.stuck = true
  }

  /** The peer takes everything that waits, and goes on taking. */
  resume(): void {
    this.stuck = false
    this.takeSome()
  }

  /** The peer takes what waits now, and then stops again. */
  takeSome(): void {
    const waiting = this.unsent
    this.unsent = []
    for (const frames of waiting) this.take(frames)
    const drain = this.waitingDrain
    this.waitingDrain = undefined
    drain?.()
  }

  /** The peer says something. */
  say(frame: unknown): void {
    this.sayText(JSON.stringify(frame))
  }

  sayText(...texts: ReadonlyArray<string>): void {
    this.wasHeard = true
    this.inbound.push(...texts)
    this.feed()
  }

  /** The peer leaves. */
  leave(code = 1001): void {
    this.abort(peerLeft(code))
  }

  abort(reason: CloseReason): void {
    this.gone ??= reason
    this.feed()
  }

  /** Waits until the peer has taken a frame of this type that fits, from the `from`th frame on. */
  until(type: string, fits: (frame: Frame) => boolean = () => true): Effect.Effect<Frame> {
    const found = () => this.frames.find((frame) => frame.type === type && fits(frame))
    return this.when(() => found() !== undefined).pipe(Effect.map(() => found()!))
  }

  /** Waits until something is so. */
  when(holds: () => boolean): Effect.Effect<void> {
    return Effect.callback<void>((resume) => {
      const look = () => {
        if (!holds()) return
        this.watchers.delete(look)
        resume(Effect.void)
      }
      this.watchers.add(look)
      look()
      return Effect.sync(() => {
        this.watchers.delete(look)
      })
    })
  }

  of(type: string): ReadonlyArray<Frame> {
    return this.frames.filter((frame) => frame.type === type)
  }

  private next(): Pulled | undefined {
    if (this.inbound.length > 0) {
      const frames = this.inbound
      this.inbound = []
      return Effect.succeed(frames as [string, ...globalThis.Array<string>])
    }
    return this.gone === undefined ? undefined : Effect.fail(this.gone)
  }

  private feed() {
    const waiting = this.waitingPull
    if (waiting === undefined) return
    const next = this.next()
    if (next === undefined) return
    this.waitingPull = undefined
    waiting(next)
  }

  private take(frames: Buffer) {
    let at = 0
    while (at < frames.length) {
      const header = payloadOffset(frames.subarray(at))
      const short = frames[at + 1]!
      const length = header === 2 ? short : header === 4 ? frames.readUInt16BE(at + 2) : frames.readUInt32BE(at + 6)
      this.takeFragment(frames[at]!, frames.subarray(at + header, at + header + length))
      at += header + length
    }
    this.changed()
  }

  private takeFragment(first: number, payload: Buffer) {
    const begins = (first & 0x0f) === 1
    if (begins !== (this.partial === undefined)) throw new Error("a message in the middle of another")
    const parts = [...(this.partial ?? []), payload]
    this.partial = (first & 0x80) === 0 ? parts : undefined
    if (this.partial === undefined) this.frames.push(JSON.parse(Buffer.concat(parts).toString()))
  }

  private changed() {
    for (const look of this.watchers) look()
  }
}
