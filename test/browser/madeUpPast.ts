/** A data directory with a past to look at, made by the command that users have for it. */
import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { program, temporaryDirectory } from "../support/ServerProcess.ts"

/** Bounds what hangs: how long it takes is up to the machine. */
const MAKING_MS = 180_000

/** `days` of 24 hours that end now. The same ones make the same past, but for the moment it ends. Gone when the process ends. */
export const madeUpPast = async (users: number, days: number): Promise<string> => {
  const directory = temporaryDirectory()
  const options = ["--users", String(users), "--days", String(days), "--seed", "7", "--data-dir", directory]
  await promisify(execFile)(process.execPath, [program, "demo", ...options], {
    timeout: MAKING_MS,
    // no variable of the machine may configure it
    env: { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "/" }
  })
  return directory
}
