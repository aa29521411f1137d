/** Makes a directory and those above it where they are missing, so that they survive a power cut. */
import { mkdirSync } from "node:fs"
import { dirname, resolve } from "node:path"
import { syncDirectoryNow } from "./syncDirectory.ts"

export const makeDirectory = (directory: string): void => {
  let path = resolve(directory)
  const made = mkdirSync(path, { recursive: true })
  if (made === undefined) return
  const above = dirname(made)
  while (path !== above) {
    path = dirname(path)
    syncDirectoryNow(path)
  }
}
