/** Values that programs stumble over, as texts of JSON and as texts of people. */
import type { Dice } from "../support/Dice.ts"

const nested = (open: string, close: string, depth: number) => open.repeat(depth) + close.repeat(depth)

/** Pieces of JSON, some of which are none. */
const jsonOddities: ReadonlyArray<string> = [
  "null",
  "true",
  "0",
  "-0",
  "-1",
  "1.5",
  "1e400",
  "-1e400",
  "1e-400",
  "9007199254740993",
  "2147483648",
  "00",
  "NaN",
  "undefined",
  "{}",
  "[]",
  '""',
  '" "',
  '"\\ud800"',
  '"\\udc00\\ud800"',
  '"\\u0000"',
  '"\\u202e"',
  '"\\u200b"',
  '"__proto__"',
  '"constructor"',
  '"toString"',
  '{"$ne":1}',
  '{"length":1e9}',
  '{"toString":1}',
  '{"__proto__":{"role":"admin"}}',
  '{"constructor":{"prototype":{"role":"admin"}}}',
  '[{"a":[{"b":[]}]}]',
  nested("[", "]", 31),
  nested("[", "]", 33),
  nested("[", "]", 2000),
  '{"a":'.repeat(1500) + "1" + "}".repeat(1500),
  `"${"x".repeat(1001)}"`,
  `"${"x".repeat(12_000)}"`,
  `"${"\\u0301".repeat(1500)}"`,
  `"${"👩‍👩‍👧‍👦".repeat(143)}"`,
  `[${"0,".repeat(5000)}0]`,
  `"../../etc/passwd"`,
  '"a\\r\\nset-cookie: a=b"',
  '"R#x#B#1"',
  '"dm:a:b"',
  '"analytics"',
  '"global"',
  '"аdmin"',
  '"=1+1"'
]

const textOddities: ReadonlyArray<string> = [
  "",
  " ",
  ".",
  "..",
  "%",
  "%00",
  "%zz",
  "%2e%2e%2f",
  "%c0%80",
  "%ed%a0%80",
  "%F0%9F%98%80",
  "%E2%80%AE",
  "a%0d%0ax:%20y",
  "__proto__",
  "constructor",
  "null",
  "-1",
  "1e9",
  "NaN",
  "0x10",
  "999999999999999999999",
  "2026-02-30",
  "9999999-01-01",
  "2026-03-29T02:30:00Z",
  "Europe/Berlin",
  "Etc/../../etc/passwd",
  "*",
  "'; DROP TABLE messages; --",
  "<script>",
  "[]",
  "{}",
  "a".repeat(65),
  "a".repeat(2000),
  "%F0%9F%98%80".repeat(65),
  "&".repeat(300),
  "&a=b".repeat(300)
]

export const oddJson = (dice: Dice): string => dice.pick(jsonOddities)
export const oddText = (dice: Dice): string => dice.pick(textOddities)

/** Bytes that mean nothing. */
export const noise = (dice: Dice, most: number): Buffer =>
  Buffer.from(Array.from({ length: 1 + dice.below(most) }, () => dice.below(256)))

/** A text damaged at one place: cut, repeated, or with something else in it. */
export const damaged = (dice: Dice, text: string): string => {
  const at = dice.below(text.length + 1)
  switch (dice.below(5)) {
    case 0:
      return text.slice(0, at)
    case 1:
      return text.slice(at)
    case 2:
      return text.slice(0, at) + text.slice(Math.max(0, at - dice.below(20)))
    case 3:
      return text.slice(0, at) + String.fromCodePoint(dice.below(0xd800)) + text.slice(at + dice.below(2))
    default:
      return text.slice(0, at) + oddJson(dice) + text.slice(at)
  }
}
