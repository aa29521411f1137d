/** Makes the names in a directory survive a power cut. Windows opens no directories, and needs none of this. */
import { closeSync, fsyncSync, openSync } from "node:fs"
import { open } from "node:fs/promises"

const NEEDED = process.platform !== "win32"

export const syncDirectory = async (directory: string): Promise<void> => {
  if (!NEEDED) return
  const folder = await open(directory, "r")
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** The same, now. */
export const syncDirectoryNow = (directory: string): void => {
  if (!NEEDED) return
  const fd = openSync(directory, "r")
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
