/** Names of public rooms, as the server has them. */
import { kindOf } from "./kindOf.ts"

const NAME = /^[a-z0-9][a-z0-9._:-]{0,63}$/
/** Not a room to talk in: the figures come from there. */
const FIGURES = "analytics"

/** What somebody means who types a name: without the `#`, in small letters, with hyphens between words. */
export const roomNameOf = (typed: string): string =>
  typed.trim().replace(/^#+/, "").trim().toLowerCase().replaceAll(/\s+/g, "-")

/** Whether there may be a room of this name that everybody may go into. */
export const isRoomName = (name: string): boolean => NAME.test(name) && name !== FIGURES && kindOf(name) === "public"
