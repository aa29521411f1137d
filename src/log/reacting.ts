/** Who reacted to a message with what: each emoji once, each user once under it, in the order in which they came. */
import type { Emoji } from "../domain/Emoji.ts"
import type { Message } from "../domain/Message.ts"
import type { UserId } from "../domain/UserId.ts"

/** Different emoji on one message, reactions of all users together, and bytes of their ids: as many as 256 of the longest ASCII ids take. */
export const EMOJI_MAX = 20
export const REACTIONS_MAX = 256
export const REACTORS_BYTES = 16_384

type Reactions = NonNullable<Message["reactions"]>

/** One user's reaction, given or taken back. */
export interface Reaction {
  readonly emoji: Emoji
  readonly removed: boolean
}

/**
 * The reactions with one more or one less; nothing where none is left. `unchanged` where they are so already, `full` where there is no
 * room for another.
 */
export const reacting = (
  reactions: Reactions,
  { emoji, removed }: Reaction,
  by: UserId
): Reactions | "unchanged" | "full" | undefined => {
  const users = reactions[emoji] ?? []
  if (users.includes(by) !== removed) return "unchanged"
  if (removed) {
    const { [emoji]: _, ...others } = reactions
    if (users.length > 1) return { ...reactions, [emoji]: users.filter((userId) => userId !== by) }
    return Object.keys(others).length === 0 ? undefined : others
  }
  const all = Object.values(reactions).flat()
  const bytes = all.reduce((sum, userId) => sum + Buffer.byteLength(userId), Buffer.byteLength(by))
  const isNew = users.length === 0
  if (isNew && Object.keys(reactions).length >= EMOJI_MAX) return "full"
  if (all.length >= REACTIONS_MAX || bytes > REACTORS_BYTES) return "full"
  return { ...reactions, [emoji]: [...users, by] }
}
