/** Several requests at once on one line, and what of the answers shows that the server was at fault. */
import type { Dice } from "../support/Dice.ts"
import { type Attack, several, shown, weighted } from "./Attack.ts"
import { Line } from "./Line.ts"
import { answerFault, frayed } from "./requests.ts"

/** How many things are wrong about a request. */
export const wrongsOf = (dice: Dice): number =>
  weighted(dice, [
    [4, 0],
    [2, 1],
    [1, 3]
  ] as const)

export const volley = (dice: Dice, port: number, draw: () => Buffer): Attack => {
  const requests = several(
    weighted(dice, [
      [4, 1],
      [2, 3],
      [1, 12]
    ] as const),
    draw
  )
  const bytes = frayed(dice, Buffer.concat(requests))
  const vanishes = dice.roll() < 0.1
  return {
    what: `${requests.length} at once${vanishes ? ", then gone" : ""}: ${shown(bytes.toString("latin1"))}`,
    play: async () => {
      const line = await Line.open(port)
      try {
        line.write(bytes)
        if (vanishes) return undefined
        line.finish()
        await line.ended()
        return answerFault(line.bytes)
      } finally {
        line.destroy()
      }
    }
  }
}
