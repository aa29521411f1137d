/** Bytes behind a good handshake: frames with wrong flags, wrong lengths, in a wrong order, damaged, and cut off. */
import type { Dice } from "../support/Dice.ts"
import {
  BINARY,
  CLOSE,
  CONTINUATION,
  parseFrame,
  PING,
  PONG,
  type RawFrame,
  rawFrame,
  TEXT
} from "../support/RawFrame.ts"
import { type Attack, several, type Target, weighted } from "./Attack.ts"
import { clientText } from "./clientText.ts"
import { closeFault, Intruder } from "./Intruder.ts"
import { noise } from "./oddities.ts"

const CODES = [1000, 1001, 1003, 1004, 1005, 1006, 1007, 1012, 1015, 2999, 3000, 4000, 4500, 4999, 5000, 0, 65_535]
const LENGTHS = [0n, 1n, 125n, 126n, 65_535n, 65_536n, 16_384n, 16_385n, 2n ** 31n, 2n ** 40n, 2n ** 53n, 2n ** 63n]

const fragments = (dice: Dice, target: Target): ReadonlyArray<RawFrame> => {
  const payload = Buffer.from(clientText(dice, target))
  const count = dice.pick([2, 3, 10, 64, 65, 200])
  const size = Math.ceil(payload.length / count)
  return several(count, () => 0).flatMap((_, i) => {
    const part = {
      opcode: i === 0 ? TEXT : CONTINUATION,
      fin: i === count - 1,
      payload: payload.subarray(i * size, (i + 1) * size)
    }
    return dice.roll() < 0.1 ? [part, { opcode: PING, payload: "between" }] : [part]
  })
}

const closing = (dice: Dice): RawFrame => {
  const code = Buffer.alloc(2)
  code.writeUInt16BE(dice.pick(CODES))
  const reason = dice.pick([Buffer.alloc(0), Buffer.from("bye"), Buffer.from([0xc0, 0x80]), Buffer.alloc(124)])
  return { opcode: CLOSE, payload: dice.pick([Buffer.alloc(0), Buffer.from([3]), Buffer.concat([code, reason])]) }
}

/** A frame, or a few that belong together. */
const frames = (dice: Dice, target: Target): ReadonlyArray<RawFrame> =>
  weighted<() => ReadonlyArray<RawFrame>>(dice, [
    [6, () => [{ payload: clientText(dice, target) }]],
    [2, () => fragments(dice, target)],
    [2, () => [{ opcode: dice.pick([PING, PONG]), payload: Buffer.alloc(dice.pick([0, 1, 125, 126])) }]],
    [1, () => [{ opcode: BINARY, payload: noise(dice, 200) }]],
    [1, () => [{ payload: noise(dice, 100) }]],
    [1, () => [closing(dice)]],
    [1, () => [{ opcode: CONTINUATION, payload: "of nothing" }]]
  ])()

/** The same with something wrong in its header, by chance. */
const bent = (dice: Dice, frame: RawFrame): RawFrame =>
  weighted<() => RawFrame>(dice, [
    [12, () => frame],
    [1, () => ({ ...frame, opcode: dice.below(16) })],
    [1, () => ({ ...frame, fin: frame.fin === false })],
    [1, () => ({ ...frame, reserved: 1 + dice.below(7) })],
    [1, () => ({ ...frame, masked: false })],
    [2, () => ({ ...frame, declared: dice.pick(LENGTHS) })]
  ])()

const flipped = (dice: Dice, bytes: Buffer): Buffer => {
  const flips = 1 + dice.below(4)
  const copy = Buffer.from(bytes)
  for (let i = 0; i < flips; i++) copy[dice.below(copy.length)]! ^= 1 << dice.below(8)
  return copy
}

/** The pieces in which bytes are sent. */
const pieces = (dice: Dice, bytes: Buffer): ReadonlyArray<Buffer> => {
  const size = dice.pick([bytes.length, bytes.length, 1000, 100, 7])
  const count = Math.min(300, Math.ceil(bytes.length / size))
  return Array.from({ length: count }, (_, i) => bytes.subarray(i * size, i === count - 1 ? undefined : (i + 1) * size))
}

/** Whether a frame in these bytes could be a close frame, whose code would be echoed. */
const mayEcho = (bytes: Buffer) => bytes.some((byte) => (byte & 0x0f) === CLOSE)

export const frameAttack = (dice: Dice, target: Target): Attack => {
  const sent = several(1 + dice.below(8), () => frames(dice, target))
    .flat()
    .map((frame) => rawFrame(bent(dice, frame)))
  const whole = Buffer.concat(sent)
  const changed = dice.roll() < 0.15 ? flipped(dice, whole) : whole
  const bytes = dice.roll() < 0.2 ? changed.subarray(0, 1 + dice.below(changed.length)) : changed
  const parts = pieces(dice, bytes)
  const end = weighted(dice, [
    [3, "close"],
    [2, "finish"],
    [1, "destroy"]
  ] as const)
  const query = { userId: dice.pick(target.users), username: "Mallory", history: "0", room: dice.pick(target.rooms) }
  const dialect = dice.pick(["plain", "hubbub.v1"] as const)
  return {
    what: `${dialect}, ${parts.length} pieces, then ${end}: ${bytes.subarray(0, 300).toString("hex")}`,
    play: async () => {
      const intruder = await Intruder.enter(target, query, dialect)
      const { line } = intruder
      try {
        for (const part of parts) {
          line.write(part)
          // each on its own way, not gathered into one
          await new Promise((next) => setImmediate(next))
        }
        if (end === "destroy") return undefined
        if (end === "close") line.write(rawFrame({ opcode: CLOSE, payload: Buffer.from([0x03, 0xe8]) }))
        line.finish()
        await line.ended()
        return said(line.bytes, mayEcho(bytes))
      } finally {
        line.destroy()
      }
    }
  }
}

/** What is wrong in all that the server said. */
const said = (bytes: Buffer, echoes: boolean): string | undefined => {
  let left = bytes
  while (true) {
    const parsed = parseFrame(left)
    if (parsed === undefined) return undefined
    const { opcode, payload } = parsed.frame
    if (opcode === CLOSE && payload.length >= 2 && !echoes) return closeFault(payload.readUInt16BE(0))
    if (payload.includes('"code":"internal"')) return `the server said ${payload.toString().slice(0, 400)}`
    left = left.subarray(parsed.length)
  }
}
