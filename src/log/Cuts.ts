/** Stretches of a room's messages that were put together of late. */
interface Cut {
  readonly from: number
  readonly to: number
  readonly bytes: Buffer
}

/** The cuts made last; lagging clients come in herds, from few positions. */
export class Cuts {
  private readonly recent: Array<Cut> = []

  find(from: number, to: number): Buffer | undefined {
    for (const cut of this.recent) if (cut.from === from && cut.to === to) return cut.bytes
    return undefined
  }

  /** The shortest that ends at `to` and begins before `from`. */
  around(from: number, to: number): Cut | undefined {
    let found: Cut | undefined
    for (const cut of this.recent) {
      if (cut.to === to && cut.from < from && (found === undefined || cut.from > found.from)) found = cut
    }
    return found
  }

  /** Whether there is one that ends at `to`. */
  endsAt(to: number): boolean {
    return this.recent.some((cut) => cut.to === to)
  }

  keep(from: number, to: number, bytes: Buffer): Buffer {
    if (this.recent.length >= 4) this.recent.shift()
    this.recent.push({ from, to, bytes })
    return bytes
  }

  clear(): void {
    this.recent.length = 0
  }
}
