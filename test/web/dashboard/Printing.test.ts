import { assert, it } from "@effect/vitest"
import { cell } from "../../../src/web/Cell.ts"
import { createPrinting } from "../../../src/web/dashboard/Printing.ts"

it("prints once all that was asked for is there, also what an answer led to, and then only what is seen counts", async () => {
  const open = cell(0)
  const events: Array<string> = []
  // what is drawn asks, and after the first answer for one thing more
  const asks = [2, 1, 0]
  const drawn = async () => {
    const count = asks.shift() ?? 0
    events.push(`asks ${count}`)
    open.set(count)
  }
  const answering = {
    getSnapshot: open.getSnapshot,
    subscribe: (listener: () => void) => {
      queueMicrotask(() => {
        events.push("answered")
        open.set(0)
      })
      return open.subscribe(listener)
    }
  }
  const printing = createPrinting({ open: answering, drawn, print: () => events.push("printed") })
  const done = printing.begin()
  assert.isTrue(printing.getSnapshot())
  await Promise.all([done, printing.begin()])
  assert.deepStrictEqual(events, ["asks 2", "answered", "asks 1", "answered", "asks 0", "printed"])
  assert.isFalse(printing.getSnapshot())
})
