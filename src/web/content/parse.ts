/**
 * Reads the markup of a message: bold, italic, struck out, code, quotes, lists, addresses, `@` and `#`. Takes time in proportion to the
 * text, throws at nothing, and loses no letter: what is no markup is text.
 */
import type { Block, Inline, Item } from "./Block.ts"
import { inlinesBy, type Known } from "./inlines.ts"

/** How deep quotes in quotes are told apart. */
const QUOTES_MAX = 3

const FENCE = /^ {0,3}(?<fence>`{3,})[ \t]*(?<language>[^\s`]{0,32})[ \t]*$/
const QUOTE = /^ {0,3}>/
const BULLET = /^ {0,3}[-*] +(?=\S)/
const NUMBER = /^ {0,3}(?<value>0|[1-9]\d{0,3})[.)] +(?=\S)/
/** Of what goes on with a point. */
const INDENTED = /^ {2,}(?=\S)/

type Read = (text: string) => ReadonlyArray<Inline>

/** From which line on something else begins. */
const until = (lines: ReadonlyArray<string>, from: number, isOther: (line: string) => boolean): number => {
  let end = from
  while (end < lines.length && !isOther(lines[end] ?? "")) end++
  return end
}

const startsBlock = (line: string) => FENCE.test(line) || QUOTE.test(line) || BULLET.test(line) || NUMBER.test(line)

class Blocks {
  private readonly lines: ReadonlyArray<string>
  private readonly depth: number
  private readonly inlines: Read
  private readonly blocks: Array<Block> = []

  constructor(lines: ReadonlyArray<string>, depth: number, inlines: Read) {
    this.lines = lines
    this.depth = depth
    this.inlines = inlines
  }

  read(): ReadonlyArray<Block> {
    for (let at = 0; at < this.lines.length;) at = this.block(at)
    return this.blocks
  }

  /** Reads the block that begins with this line; the line after it. */
  private block(at: number): number {
    const line = this.lines[at] ?? ""
    const fence = FENCE.exec(line)?.groups
    // one with nothing behind it is three characters
    if (fence !== undefined && at + 1 < this.lines.length)
      return this.code(at, fence["fence"] ?? "", fence["language"] ?? "")
    if (QUOTE.test(line) && this.depth < QUOTES_MAX) return this.quote(at)
    if (BULLET.test(line)) return this.list(at, BULLET)
    if (NUMBER.test(line)) return this.list(at, NUMBER)
    return this.paragraph(at)
  }

  /** Up to a line that ends with as many backticks, or up to the end. */
  private code(at: number, fence: string, language: string): number {
    const end = until(this.lines, at + 1, (line) => line.trimEnd().endsWith(fence))
    const inside = this.lines.slice(at + 1, end)
    const last = this.lines[end]?.trimEnd().replace(/`+$/, "")
    if (last !== undefined && last.trim() !== "") inside.push(last)
    this.blocks.push({ type: "code", language, text: inside.join("\n") })
    return end + 1
  }

  private quote(at: number): number {
    const end = until(this.lines, at, (line) => !QUOTE.test(line))
    const inside = this.lines.slice(at, end).map((line) => line.replace(/^ {0,3}> ?/, ""))
    this.blocks.push({ type: "quote", children: new Blocks(inside, this.depth + 1, this.inlines).read() })
    return end
  }

  private list(at: number, mark: RegExp): number {
    const items: Array<Item> = []
    let next = at
    for (;;) {
      const line = this.lines[next] ?? ""
      const start = mark.exec(line)
      if (start === null) break
      const end = until(this.lines, next + 1, (line) => startsBlock(line) || !INDENTED.test(line))
      const rest = this.lines.slice(next + 1, end).map((line) => line.replace(INDENTED, ""))
      const value = start.groups?.["value"]
      items.push({
        value: value === undefined ? undefined : Number(value),
        children: this.inlines([line.slice(start[0].length), ...rest].join("\n"))
      })
      next = end
    }
    this.blocks.push({ type: "list", ordered: mark === NUMBER, items })
    return next
  }

  /** Up to where another block begins, without the empty lines around. */
  private paragraph(at: number): number {
    const isText = (line: string) => !startsBlock(line) || (QUOTE.test(line) && this.depth >= QUOTES_MAX)
    const end = until(this.lines, at + 1, (line) => !isText(line))
    const text = this.lines
      .slice(at, end)
      .join("\n")
      .replace(/^(?:[^\S\n]*\n)+/, "")
      .trimEnd()
    if (text.trim() !== "") this.blocks.push({ type: "paragraph", children: this.inlines(text) })
    return end
  }
}

/** `known`: whom it may speak to, and emoji by name; without them `@name` and `:name:` are text. */
export const parse = (text: string, known: Known = {}): ReadonlyArray<Block> =>
  new Blocks(text.split("\n"), 0, inlinesBy(known)).read()
