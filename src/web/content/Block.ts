/** What a text is made of, once its markup is read: blocks one under the other, each of a line of parts. */

/** Somebody whom a text may speak to: `@Name` or `@userId` in it is them. */
export interface Mention {
  readonly userId: string
  readonly name: string
}

export type Inline =
  /** Line feeds and runs of blanks are as they were typed. */
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "strong" | "emphasis" | "strike"; readonly children: ReadonlyArray<Inline> }
  | { readonly type: "code"; readonly text: string }
  | Link
  | { readonly type: "mention"; readonly text: string; readonly userId: string }
  | { readonly type: "room"; readonly text: string; readonly roomId: string }
  /** Of a known `:name:`. */
  | { readonly type: "emoji"; readonly text: string; readonly name: string }

/** `url` is of http, https or mailto. `host`: where it leads, to be shown beside a `text` that does not say so. */
export interface Link {
  readonly type: "link"
  readonly url: string
  readonly text: string
  readonly host?: string
  /** As the address was typed. */
  readonly source: string
}

/** A point of a list: what stood before it, and what it says. */
export interface Item {
  /** As typed; undefined in a list without numbers. */
  readonly value: number | undefined
  readonly children: ReadonlyArray<Inline>
}

export type Block =
  | { readonly type: "paragraph"; readonly children: ReadonlyArray<Inline> }
  /** `language` is the word behind the opening fence, empty where there was none. */
  | { readonly type: "code"; readonly language: string; readonly text: string }
  | { readonly type: "quote"; readonly children: ReadonlyArray<Block> }
  | { readonly type: "list"; readonly ordered: boolean; readonly items: ReadonlyArray<Item> }
