/** Makes a directory and those above it where they are missing, so that they survive a power cut. */
import { mkdirSync, statSync } from "node:fs"
import { dirname } from "node:path"
import { errorCode } from "./errorCode.ts"
import { syncDirectoryNow } from "./syncDirectory.ts"

/** One level at a time: Node's own recursion does not end where nothing can be made, as in `/proc`. */
export const makeDirectory = (directory: string): void => {
  try {
    // what is kept there is nobody else's to read
    mkdirSync(directory, { mode: 0o700 })
  } catch (error) {
    if (errorCode(error) === "EEXIST" && statSync(directory).isDirectory()) return
    const above = dirname(directory)
    if (errorCode(error) !== "ENOENT" || above === directory || isThere(above)) throw error
    makeDirectory(above)
    mkdirSync(directory, { mode: 0o700 })
  }
  syncDirectoryNow(dirname(directory))
}

const isThere = (directory: string): boolean => statSync(directory, { throwIfNoEntry: false }) !== undefined
