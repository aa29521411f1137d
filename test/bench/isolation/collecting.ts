/** Loaded before a server: on SIGUSR2 it clears away what nobody holds any more, and says how many bytes are held. */
import { setTimeout as pause } from "node:timers/promises"

const { gc } = globalThis

process.on("SIGUSR2", async () => {
  // what one round lets go of may be what held the rest
  for (let round = 0; round < 4; round++) {
    gc?.({ type: "major", execution: "sync", flavor: "last-resort" })
    await pause(100)
  }
  const { external, heapUsed } = process.memoryUsage()
  process.stdout.write(`HELD ${heapUsed + external} bytes\n`)
})
