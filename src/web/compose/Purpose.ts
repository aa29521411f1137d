/** What one writes in a room for, where it is nothing new: an answer, or a change. It stays while other rooms are looked at. */
import type { Room, Row } from "../../client/index.ts"
import { cell, type Cell } from "../Cell.ts"
import type { Draft } from "./Draft.ts"

export interface Purpose {
  readonly replyTo?: Row
  readonly editing?: Row
}

const purposes = new WeakMap<Room, Cell<Purpose>>()
const edits = new WeakMap<Row, Cell<Draft>>()

/** The same for the same room. */
export const purposeIn = (room: Room): Cell<Purpose> => {
  const known = purposes.get(room) ?? cell<Purpose>({})
  purposes.set(room, known)
  return known
}

/** What a message is being changed to. `begin`: what it is before it is. */
export const editOf = (row: Row, begin: () => Draft): Cell<Draft> => {
  const known = edits.get(row) ?? cell(begin())
  edits.set(row, known)
  return known
}

/** A change that was made, or is not wanted any more. */
export const forgetEdit = (row: Row): void => void edits.delete(row)
