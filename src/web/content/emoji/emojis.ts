/** The emoji, once something needs them: they are a file of their own that nobody waits for who does not. */
import { cell, type Readable } from "../../Cell.ts"
import { type EmojiSet, emojiSetOf } from "./EmojiSet.ts"

const present = cell<EmojiSet | undefined>(undefined)
let loading: Promise<EmojiSet | undefined> | undefined

const load = async (): Promise<EmojiSet | undefined> => {
  try {
    const { all } = await import("./all.ts")
    const set = emojiSetOf(all)
    present.set(set)
    return set
  } catch {
    // the next who asks has it tried again
    loading = undefined
    return undefined
  }
}

/** Undefined until they were asked for and are there. */
export const emojis: Readable<EmojiSet | undefined> & {
  /** Fetches them, once; undefined where they could not be had. */
  load(): Promise<EmojiSet | undefined>
} = { subscribe: present.subscribe, getSnapshot: present.getSnapshot, load: () => (loading ??= load()) }

/** Whether a text may name emoji as in `:tada:`. */
export const namesEmoji = (text: string): boolean => /(?<![\p{L}\p{N}_:]):[a-z0-9_+-]{1,50}:/u.test(text)
