/** What a text says, on one line and without markup: for notices, for what is read aloud, and to show what is answered to. */
import type { Block, Inline, Item } from "./Block.ts"
import type { Known } from "./inlines.ts"
import { parse } from "./parse.ts"

const inlineText = (part: Inline): string => {
  switch (part.type) {
    case "strong":
    case "emphasis":
    case "strike":
      return part.children.map(inlineText).join("")
    case "link":
      return part.text === part.source ? part.text : `${part.text} (${part.source})`
    default:
      return part.text
  }
}

const itemText = ({ children, value }: Item): string =>
  `${value === undefined ? "" : `${value}. `}${children.map(inlineText).join("")}`

const blockText = (block: Block): string => {
  switch (block.type) {
    case "paragraph":
      return block.children.map(inlineText).join("")
    case "code":
      return `${block.language} ${block.text}`
    case "quote":
      return block.children.map(blockText).join(" ")
    default:
      return block.items.map(itemText).join(" ")
  }
}

export const plainText = (blocks: ReadonlyArray<Block>): string =>
  blocks.map(blockText).join(" ").replace(/\s+/gu, " ").trim()

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" })

/** The beginning of what a message says, of at most `length` characters as readers count them. */
export const previewOf = (content: string, length = 140, known: Known = {}): string => {
  const text = plainText(parse(content, known))
  if (text.length <= length) return text
  let preview = ""
  let count = 0
  for (const { segment } of graphemes.segment(text)) {
    if (count++ === length) return `${preview.trimEnd()}…`
    preview += segment
  }
  return preview
}
