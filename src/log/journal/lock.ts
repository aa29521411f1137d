/**
 * One process per data directory. The kernel holds the lock and drops it with the process, so nothing is ever stale and of several
 * starters one wins; Node offers no file lock but SQLite's. `lock` beside it only says who has it.
 */
import { Effect, type Scope } from "effect"
import { accessSync, constants, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { JournalUnusable } from "./JournalUnusable.ts"
import { makeDirectory } from "./makeDirectory.ts"

/** Primary result codes of SQLite. */
const BUSY = 5
const LOCKED = 6
const FULL = 13

/** When a process started, in the kernel's ticks; tells it from a later one of the same number. "" where the machine does not say. */
const startOf = (pid: number): string => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
    // the name in parentheses may hold anything; what follows it starts with field 3
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? ""
  } catch {
    return ""
  }
}

const alive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM"
  }
}

/** The process that `lock` names, unless that one is gone and another has the lock without having said so yet. */
const holder = (path: string): number | undefined => {
  try {
    const [pid = "", start] = readFileSync(path, "utf8").trim().split(" ")
    const number = Number(pid)
    return Number.isInteger(number) && number > 0 && alive(number) && startOf(number) === (start ?? "")
      ? number
      : undefined
  } catch {
    return undefined
  }
}

const inUse = (directory: string): JournalUnusable => {
  const pid = holder(join(directory, "lock"))
  const who = pid === undefined ? "another process, perhaps in another container" : `process ${pid}`
  return new JournalUnusable({
    message: `DATA_DIR ${directory} is in use by ${who}; stop it or choose another DATA_DIR`
  })
}

const take = (directory: string): DatabaseSync => {
  makeDirectory(directory)
  accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK)
  const database = new DatabaseSync(join(directory, "lock.db"), { timeout: 0 })
  try {
    // without this SQLite would leave a file for undoing what is never written
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE")
    const path = join(directory, "lock")
    writeFileSync(`${path}.new`, `${process.pid} ${startOf(process.pid)}\n`)
    renameSync(`${path}.new`, path)
    return database
  } catch (error) {
    database.close()
    const result = error instanceof Error && "errcode" in error ? Number(error.errcode) & 0xff : 0
    if (result === BUSY || result === LOCKED) throw inUse(directory)
    if (result === FULL) throw Object.assign(new Error("no space left"), { code: "ENOSPC" })
    throw error
  }
}

/** Makes the directory where it is missing and holds it until the scope closes. */
export const lock = (directory: string): Effect.Effect<void, JournalUnusable, Scope.Scope> =>
  Effect.asVoid(
    Effect.acquireRelease(
      Effect.try({ try: () => take(directory), catch: (error) => JournalUnusable.of(directory, error) }),
      (database) =>
        Effect.sync(() => {
          rmSync(join(directory, "lock"), { force: true })
          database.close()
        })
    )
  )
