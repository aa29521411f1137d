/** How far a command has got, on standard error: one line that is rewritten on a terminal, a line for every tenth elsewhere. */
import { Effect, type Scope } from "effect"

export interface Progress {
  /** `share`: 0 to 1. */
  show(share: number): void
  /** Writes a line of its own. */
  say(line: string): void
}

const CLEAR = "\r\u001b[K"

/** `what` stands before the share. What a terminal shows of it is gone when the scope closes. */
export const progress = (what: string): Effect.Effect<Progress, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const { stderr } = process
      let shown = -1
      return {
        show: (share: number) => {
          const percent = Math.floor(share * 100)
          const step = stderr.isTTY ? 1 : 10
          if (Math.floor(percent / step) <= Math.floor(shown / step)) return
          shown = percent
          stderr.write(stderr.isTTY ? `${CLEAR}${what} ${percent} %` : `${what} ${percent} %\n`)
        },
        say: (line: string) => {
          stderr.write(stderr.isTTY ? `${CLEAR}${line}\n` : `${line}\n`)
        }
      }
    }),
    () =>
      Effect.sync(() => {
        if (process.stderr.isTTY) process.stderr.write(CLEAR)
      })
  )
