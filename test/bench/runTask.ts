/** Runs a script of this folder in a process of its own, on a core: what it is given is JSON, what it answers one line of JSON. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { pin } from "./Machine.ts"

const running = new Set<ChildProcess>()

export interface Place {
  readonly core: number
  readonly pinned: boolean
}

export const runTask = async (script: URL, task: object, { core, pinned }: Place): Promise<string> => {
  const own = [process.execPath, fileURLToPath(script), JSON.stringify(task)]
  const [command = "", ...args] = pin(own, core, pinned)
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] })
  running.add(child)
  let answer = ""
  let words = ""
  child.stdout.on("data", (data: Buffer) => (answer += data.toString()))
  child.stderr.on("data", (data: Buffer) => (words = (words + data.toString()).slice(-2000)))
  await once(child, "close")
  running.delete(child)
  if (child.exitCode === 0) return answer
  throw new Error(`${fileURLToPath(script)} failed. ${words.trim()} ${answer.slice(-2000).trim()}`)
}

export const stopTasksNow = (): void => {
  for (const child of running) child.kill("SIGKILL")
}
