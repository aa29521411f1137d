/** Good objects made from the tables of their schemas; of the frames that clients may send any type, one that is new there by itself. */
import { SchemaAST } from "effect"
import { clientFrames } from "../../src/domain/ClientFrame.ts"
import type { Dice } from "../support/Dice.ts"
import { type Target, uuid } from "./Attack.ts"

export type Sample = Readonly<Record<string, unknown>>

/** The fields of a schema, by their names. */
export type Fields = Readonly<Record<string, { readonly ast: SchemaAST.AST }>>

export const words = ["hi", "two\nlines", "👍", "👩‍👩‍👧‍👦 family", "\u2068سلام\u2069", '"\\</p>', "x".repeat(1000), "@bob #x"]

/** Fields whose rules a value by its kind alone would seldom keep. */
const byName: Readonly<Record<string, (dice: Dice, target: Target) => unknown>> = {
  roomId: (dice, { rooms }) => dice.pick(rooms),
  userId: (dice, { users }) => dice.pick(users),
  to: (dice, { users }) => dice.pick(users),
  invite: (dice, { users }) => [dice.pick(users)],
  content: (dice) => dice.pick(words),
  messageId: uuid,
  replyTo: uuid,
  emoji: (dice) => dice.pick(["👍", "👩‍👩‍👧‍👦", "🇩🇪"]),
  mentions: (dice, { users }) => [dice.pick(users)],
  text: (dice) => dice.pick(["hi", "two lin", "é 語"]),
  token: (_dice, { token }) => token ?? "a.b.c",
  history: (dice) => dice.below(201),
  limit: (dice) => 1 + dice.below(200),
  seq: (dice) => dice.below(20),
  seconds: (dice) => 1 + dice.below(60)
}

const valueOf = (ast: SchemaAST.AST, dice: Dice): unknown => {
  if (SchemaAST.isLiteral(ast)) return ast.literal
  if (SchemaAST.isUnion(ast)) return valueOf(dice.pick(ast.types), dice)
  if (SchemaAST.isString(ast)) return dice.pick(["a", "lobby", "some text"])
  if (SchemaAST.isNumber(ast)) return dice.below(50)
  if (SchemaAST.isBoolean(ast)) return dice.roll() < 0.5
  if (SchemaAST.isArrays(ast)) return ast.rest.slice(0, 1).map((one) => valueOf(one, dice))
  if (!SchemaAST.isObjects(ast)) return null
  return Object.fromEntries(ast.propertySignatures.map(({ name, type }) => [String(name), valueOf(type, dice)]))
}

/** An object of these fields; those that may be left out are there by chance. `given` has values for fields with rules of their own. */
export const drawn = (fields: Fields, dice: Dice, given: (name: string) => unknown): Sample =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([name, { ast }]) => {
      if (name !== "ref" && SchemaAST.isOptional(ast) && dice.roll() < 0.5) return []
      return [[name, given(name) ?? valueOf(ast, dice)]]
    })
  )

export const sampleTypes: ReadonlyArray<string> = Object.keys(clientFrames)

/** A frame of this type that keeps its rules; fields that may be left out are there by chance, `ref` always. */
export const sample = (type: string, dice: Dice, target: Target): Sample => {
  const found = Object.entries(clientFrames).find(([name]) => name === type)
  if (found === undefined) throw new Error(`clients have no frame ${type}`)
  return drawn(found[1].fields, dice, (name) => (name === "ref" ? uuid(dice) : byName[name]?.(dice, target)))
}
