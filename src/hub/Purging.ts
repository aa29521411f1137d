/** A purge under way: what is left of it, and what became of the rest. */
import type { Amendment, Demand } from "../log/Amendment.ts"
import type { Denied, Purge } from "./Command.ts"

export class Purging {
  readonly command: Purge
  /** What was deleted, in order. */
  readonly deleted: Array<Amendment> = []
  /** Why not all of it was. */
  denied: Denied | undefined
  private begun = 0
  private noticed = 0

  constructor(command: Purge) {
    this.command = command
  }

  /** Takes the next `most` messages. */
  next(most: number): ReadonlyArray<Demand> {
    const { targets, userId } = this.command
    if (this.denied !== undefined) return []
    const some = targets.slice(this.begun, this.begun + Math.max(0, most))
    this.begun += some.length
    return some.map((target) => ({ target, change: { kind: "deleted" }, by: userId }))
  }

  /** Notes what became of one that was taken: deleted, not for some reason, or deleted before. */
  note(outcome: Amendment | Denied | undefined): void {
    this.noticed++
    if (outcome === undefined) return
    if ("error" in outcome) this.denied ??= outcome
    else this.deleted.push(outcome)
  }

  /** Whether nothing of it is under way, and nothing left to do. */
  get isOver(): boolean {
    return this.noticed === this.begun && (this.denied !== undefined || this.begun === this.command.targets.length)
  }
}
