/**
 * A new directory for one server's data, gone afterwards. It is on the disk that this folder is on: a system's directory for temporary
 * files may be in memory, where a flush costs nothing.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { fileURLToPath } from "node:url"

const parent = fileURLToPath(new URL("results/", import.meta.url))

const present = new Set<DataDirectory>()

export class DataDirectory {
  readonly path: string

  constructor() {
    mkdirSync(parent, { recursive: true })
    this.path = mkdtempSync(`${parent}data-`)
    present.add(this)
  }

  remove(): void {
    // a process that was just killed may still be making a file in it
    rmSync(this.path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
    present.delete(this)
  }

  static removeAll(): void {
    for (const directory of present) directory.remove()
  }
}
