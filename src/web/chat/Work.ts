/** Something a dialog has under way: whether it is, and why the last attempt came to nothing. */
import { useRef, useState } from "react"
import { problemText } from "./problemText.ts"

export interface Work {
  readonly busy: boolean
  readonly problem: string | undefined
  /** Once at a time. */
  run(task: () => Promise<void>): void
}

export const useWork = (): Work => {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()
  const running = useRef(false)
  const run = async (task: () => Promise<void>) => {
    if (running.current) return
    running.current = true
    setBusy(true)
    setProblem(undefined)
    try {
      await task()
    } catch (error) {
      setProblem(problemText(error))
    } finally {
      running.current = false
      setBusy(false)
    }
  }
  return { busy, problem, run: (task) => void run(task) }
}
