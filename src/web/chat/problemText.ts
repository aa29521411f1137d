/** What to tell the user where something they wanted was refused: in words, with what to do about it. */
import { HubbubError } from "../../client/index.ts"

const WORDS: { readonly [K in HubbubError["code"]]?: string } = {
  timeout: "The server took too long to answer. Try again.",
  disconnected: "The connection was lost before the server answered. Look whether it worked, then try again.",
  closed: "The connection was closed.",
  signed_out: "You have been signed out.",
  outbox_full: "Too much is waiting to be sent. Try again when you are connected.",
  forbidden: "You may not do that.",
  forbidden_room: "You may not enter this room.",
  banned: "You have been banned.",
  not_found: "It is not there any more.",
  rate_limited: "That was too much at once. Wait a moment and try again.",
  too_many_rooms: "You are in too many rooms at once. Leave one and try again.",
  overloaded: "The server is busy. Try again in a moment.",
  unavailable: "The server cannot reach its storage. Try again in a moment.",
  draining: "The server is restarting. Try again in a moment.",
  invalid_room: "Room names have at most 64 characters: a–z, 0–9, dot, underscore, colon and hyphen.",
  invalid_user_id: "There is no such user.",
  rejected: "The words of this message are not allowed here.",
  muted: "You have been muted and cannot write for now.",
  empty_content: "Write something first.",
  content_too_long: "That is too long.",
  not_supported: "This server cannot do that."
}

const sentence = (text: string): string => {
  const first = text.charAt(0).toLocaleUpperCase() + text.slice(1)
  return /[.!?]$/.test(first) ? first : `${first}.`
}

export const problemText = (error: unknown): string => {
  if (error instanceof HubbubError) return WORDS[error.code] ?? sentence(error.message)
  return "Something went wrong. Try again."
}
