/** Puts everything on paper, what nobody has scrolled to as well: first all of it is asked for, then it is printed. */
import { cell, type Readable } from "../Cell.ts"

/** Whether it is being made ready, for which everything counts as seen. */
export interface Printing extends Readable<boolean> {
  begin(): Promise<void>
}

interface PrintingOptions {
  /** How many questions are not answered yet. */
  readonly open: Readable<number>
  /** Done once what has changed is on the screen, and has asked what it needs. */
  readonly drawn: () => Promise<void>
  readonly print: () => void
}

const none = (count: Readable<number>) =>
  new Promise<void>((resolve) => {
    const stop = count.subscribe(() => {
      if (count.getSnapshot() > 0) return
      stop()
      resolve()
    })
  })

export const createPrinting = ({ drawn, open, print }: PrintingOptions): Printing => {
  const preparing = cell(false)
  return {
    subscribe: preparing.subscribe,
    getSnapshot: preparing.getSnapshot,
    begin: async () => {
      if (preparing.getSnapshot()) return
      preparing.set(true)
      await drawn()
      // an answer may lead to another question
      while (open.getSnapshot() > 0) {
        await none(open)
        await drawn()
      }
      print()
      preparing.set(false)
    }
  }
}
