/** Everything that happened in a run as its clients saw it: what was sent, what was acknowledged, what each of them received. */

/** A position; `epoch` is unknown to clients of the plain dialect. */
interface Place {
  readonly epoch: number | undefined
  readonly seq: number
}

/** A message as a client was shown it. */
export interface Shown extends Place {
  readonly id: string
  readonly userId: string
  readonly content: string
}

/** A message as it was sent, however often. */
export interface Sent {
  readonly roomId: string
  readonly id: string
  readonly userId: string
  readonly content: string
}

export interface Acked {
  readonly roomId: string
  readonly id: string
  readonly epoch: number
  readonly seq: number
  readonly duplicate: boolean
}

/** What one client received of one room without a break: from the message after `from`, in one epoch. */
export interface Stretch {
  readonly epoch: number | undefined
  /** Position after which it began; for a plain client known from its first message on. */
  from: number | undefined
  /** In order, each message once. */
  readonly shown: Array<Shown>
}

/** What one client received over all its connections. */
export interface ReceiveLog {
  readonly who: string
  readonly roomId: string
  readonly stretches: Array<Stretch>
}

/** How long acknowledgements took, in milliseconds. */
export interface Delays {
  readonly median: number
  readonly p99: number
}

export class RunRecord {
  readonly sent = new Map<string, Sent>()
  readonly acks: Array<Acked> = []
  readonly logs: Array<ReceiveLog> = []
  /** What broke a promise at the moment it happened, such as a gap within one connection. */
  readonly breaches: Array<string> = []
  /** How often each code refused a message that may be sent again. */
  readonly refusals = new Map<string, number>()
  /** Answers to `subscribe` with a position: all that was missed, or not. */
  recovered = 0
  afresh = 0
  /** Milliseconds from the last send of a message to its acknowledgement, since they were last taken. */
  private delays: Array<number> = []
  private readonly watchers = new Set<() => void>()

  ack(acked: Acked, delay: number | undefined): void {
    this.acks.push(acked)
    if (delay !== undefined) this.delays.push(delay)
    this.look()
  }

  refuse(code: string): void {
    this.refusals.set(code, this.refused(code) + 1)
    this.look()
  }

  breach(what: string): void {
    this.breaches.push(what)
  }

  refused(code: string): number {
    return this.refusals.get(code) ?? 0
  }

  get duplicates(): number {
    return this.acks.filter(({ duplicate }) => duplicate).length
  }

  /** Waits until something holds that an acknowledgement or a refusal can bring about. */
  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!holds()) return
        this.watchers.delete(look)
        resolve()
      }
      this.watchers.add(look)
      look()
    })
  }

  /** Takes the acknowledgement delays so far, in milliseconds; 0 where there are none. */
  takeDelays(): Delays {
    const delays = this.delays.sort((a, b) => a - b)
    this.delays = []
    const at = (share: number) => delays[Math.floor(delays.length * share)] ?? 0
    return { median: at(0.5), p99: at(0.99) }
  }

  /** Forgets that these were acknowledged or seen: their loss is the fault's own doing. They still count as sent. */
  forgive(ids: ReadonlySet<string>): void {
    const kept = this.acks.filter(({ id }) => !ids.has(id))
    this.acks.splice(0, Infinity, ...kept)
    for (const { shown } of this.logs.flatMap(({ stretches }) => stretches)) {
      const last = shown.findIndex(({ id }) => ids.has(id))
      if (last >= 0) shown.length = last
    }
  }

  private look(): void {
    for (const watcher of this.watchers) watcher()
  }
}
