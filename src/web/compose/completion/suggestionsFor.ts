/** What a list offers for what is being written, the likeliest first. */
import type { Mention } from "../../content/Block.ts"
import type { EmojiSet } from "../../content/emoji/EmojiSet.ts"
import type { Trigger } from "./Trigger.ts"

export interface Suggestion {
  readonly key: string
  readonly title: string
  /** Shown dimmed beside it. */
  readonly detail?: string
  /** What takes the place of what was written, sign and all. */
  readonly text: string
  /** Whom it speaks to. */
  readonly mention?: Mention
  readonly emoji?: string
}

interface Sources {
  /** The most recent first. */
  readonly people: ReadonlyArray<{ readonly userId: string; readonly username: string }>
  readonly roomIds: ReadonlyArray<string>
  readonly emojis: EmojiSet | undefined
  readonly selfId: string
}

const AT_ONCE = 8

const folded = (text: string) => text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase()

/** Less is likelier; nothing where it is none. */
const rankOf = (query: string, name: string, id: string): number | undefined => {
  if (name.startsWith(query)) return 0
  if (name.split(/\s+/u).some((word) => word.startsWith(query))) return 1
  if (id.startsWith(query)) return 2
  return name.includes(query) ? 3 : undefined
}

interface Ranked<A> {
  readonly value: A
  readonly rank: number
}

const likeliest = <A>(all: ReadonlyArray<A>, rank: (value: A) => number | undefined): ReadonlyArray<A> =>
  all
    .map((value) => ({ value, rank: rank(value) }))
    .filter((one): one is Ranked<A> => one.rank !== undefined)
    .sort((a, b) => a.rank - b.rank)
    .slice(0, AT_ONCE)
    .map(({ value }) => value)

const peopleFor = (query: string, { people, selfId }: Sources): ReadonlyArray<Suggestion> => {
  const asked = folded(query)
  const others = [...new Map(people.map((one) => [one.userId, one])).values()].filter(({ userId }) => userId !== selfId)
  return likeliest(others, ({ userId, username }) => rankOf(asked, folded(username), folded(userId))).map(
    ({ userId, username }) => ({
      key: userId,
      title: username,
      detail: userId,
      text: `@${username} `,
      mention: { userId, name: username }
    })
  )
}

const roomsFor = (query: string, { roomIds }: Sources): ReadonlyArray<Suggestion> => {
  const asked = query.toLowerCase()
  const open = [...new Set(roomIds)].filter((id) => !id.startsWith("dm:") && !id.startsWith("group:"))
  return likeliest(open, (id) => rankOf(asked, id, id)).map((id) => ({ key: id, title: `#${id}`, text: `#${id} ` }))
}

const emojiFor = (query: string, { emojis }: Sources): ReadonlyArray<Suggestion> =>
  (emojis?.search(query, AT_ONCE) ?? []).map(({ description, emoji, names }) => ({
    key: emoji,
    title: `:${names[0] ?? ""}:`,
    detail: description,
    text: `${emoji} `,
    emoji
  }))

export const suggestionsFor = ({ query, sign }: Trigger, sources: Sources): ReadonlyArray<Suggestion> => {
  switch (sign) {
    case "@":
      return peopleFor(query, sources)
    case "#":
      return roomsFor(query, sources)
    default:
      return emojiFor(query, sources)
  }
}
