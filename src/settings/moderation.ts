/** What moderators' work is like. */
import { choice, text, whole } from "./Setting.ts"

export const moderationSettings = {
  wordFilter: text(
    "WORD_FILTER",
    "",
    /^(@\P{Cc}+|(?!@)\P{Cc}+)?$/u,
    "words separated by commas, or @ and the path of a file with one a line, or nothing",
    "Words that a message may not have, however they are spelled; one that has is answered rejected. Moderators may use them."
  ),
  wordFilterMode: choice(
    "WORD_FILTER_MODE",
    "word",
    ["word", "substring"],
    "Whether the words of WORD_FILTER are meant as words of their own, or within others, too."
  ),
  auditDays: whole("AUDIT_DAYS", 400, 1, 3650, "Days that the log of what moderators ordered is kept.")
} as const
