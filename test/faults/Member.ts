/**
 * A client that lives through faults: it comes back whenever its connection ends, resumes by the highest position up to which it has
 * everything, and fills what a server cannot give it on the way from history over HTTP. Everything it sees goes into the record.
 */
import type { Dialect } from "../../src/domain/ClientFrame.ts"
import type { Dice } from "../support/Dice.ts"
import { readHistory } from "./history.ts"
import { pause } from "./pause.ts"
import type { ReceiveLog, RunRecord, Shown, Stretch } from "./RunRecord.ts"
import type { Site } from "./Site.ts"
import { type Frame, Wire } from "./Wire.ts"

export interface MemberOptions {
  readonly site: Site
  readonly record: RunRecord
  readonly dice: Dice
  readonly userId: string
  readonly roomId: string
  readonly dialect: Dialect
}

/** Messages of the past that a plain client is replayed when it comes back. */
const REPLAY = 200
/** The `ref` of a subscribe. */
const SEAT = "seat"

const shownIn = (frame: Frame, epoch: number | undefined): Shown => ({
  epoch,
  seq: Number(frame["seq"]),
  id: String(frame["messageId"]),
  userId: String(frame["userId"]),
  content: String(frame["content"])
})

/** What belongs to the newest epoch: positions begin anew with each. */
const newestRun = (entries: ReadonlyArray<Shown>): ReadonlyArray<Shown> =>
  entries.slice(
    Math.max(
      0,
      entries.findLastIndex(({ seq }, i) => i > 0 && seq <= entries[i - 1]!.seq)
    )
  )

export class Member {
  readonly userId: string
  readonly roomId: string
  protected readonly record: RunRecord
  protected readonly dice: Dice
  protected wire: Wire | undefined
  /** Whether this connection is in the room. */
  protected seated = false
  private readonly dialect: Dialect
  private readonly site: Site
  private readonly log: ReceiveLog
  /** The newest message of this connection, where it is a plain one: its replay overlaps what the client has. */
  private last: number | undefined
  /** Frames that came while history was being read. */
  private held: Array<Frame> | undefined
  private left = false
  private back: Promise<void> = Promise.resolve()
  private life: Promise<void> = Promise.resolve()
  private readonly watchers = new Set<() => void>()

  constructor({ dialect, dice, record, roomId, site, userId }: MemberOptions) {
    this.site = site
    this.record = record
    this.dice = dice
    this.userId = userId
    this.roomId = roomId
    this.dialect = dialect
    this.log = { who: `${userId} (${dialect})`, roomId, stretches: [] }
    record.logs.push(this.log)
  }

  /** Comes in, and waits until it is in the room. */
  async join(): Promise<void> {
    this.life = this.live()
    await this.until(() => this.seated)
  }

  /** Goes, without a word. */
  async leave(): Promise<void> {
    this.left = true
    this.wire?.cut()
    this.look()
    await this.life
  }

  /** Vanishes, and comes back when the returned function is called. */
  goAway(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.back = promise
    this.wire?.cut()
    return resolve
  }

  /** Position up to which it has everything. */
  get position(): number {
    const stretch = this.log.stretches.at(-1)
    return stretch?.shown.at(-1)?.seq ?? stretch?.from ?? 0
  }

  /** Waits until it has everything up to a position. */
  caughtUp(seq: number): Promise<void> {
    return this.until(() => this.seated && this.position >= seq)
  }

  /** Takes nothing more from the network. */
  stopReading(): void {
    this.wire?.stopReading()
  }

  /** What a sender adds: what it does once it is in the room, and with the answers to what it sent. */
  protected onSeated(): void {}
  protected onAnswer(_frame: Frame): void {}

  private async live(): Promise<void> {
    while (!this.left) {
      await Promise.race([this.back, this.until(() => this.left)])
      const server = await Promise.race([this.site.listening(), this.until(() => this.left)])
      if (server === undefined || this.left) return
      const wire = await this.connect(server.port)
      if (wire === undefined) await pause(20 + this.dice.below(60))
      else await wire.closed
      this.wire = undefined
      this.seated = false
      this.held = undefined
    }
  }

  private async connect(port: number): Promise<Wire | undefined> {
    const { dialect, roomId, userId } = this
    const back = this.stretch !== undefined
    const query = { userId, username: userId, history: back ? REPLAY : 0 }
    // `from` tells frames of this connection from those of one that ended meanwhile
    const from: { wire: Wire | undefined } = { wire: undefined }
    const early: Array<Frame> = []
    const take = (frame: Frame) => {
      if (from.wire === undefined) early.push(frame)
      else if (from.wire === this.wire) this.take(frame)
    }
    const wire = await Wire.open(port, dialect === "plain" ? { ...query, room: roomId } : query, dialect, take)
    if (wire === undefined) return undefined
    if (this.left) wire.cut()
    this.wire = wire
    from.wire = wire
    this.last = undefined
    if (dialect === "plain") this.sit()
    for (const frame of early) this.take(frame)
    if (dialect === "plain") return wire
    const { stretch } = this
    const after = stretch === undefined ? {} : { after: { epoch: stretch.epoch, seq: this.position } }
    wire.send({ type: "subscribe", roomId, ref: SEAT, history: 0, ...after })
    return wire
  }

  private get stretch(): Stretch | undefined {
    return this.log.stretches.at(-1)
  }

  private take(frame: Frame): void {
    if (this.held !== undefined) {
      this.held.push(frame)
      return
    }
    switch (frame.type) {
      case "chat":
        this.takeMessage(frame)
        break
      case "subscribed":
        this.takeSeat(frame)
        break
      case "error":
        if (frame["ref"] === SEAT) {
          this.record.refuse(`subscribe: ${String(frame["code"])}`)
          this.wire?.cut()
        } else this.onAnswer(frame)
        break
      case "ack":
        this.onAnswer(frame)
        break
    }
    this.look()
  }

  private sit(): void {
    if (this.stretch === undefined) this.log.stretches.push({ epoch: undefined, from: undefined, shown: [] })
    this.seated = true
    this.onSeated()
  }

  private takeSeat(frame: Frame): void {
    const epoch = Number(frame["epoch"])
    const seq = Number(frame["seq"])
    const before = this.stretch
    if (before === undefined || before.epoch !== epoch) {
      // another epoch is another stream: what it has is seen from here on
      if (before !== undefined) this.record.afresh++
      if (frame["recovered"] === true && before !== undefined) {
        this.record.breach(`${this.log.who} was told that epoch ${epoch} continues ${before.epoch}`)
      }
      this.log.stretches.push({ epoch, from: seq, shown: [] })
      return this.sit()
    }
    if (seq < this.position) {
      this.record.breach(
        `${this.log.who} had everything up to ${epoch}/${this.position}, and ${this.roomId} ends at ${seq}`
      )
    }
    if (frame["recovered"] !== true) {
      this.record.afresh++
      return this.fill(seq + 1, () => this.sit())
    }
    this.record.recovered++
    for (const message of frame["messages"] as ReadonlyArray<Frame>) this.takeMessage(message)
    if (this.position !== seq) {
      this.record.breach(`${this.log.who} was resumed up to ${epoch}/${seq} and given messages up to ${this.position}`)
    }
    this.sit()
  }

  private takeMessage(frame: Frame): void {
    if (frame["roomId"] !== this.roomId) {
      this.record.breach(`${this.log.who} was given a message of ${String(frame["roomId"])}`)
      return
    }
    const { stretch } = this
    if (stretch === undefined) {
      this.record.breach(`${this.log.who} was given a message before it was in ${this.roomId}`)
      return
    }
    const message = shownIn(frame, stretch.epoch)
    stretch.from ??= message.seq - 1
    const { last, position } = this
    if (this.dialect === "plain") {
      this.last = message.seq
      if (last !== undefined && message.seq !== last + 1) {
        this.record.breach(`${this.log.who} was given ${message.seq} after ${last} in ${this.roomId}`)
      }
    }
    if (message.seq === position + 1) this.show(stretch, message)
    else if (message.seq <= position) this.again(stretch, message)
    else {
      // a plain client that comes back after more than is replayed has a gap by right
      if (this.dialect !== "plain") {
        this.record.breach(`${this.log.who} was given ${message.seq} after ${position} in ${this.roomId}`)
      }
      this.fill(message.seq, () => this.show(stretch, message))
    }
  }

  private show(stretch: Stretch, message: Shown): void {
    stretch.shown.push(message)
    this.onShown(message)
  }

  protected onShown(_message: Shown): void {}

  /** A message that it has: right in the replay of a plain client, and nowhere else. */
  private again(stretch: Stretch, message: Shown): void {
    const known = stretch.shown[message.seq - (stretch.from ?? 0) - 1]
    if (known !== undefined && known.id !== message.id) {
      this.record.breach(
        `${this.log.who} was shown ${this.roomId} ${message.seq} with ${known.id} and with ${message.id}`
      )
    } else if (this.dialect !== "plain") {
      this.record.breach(`${this.log.who} was given ${message.seq} of ${this.roomId} a second time`)
    }
  }

  /** Reads from history what lies between its position and `to`, then goes on. */
  private fill(to: number, then: () => void): void {
    if (this.position === to - 1) return then()
    const { wire } = this
    this.held = []
    const goOn = (missed: ReadonlyArray<Shown>) => {
      if (wire !== this.wire) return
      for (const message of missed) this.show(this.stretch!, { ...message, epoch: this.stretch!.epoch })
      if (this.position !== to - 1) {
        this.record.breach(`${this.log.who} found no way from ${this.position} to ${to} of ${this.roomId} in history`)
        wire?.cut()
        return
      }
      const held = this.held ?? []
      this.held = undefined
      then()
      for (const frame of held) this.take(frame)
      this.look()
    }
    readHistory(this.site.server.url, this.roomId, ({ seq }) => seq <= this.position + 1).then(
      (entries) => goOn(newestRun(entries).filter(({ seq }) => seq > this.position && seq < to)),
      // the server went away again; so did the connection
      () => wire?.cut()
    )
  }

  protected look(): void {
    for (const watcher of this.watchers) watcher()
  }

  private until(holds: () => boolean): Promise<undefined> {
    return new Promise((resolve) => {
      const look = () => {
        if (!holds()) return
        this.watchers.delete(look)
        resolve(undefined)
      }
      this.watchers.add(look)
      look()
    })
  }
}
