/** Display names: what people see. The rule is that of `nameRule.ts`. */
import { Schema } from "effect"
import { codePoints } from "./codePoints.ts"
import { nameFault, type NameFault, USERNAME_MAX } from "./nameRule.ts"

const words: Readonly<Record<Exclude<NameFault, "long">, string>> = {
  empty: "username must not be empty",
  hidden: "username must not contain control, bidirectional or invisible characters",
  stacked: "username must not have stacked combining marks, nor be mostly marks",
  mixed: "username must not mix scripts within a word",
  reserved: "username is reserved, or looks like one that is"
}

/** Why a normalised name is refused, or nothing. `reserved` allows the names that speak for the house. */
export const usernameProblem = (
  name: string,
  { reserved = false }: { readonly reserved?: boolean } = {}
): string | undefined => {
  const fault = nameFault(name)
  if (fault === undefined || (fault === "reserved" && reserved)) return undefined
  if (fault !== "long") return words[fault]
  return `username has ${codePoints(name)} code points; at most ${USERNAME_MAX} are allowed`
}

/** What any name is like, the server's own among them: reserved names are one. */
export const Username = Schema.String.check(
  Schema.makeFilter((name) => usernameProblem(name, { reserved: true }))
).pipe(Schema.brand("Username"))
export type Username = typeof Username.Type
