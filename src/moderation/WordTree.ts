/** Finds whether a text has one of many words, in one pass over it (after Aho and Corasick). */

interface Node {
  readonly next: Map<number, Node>
  /** Length in UTF-16 units of the word that ends here, 0 if none does. */
  length: number
  /** The longest end of what led here that some word begins with. */
  shorter: Node | undefined
  /** The longest word that ends here, too, and is shorter. */
  word: Node | undefined
}

const node = (): Node => ({ next: new Map(), length: 0, shorter: undefined, word: undefined })

/** Vowel signs belong to the letter before them. */
const OF_A_WORD = /[\p{L}\p{N}\p{M}]/u

const isOfWord = (codePoint: number | undefined) =>
  codePoint !== undefined &&
  (codePoint < 0x80
    ? (codePoint > 0x60 && codePoint < 0x7b) ||
      (codePoint > 0x2f && codePoint < 0x3a) ||
      (codePoint > 0x40 && codePoint < 0x5b)
    : OF_A_WORD.test(String.fromCodePoint(codePoint)))

/** The code point that ends before an index. */
const before = (text: string, index: number): number | undefined => {
  if (index === 0) return undefined
  const low = text.charCodeAt(index - 1)
  return (low & 0xfc00) === 0xdc00 && index > 1 ? text.codePointAt(index - 2) : low
}

/** Whether a word ends and another begins at an index, or what lies there is of no word at all. */
const isEdge = (text: string, index: number) => !isOfWord(before(text, index)) || !isOfWord(text.codePointAt(index))

export class WordTree {
  private readonly root = node()
  private readonly whole: boolean

  /** `whole`: words are found only where they are not part of longer ones. Texts and words are to be spelled the same way. */
  constructor(words: ReadonlyArray<string>, whole: boolean) {
    this.whole = whole
    for (const word of words) this.add(word)
    this.connect()
  }

  isIn(text: string): boolean {
    let here = this.root
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i)
      let next = here.next.get(unit)
      while (next === undefined && here.shorter !== undefined) {
        here = here.shorter
        next = here.next.get(unit)
      }
      here = next ?? this.root
      let end = here.length > 0 ? here : here.word
      for (; end !== undefined; end = end.word) {
        if (!this.whole || (isEdge(text, i + 1) && isEdge(text, i + 1 - end.length))) return true
      }
    }
    return false
  }

  private add(word: string): void {
    let here = this.root
    for (let i = 0; i < word.length; i++) {
      const unit = word.charCodeAt(i)
      let next = here.next.get(unit)
      if (next === undefined) here.next.set(unit, (next = node()))
      here = next
    }
    here.length = word.length
  }

  /** Sets `shorter` and `word`, the nodes nearest to the root first. */
  private connect(): void {
    const reached = [this.root]
    for (const here of reached) {
      for (const [unit, next] of here.next) {
        let shorter = here.shorter
        while (shorter !== undefined && !shorter.next.has(unit)) shorter = shorter.shorter
        next.shorter = shorter?.next.get(unit) ?? this.root
        next.word = next.shorter.length > 0 ? next.shorter : next.shorter.word
        reached.push(next)
      }
    }
  }
}
