/** What one has begun to write in a room: kept by the browser until it is sent, each user's and each room's for itself. */
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

/** Whatever else is kept there is nothing. */
const parsed = (kept: string | undefined): Draft => {
  try {
    const { picked, text }: { readonly picked?: unknown; readonly text?: unknown } = JSON.parse(kept ?? "{}")
    if (typeof text !== "string" || text === "") return emptyDraft
    return { text, picked: Array.isArray(picked) ? picked.filter(isMention) : [] }
  } catch {
    return emptyDraft
  }
}

interface Kept {
  readonly draft: Cell<Draft>
  read(): void
  write(): void
}

/** Who writes; not known before the server has said. */
let owner: string | undefined
const drafts = new Map<string, Kept>()

const KEPT = "draft:"

// neither has white space in it
const nameOf = (roomId: string) => `${KEPT}${owner} ${roomId}`

const keep = (roomId: string): Kept => {
  const draft = cell(parsed(stored.get(nameOf(roomId))))
  let reading = false
  const read = () => {
    reading = true
    draft.set(parsed(stored.get(nameOf(roomId))))
    reading = false
  }
  const write = () => {
    const now = draft.getSnapshot()
    if (owner !== undefined && !reading) stored.set(nameOf(roomId), now.text === "" ? undefined : JSON.stringify(now))
  }
  draft.subscribe(write)
  return { draft, read, write }
}

const known = (roomId: string): Kept => {
  const kept = drafts.get(roomId) ?? keep(roomId)
  drafts.set(roomId, kept)
  return kept
}

// written in another tab, which keeps it
stored.watch(KEPT, (name) => {
  for (const [roomId, kept] of drafts) if (nameOf(roomId) === name) kept.read()
})

/** The same for the same room. */
export const draftOf = (roomId: string): Cell<Draft> => known(roomId).draft

/** Goes by what this user has begun. What was written before it was known who writes is theirs. */
export const openDrafts = (userId: string): void => {
  if (userId === owner) return
  const wasNobody = owner === undefined
  owner = userId
  for (const { draft, read, write } of drafts.values()) {
    if (wasNobody && draft.getSnapshot().text !== "") write()
    else read()
  }
}

/** What its user has begun anywhere is nobody's any more. */
export const forgetDrafts = (): void => {
  for (const { draft } of drafts.values()) draft.set(emptyDraft)
  stored.forget(`${KEPT}${owner} `)
}
