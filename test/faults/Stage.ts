/** Where one scenario plays: its seed, and everything it set up, which is taken down when it is over, last first. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Dice } from "../support/Dice.ts"

/** A scenario that this machine cannot play. */
export class Unplayable extends Error {}

export class Stage {
  readonly seed: number
  readonly dice: Dice
  private readonly undone: Array<() => unknown> = []

  constructor(seed: number) {
    this.seed = seed
    this.dice = new Dice(seed)
  }

  /** Has something done when the scenario is over, however it ends. */
  defer(undo: () => unknown): void {
    this.undone.push(undo)
  }

  /** An empty directory that goes with the scenario. */
  directory(): string {
    const directory = mkdtempSync(join(tmpdir(), "hubbub-faults-"))
    this.defer(() => rmSync(directory, { recursive: true, force: true }))
    return directory
  }

  /** A whole number from `least` to `most`. */
  between(least: number, most: number): number {
    return least + this.dice.below(most - least + 1)
  }

  /** Takes everything down. */
  async clear(): Promise<void> {
    const failures: Array<unknown> = []
    for (const undo of this.undone.splice(0).toReversed()) {
      try {
        await undo()
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0)
      throw new AggregateError(failures, `the stage could not be cleared: ${String(failures[0])}`)
  }
}
