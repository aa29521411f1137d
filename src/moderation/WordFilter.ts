/** Words that messages may not have, however they are spelled. None unless a list is given. */
import { readFileSync } from "node:fs"
import { Context, Data, Effect, Layer } from "effect"
import { type ProtocolError, refusal } from "../domain/ProtocolError.ts"
import { plainLetters } from "./plainLetters.ts"
import { WordTree } from "./WordTree.ts"

/** `word`: only as a word of its own; `substring`: anywhere. */
export type WordFilterMode = "word" | "substring"

export interface WordFilterOptions {
  /** Words separated by commas, or `@` and the path of a file that has them, separated by commas or line ends. */
  readonly words: string
  readonly mode: WordFilterMode
}

/** The list of words cannot be read. One line for an operator. */
class WordFilterUnusable extends Data.TaggedError("WordFilterUnusable")<{
  readonly file: string
  readonly why: string
}> {
  override get message() {
    return `WORD_FILTER names ${this.file}, which cannot be read: ${this.why}`
  }
}

const rejected = refusal("rejected", "the message has a word that is not allowed here", "content")

const wordsOf = (text: string) => text.split(/[,\r\n]/).flatMap((word) => plainLetters(word).trim() || [])

const listed = (words: string): Effect.Effect<ReadonlyArray<string>, WordFilterUnusable> => {
  if (!words.startsWith("@")) return Effect.succeed(wordsOf(words))
  const file = words.slice(1)
  return Effect.try({
    try: () => wordsOf(readFileSync(file, "utf8")),
    catch: (failure) =>
      new WordFilterUnusable({ file, why: failure instanceof Error ? failure.message : String(failure) })
  })
}

export class WordFilter extends Context.Service<
  WordFilter,
  {
    /** Why a text is not taken: `rejected`, without the word. Takes time in proportion to the text. */
    screens(content: string): ProtocolError | undefined
  }
>()("hubbub/moderation/WordFilter") {
  static readonly layer = ({ mode, words }: WordFilterOptions) =>
    Layer.effect(
      WordFilter,
      Effect.gen(function* () {
        const list = yield* listed(words)
        if (list.length === 0) return WordFilter.of({ screens: () => undefined })
        const tree = new WordTree(list, mode === "word")
        yield* Effect.logInfo("messages are screened for words", { words: list.length, mode })
        return WordFilter.of({ screens: (content) => (tree.isIn(plainLetters(content)) ? rejected : undefined) })
      })
    )
}
