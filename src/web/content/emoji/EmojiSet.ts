/** The emoji that there are, as they are packed into one text, and found by name. */

export interface Emoji {
  readonly emoji: string
  /** Short names as in `:tada:`, without the colons. */
  readonly names: ReadonlyArray<string>
  /** In words, as it is read aloud. */
  readonly description: string
  readonly tags: ReadonlyArray<string>
}

interface Category {
  readonly name: string
  readonly emojis: ReadonlyArray<Emoji>
}

export interface EmojiSet {
  readonly categories: ReadonlyArray<Category>
  /** The emoji of a name, as it is written. */
  readonly byName: (name: string) => string | undefined
  readonly byEmoji: (emoji: string) => Emoji | undefined
  /** Those whose names or descriptions have words that begin like this, the closest first. */
  readonly search: (query: string, limit?: number) => ReadonlyArray<Emoji>
}

/** One line for each, those of a category under its name. */
export const packed = (all: ReadonlyArray<Emoji & { readonly category: string }>): string => {
  const categories = [...new Set(all.map(({ category }) => category))]
  const line = ({ description, emoji, names, tags }: Emoji) =>
    [emoji, names.join(" "), description, tags.join(",")].join("\t")
  return categories
    .map((name) => [name, ...all.filter(({ category }) => category === name).map(line)].join("\n"))
    .join("\n\n")
}

const wordsOf = (text: string) =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}+]+/u)
    .filter(Boolean)

const emojiOf = (line: string): Emoji => {
  const [emoji = "", names = "", description = "", tags = ""] = line.split("\t")
  return { emoji, names: names.split(" "), description, tags: tags === "" ? [] : tags.split(",") }
}

const categoryOf = (part: string): Category => {
  const [name = "", ...lines] = part.split("\n")
  return { name, emojis: lines.map(emojiOf) }
}

interface Entry {
  readonly emoji: Emoji
  readonly words: ReadonlyArray<string>
  readonly others: ReadonlyArray<string>
}

const entryOf = (emoji: Emoji): Entry => ({
  emoji,
  words: wordsOf(emoji.names.join(" ")),
  others: wordsOf(`${emoji.description} ${emoji.tags.join(" ")}`)
})

/** Less is closer; nothing where a word of the query is not there. */
const distance = ({ emoji, others, words }: Entry, query: string, asked: ReadonlyArray<string>): number | undefined => {
  if (emoji.names.includes(query)) return 0
  if (emoji.names.some((name) => name.startsWith(query))) return 1
  const begins = (all: ReadonlyArray<string>) => asked.every((word) => all.some((one) => one.startsWith(word)))
  if (begins(words)) return 2
  return begins([...words, ...others]) ? 3 : undefined
}

export const emojiSetOf = (text: string): EmojiSet => {
  const categories = text.split("\n\n").map(categoryOf)
  const all = categories.flatMap(({ emojis }) => emojis)
  const byName = new Map(all.flatMap(({ emoji, names }) => names.map((name) => [name, emoji])))
  const byEmoji = new Map(all.map((one) => [one.emoji, one]))
  const entries = all.map(entryOf)
  return {
    categories,
    byName: (name) => byName.get(name),
    byEmoji: (emoji) => byEmoji.get(emoji),
    search: (query, limit = 60) => {
      const asked = wordsOf(query)
      const [only] = byEmoji.has(query.trim()) ? [byEmoji.get(query.trim())] : []
      if (only !== undefined) return [only]
      if (asked.length === 0) return []
      const name = asked.join("_")
      return entries
        .map((entry) => ({ emoji: entry.emoji, far: distance(entry, name, asked) }))
        .filter((one): one is { emoji: Emoji; far: number } => one.far !== undefined)
        .sort((a, b) => a.far - b.far)
        .slice(0, limit)
        .map(({ emoji }) => emoji)
    }
  }
}
