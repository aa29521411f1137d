/**
 * The parts of a line: one pass from left to right, in which each mark is looked at once and each that closes takes what was since the one
 * that opened. Whatever closes nothing is text.
 */
import type { Inline, Mention } from "./Block.ts"
import { addressAt, labelledAt } from "./link.ts"
import { tokensOf, type Tokens } from "./Tokens.ts"

export interface Known {
  /** Whom the text may speak to. */
  readonly mentions?: ReadonlyArray<Mention> | undefined
  /** The emoji of a name without its colons. */
  readonly emojiOf?: ((name: string) => string | undefined) | undefined
}

type Mark = "**" | "__" | "*" | "_" | "~~"

const MEANS = { "**": "strong", __: "strong", "*": "emphasis", _: "emphasis", "~~": "strike" } as const

const markOf = (char: string, length: number): Mark | undefined => {
  const mark = char.repeat(length)
  return mark in MEANS ? (mark as Mark) : undefined
}

/** An open mark, and which of the parts it is for as long as nothing closes it. */
interface Open {
  mark: Mark
  readonly at: number
  /** Whether it is of the same run as the one before. */
  readonly second: boolean
}

/** Where anything but plain words may begin. Addresses begin words. */
const SPECIAL = /[\\`*_~@#:[\n¯]|(?<![a-z0-9])(?:https?:\/\/|mailto:)/giu
const ESCAPED = /[!-/:-@[-`{-~]/
const SHRUG = "¯\\_(ツ)_/¯"
const EMPTY_LINE = /\n[^\S\n]*\n/y
const SHORTCODE = /:(?<name>[a-z0-9_+-]{1,50}):/y
const ROOM = /#(?<roomId>[a-z0-9][a-z0-9._:-]{0,63})(?![\p{L}\p{N}_-])/uy
const WORD = /[\p{L}\p{N}_]/u
const DIGIT = /\d/
const BLANK = /\s/u

/** Adjacent texts as one. */
const merged = (parts: ReadonlyArray<Inline>): ReadonlyArray<Inline> => {
  const all: Array<Inline> = []
  let words: Array<string> = []
  const flush = () => {
    if (words.length > 0) all.push({ type: "text", text: words.join("") })
    words = []
  }
  for (const part of parts) {
    if (part.type === "text") words.push(part.text)
    else {
      flush()
      all.push(part)
    }
  }
  flush()
  return all
}

class Line {
  private readonly text: string
  private readonly tokens: Tokens
  private readonly known: Known
  private readonly parts: Array<Inline> = []
  private readonly stack: Array<Open> = []
  private readonly open = new Map<Mark, Open>()
  /** Last place of a run of backticks of a length, so that one that nothing closes is not looked for. */
  private runs: Map<number, number> | undefined
  /** How far the text was read, and from where on it is no part yet. */
  private at = 0
  private since = 0

  constructor(text: string, tokens: Tokens, known: Known) {
    this.text = text
    this.tokens = tokens
    this.known = known
  }

  read(): ReadonlyArray<Inline> {
    const { text } = this
    for (;;) {
      SPECIAL.lastIndex = this.at
      const found = SPECIAL.exec(text)
      if (found === null) break
      this.at = found.index
      if (!this.special(text.charAt(found.index))) this.at++
    }
    this.at = text.length
    this.words()
    return merged(this.parts)
  }

  /** What was read since the last part is text. */
  private words() {
    if (this.since < this.at) this.parts.push({ type: "text", text: this.text.slice(this.since, this.at) })
    this.since = this.at
  }

  private take(part: Inline, end: number): true {
    this.words()
    this.parts.push(part)
    this.at = end
    this.since = end
    return true
  }

  /** Reads what begins here; false where it is a character like others. */
  private special(char: string): boolean {
    switch (char) {
      case "\\":
        return this.escape()
      case "`":
        return this.code()
      case "*":
      case "_":
      case "~":
        return this.mark(char)
      case "@":
        return this.mention()
      case "#":
        return this.room()
      case ":":
        return this.emoji()
      case "[": {
        const found = labelledAt(this.text, this.at)
        return found?.link !== undefined && this.take(found.link, found.end)
      }
      case "\n":
        return this.emptyLine()
      case "¯":
        return this.text.startsWith(SHRUG, this.at) && this.take({ type: "text", text: SHRUG }, this.at + SHRUG.length)
      default:
        return this.address()
    }
  }

  private address(): boolean {
    const found = addressAt(this.text, this.at)
    if (found === undefined) return false
    if (found.link !== undefined) return this.take(found.link, found.end)
    this.at = found.end
    return true
  }

  private escape(): boolean {
    const next = this.text.charAt(this.at + 1)
    return ESCAPED.test(next) && this.take({ type: "text", text: next }, this.at + 2)
  }

  /** Nothing that was opened before is closed after. */
  private emptyLine(): boolean {
    EMPTY_LINE.lastIndex = this.at
    if (EMPTY_LINE.test(this.text)) {
      this.stack.length = 0
      this.open.clear()
    }
    return false
  }

  private runEnd(char: string): number {
    let end = this.at
    while (this.text.charAt(end) === char) end++
    return end
  }

  private code(): boolean {
    const { text } = this
    this.runs ??= new Map(Array.from(text.matchAll(/`+/g), ({ 0: run, index }) => [run.length, index]))
    const begin = this.runEnd("`")
    const length = begin - this.at
    // a run is not looked at in parts
    const literal = () => {
      this.at = begin
      return true
    }
    if ((this.runs.get(length) ?? -1) <= this.at) return literal()
    const run = /`+/g
    run.lastIndex = begin
    let close = run.exec(text)
    while (close !== null && close[0].length !== length) close = run.exec(text)
    if (close === null) return literal()
    const inside = text.slice(begin, close.index)
    const padded = /^ .* $/s.test(inside) && inside.trim() !== ""
    return this.take({ type: "code", text: padded ? inside.slice(1, -1) : inside }, close.index + length)
  }

  private mark(char: string): boolean {
    const { at, text } = this
    const end = this.runEnd(char)
    let length = end - at
    const before = text.charAt(at - 1)
    const after = text.charAt(end)
    let opens = after !== "" && !BLANK.test(after)
    let closes = before !== "" && !BLANK.test(before)
    if (char === "_") {
      opens &&= !WORD.test(before)
      closes &&= !WORD.test(after)
    }
    const times = char === "*" && DIGIT.test(before) && DIGIT.test(after)
    if (length > 3 || times || (char === "~" && length !== 2)) {
      this.at = end
      return true
    }
    this.words()
    if (closes) length -= this.closeAll(char, length, opens)
    if (opens) this.push(char, length)
    else if (length > 0) this.parts.push({ type: "text", text: char.repeat(length) })
    this.at = end
    this.since = end
    return true
  }

  private push(char: string, length: number) {
    for (const size of length === 3 ? [2, 1] : [length]) {
      const mark = markOf(char, size)
      if (mark === undefined) continue
      const open = { mark, at: this.parts.length, second: length === 3 && size === 1 }
      // an earlier one of its kind is text from now on, so that nothing is deeper than there are kinds
      this.open.set(mark, open)
      this.stack.push(open)
      this.parts.push({ type: "text", text: mark })
    }
  }

  private closeAll(char: string, length: number, opens: boolean): number {
    let left = length
    for (let taken = -1; left > 0 && taken !== 0; left -= taken) taken = this.close(char, left, opens)
    return length - left
  }

  /** Closes by a run of this length; how many of its characters were of use. */
  private close(char: string, length: number, opens: boolean): number {
    const exact = this.openOf(char, length)
    if (exact !== undefined) return this.wrap(exact)
    // one that could open as well closes its like only
    if (opens && length < 3) return 0
    const [last] = [1, 2]
      .filter((size) => size <= length)
      .map((size) => this.openOf(char, size))
      .filter((one) => one !== undefined)
      .sort((a, b) => b.at - a.at)
    return last === undefined ? 0 : this.wrap(last)
  }

  private openOf(char: string, length: number): Open | undefined {
    const mark = markOf(char, length)
    return mark === undefined ? undefined : this.open.get(mark)
  }

  private wrap(closed: Open): number {
    const { mark } = closed
    let open = closed
    let above = this.stack.pop()
    while (above !== undefined && above !== open) {
      if (above.second && above.at === open.at + 1) {
        // `***a** b*`: the outer one of a run may be either
        const { mark: inner } = above
        this.parts[open.at] = { type: "text", text: inner }
        this.stack.pop()
        const outer = { mark: inner, at: open.at, second: false }
        this.stack.push(outer)
        this.open.set(inner, outer)
        open = above
        break
      }
      if (this.open.get(above.mark) === above) this.open.delete(above.mark)
      above = this.stack.pop()
    }
    this.open.delete(mark)
    const children = merged(this.parts.splice(open.at + 1))
    this.parts[open.at] = { type: MEANS[mark], children }
    return mark.length
  }

  private mention(): boolean {
    if (/[\p{L}\p{M}\p{N}_.@/-]/u.test(this.text.charAt(this.at - 1))) return false
    const found = this.tokens.at(this.text, this.at + 1)
    if (found === undefined) return false
    const { name, token, userId } = found
    return this.take({ type: "mention", text: `@${name}`, userId }, this.at + 1 + token.length)
  }

  private room(): boolean {
    if (/[\p{L}\p{N}_#&/@-]/u.test(this.text.charAt(this.at - 1))) return false
    ROOM.lastIndex = this.at
    const named = ROOM.exec(this.text)?.groups?.["roomId"] ?? ""
    // the full stop after it is the sentence's, and a number alone is a number
    const roomId = named.replace(/[._:-]+$/, "")
    if (roomId === "" || /^\d+$/.test(roomId)) return false
    return this.take({ type: "room", text: `#${roomId}`, roomId }, this.at + 1 + roomId.length)
  }

  private emoji(): boolean {
    if (WORD.test(this.text.charAt(this.at - 1))) return false
    SHORTCODE.lastIndex = this.at
    const name = SHORTCODE.exec(this.text)?.groups?.["name"]
    const emoji = name === undefined ? undefined : this.known.emojiOf?.(name)
    if (name === undefined || emoji === undefined) return false
    return this.take({ type: "emoji", text: emoji, name }, this.at + name.length + 2)
  }
}

/** Reads texts of one message, one after the other. */
export const inlinesBy = (known: Known): ((text: string) => ReadonlyArray<Inline>) => {
  const tokens = tokensOf(known.mentions ?? [])
  return (text) => new Line(text, tokens, known).read()
}
