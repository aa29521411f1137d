/** What one has begun to write in a room: kept by the browser until it is sent, each room's for itself. */
import type { Mention } from "../content/Block.ts"
import { cell, type Cell } from "../Cell.ts"
import { stored } from "../Stored.ts"

export interface Draft {
  readonly text: string
  /** Who was picked from the list: those whose `@Name` is still there are spoken to. */
  readonly picked: ReadonlyArray<Mention>
}

export const emptyDraft: Draft = { text: "", picked: [] }

const isMention = (value: unknown): value is Mention =>
  typeof value === "object" &&
  value !== null &&
  "userId" in value &&
  "name" in value &&
  typeof value.userId === "string" &&
  typeof value.name === "string"

/** Whatever else is kept there is nobody. */
const pickedOf = (text: string | undefined): ReadonlyArray<Mention> => {
  try {
    const all: unknown = JSON.parse(text ?? "[]")
    return Array.isArray(all) ? all.filter(isMention) : []
  } catch {
    return []
  }
}

const drafts = new Map<string, Cell<Draft>>()

const kept = (roomId: string): Cell<Draft> => {
  const text = `draft:${roomId}`
  const picked = `draft-mentions:${roomId}`
  const read = (): Draft => ({ text: stored.get(text) ?? "", picked: pickedOf(stored.get(picked)) })
  const draft = cell(read())
  /** It is written in another tab, which keeps it. */
  let elsewhere = false
  stored.watch([text, picked], () => {
    elsewhere = true
    draft.set(read())
    elsewhere = false
  })
  draft.subscribe(() => {
    if (elsewhere) return
    const now = draft.getSnapshot()
    stored.set(text, now.text === "" ? undefined : now.text)
    stored.set(picked, now.picked.length === 0 ? undefined : JSON.stringify(now.picked))
  })
  return draft
}

/** The same for the same room. */
export const draftOf = (roomId: string): Cell<Draft> => {
  const known = drafts.get(roomId) ?? kept(roomId)
  drafts.set(roomId, known)
  return known
}

/** What was begun anywhere is nobody's any more. */
export const forgetDrafts = (): void => {
  for (const draft of drafts.values()) draft.set(emptyDraft)
  stored.forget("draft")
}
