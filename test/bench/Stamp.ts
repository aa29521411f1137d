/**
 * What every message carries at the start of its content: `~`, the sender in 4 and its message number in 6 characters of base
 * 32. Fixed width and free of JSON escapes, so the receiver finds and reads it without parsing; nothing else in a frame has a `~`.
 */
export const mark = 0x7e
export const stampLength = 11
const digits = Buffer.from("0123456789abcdefghijklmnopqrstuv")

const valueOf = new Uint8Array(256)
for (const [value, digit] of digits.entries()) valueOf[digit] = value

const digitAt = (buffer: Buffer, at: number): number => valueOf[buffer[at] ?? 0] ?? 0

export const readSender = (buffer: Buffer, at: number): number =>
  (digitAt(buffer, at + 1) << 15) |
  (digitAt(buffer, at + 2) << 10) |
  (digitAt(buffer, at + 3) << 5) |
  digitAt(buffer, at + 4)

export const readNumber = (buffer: Buffer, at: number): number =>
  (digitAt(buffer, at + 5) << 25) |
  (digitAt(buffer, at + 6) << 20) |
  (digitAt(buffer, at + 7) << 15) |
  (digitAt(buffer, at + 8) << 10) |
  (digitAt(buffer, at + 9) << 5) |
  digitAt(buffer, at + 10)

export const writeStamp = (buffer: Buffer, at: number, sender: number, number: number): void => {
  buffer[at] = mark
  writeRef(buffer, at + 1, sender, number)
}

/** The same ten digits without the mark: the `ref` of a message whose sender is answered. */
export const refLength = stampLength - 1
export const blankRef = "0".repeat(refLength)

export const writeRef = (buffer: Buffer, at: number, sender: number, number: number): void => {
  for (let digit = 0; digit < 4; digit++) buffer[at + 3 - digit] = digits[(sender >>> (5 * digit)) & 31] ?? 0
  for (let digit = 0; digit < 6; digit++) buffer[at + 9 - digit] = digits[(number >>> (5 * digit)) & 31] ?? 0
}

export const parseRef = (ref: string): { readonly sender: number; readonly number: number } => ({
  sender: Number.parseInt(ref.slice(0, 4), 32),
  number: Number.parseInt(ref.slice(4), 32)
})

/** Content of the given size with room for a stamp at its start. */
export const blankContent = (size: number): string =>
  "~0000000000 " + "the quick brown fox jumps over the lazy dog; ".repeat(Math.ceil(size / 40)).slice(0, size - 12)
