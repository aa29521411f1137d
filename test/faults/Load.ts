/** Everyone who uses a site at once: senders, and readers of both dialects, in one or more rooms. */
import { within } from "../support/ServerProcess.ts"
import { check } from "./check.ts"
import { readHistory } from "./history.ts"
import { Member } from "./Member.ts"
import { pause } from "./pause.ts"
import type { Rows } from "./rows.ts"
import { RunRecord } from "./RunRecord.ts"
import { Sender } from "./Sender.ts"
import type { Site } from "./Site.ts"
import type { Stage } from "./Stage.ts"

export interface LoadOptions {
  readonly rooms?: number
  /** Of each room. */
  readonly senders?: number
  readonly readers?: number
  readonly everyMs?: number
  readonly window?: number
  readonly length?: number
  /** Whether no reader speaks the plain dialect. */
  readonly v1Only?: boolean
  /** What came before on the same site, to go on with. */
  readonly record?: RunRecord
}

/** Milliseconds that something may take which a client waits for, a restart included. */
const ANSWER_MS = 20_000
/** Milliseconds after which the store must have everything. */
const DRAINED_MS = 20_000

export class Load {
  readonly record: RunRecord
  readonly senders: ReadonlyArray<Sender>
  readonly members: ReadonlyArray<Member>
  /** Those who only listen. */
  readonly readers: ReadonlyArray<Member>
  private readonly site: Site
  private readonly rooms: ReadonlyArray<string>

  constructor(stage: Stage, site: Site, options: LoadOptions = {}) {
    const { everyMs = 10, length = 200, readers = 4, rooms = 2, senders = 3, v1Only = false, window = 20 } = options
    const record = options.record ?? new RunRecord()
    const { dice } = stage
    this.record = record
    this.site = site
    this.rooms = Array.from({ length: rooms }, (_, i) => `room-${i}`)
    const part = record.logs.length
    const one = { site, record, dice }
    this.senders = this.rooms.flatMap((roomId) =>
      Array.from(
        { length: senders },
        (_, i) => new Sender({ ...one, roomId, userId: `${roomId}-sender-${part + i}` }, { everyMs, window, length })
      )
    )
    this.readers = this.rooms.flatMap((roomId) =>
      Array.from({ length: readers }, (_, i) => {
        const userId = `${roomId}-reader-${part + i}`
        return new Member({ ...one, roomId, userId, dialect: v1Only || i % 2 === 0 ? "hubbub.v1" : "plain" })
      })
    )
    this.members = [...this.senders, ...this.readers]
    stage.defer(() => this.leave())
  }

  /** Everyone comes in; the senders begin to talk. */
  async start(): Promise<void> {
    await this.join()
    this.talk()
  }

  async join(): Promise<void> {
    const joined = Promise.all(this.members.map((member) => member.join()))
    await within(joined, ANSWER_MS, () => "not everyone came in")
  }

  talk(): void {
    for (const sender of this.senders) sender.talk()
  }

  /** Waits until so many more messages are acknowledged. */
  acks(count: number): Promise<void> {
    const { acks } = this.record
    const enough = acks.length + count
    return within(
      this.record.until(() => acks.length >= enough),
      ANSWER_MS,
      () => `C10: only ${count - enough + acks.length} of ${count} messages were acknowledged`
    )
  }

  /** Waits until senders have been refused so many more times with a code. */
  refusals(code: string, count: number): Promise<void> {
    const enough = this.record.refused(code) + count
    return within(
      this.record.until(() => this.record.refused(code) >= enough),
      ANSWER_MS,
      () => `P7: ${count} refusals with ${code} were expected, ${this.record.refused(code)} came so far`
    )
  }

  /** The senders stop; everything they said is acknowledged. */
  async hush(): Promise<void> {
    const silent = Promise.all(this.senders.map((sender) => sender.hush()))
    await within(silent, ANSWER_MS, () => {
      const waiting = this.senders.flatMap(({ unacknowledged }) => unacknowledged)
      return `C1: never acknowledged: ${waiting.slice(0, 5).join(", ")} (${waiting.length})`
    })
  }

  /** The senders stop; everything they said is acknowledged, and everyone has everything. */
  async settle(): Promise<void> {
    await this.hush()
    await this.caughtUp()
  }

  /** Waits until everyone has everything that is acknowledged by now. */
  async caughtUp(): Promise<void> {
    const { acks } = this.record
    const present = new Map(acks.map(({ epoch, roomId }) => [roomId, epoch]))
    const heads = new Map<string, number>()
    for (const { epoch, roomId, seq } of acks) {
      if (epoch === present.get(roomId)) heads.set(roomId, Math.max(heads.get(roomId) ?? 0, seq))
    }
    const caughtUp = Promise.all(this.members.map((member) => member.caughtUp(heads.get(member.roomId) ?? 0)))
    await within(caughtUp, ANSWER_MS, () => {
      const behind = this.members.filter(({ position, roomId }) => position < (heads.get(roomId) ?? 0))
      return `C3: ${behind.map(({ position, userId }) => `${userId} has only ${position}`).join(", ")}`
    })
  }

  /** Settles and then checks everything; whatever broke a promise is an error that says so. */
  async verify(): Promise<void> {
    await this.settle()
    const findings = await this.findings()
    if (findings.length > 0) throw new Error(findings.join("\n"))
  }

  /** What the checks find once the store has everything. */
  async findings(): Promise<ReadonlyArray<string>> {
    const { record, site } = this
    const history = new Map(
      await Promise.all(this.rooms.map(async (roomId) => [roomId, await readHistory(site.server.url, roomId)] as const))
    )
    const entries = [...history.values()].reduce((sum, { length }) => sum + length, 0)
    const rows = site.hasStore ? await this.drained(entries) : undefined
    return check({ record, history, rows })
  }

  async leave(): Promise<void> {
    await Promise.all(this.members.map((member) => member.leave()))
  }

  /** The rows of the store, once they are as many as `count`; whatever there is when that takes too long. */
  private async drained(count: number): Promise<Rows> {
    const deadline = performance.now() + DRAINED_MS
    while (true) {
      const rows = await this.site.rows()
      const stored = [...rows.values()].reduce((sum, { length }) => sum + length, 0)
      if (stored >= count || performance.now() > deadline) return rows
      await pause(50)
    }
  }
}
