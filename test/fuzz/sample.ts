/** A good frame of any type that clients may send, made from the table of their schemas: a type that is new there is made by itself. */
import { SchemaAST } from "effect"
import { clientFrames } from "../../src/domain/ClientFrame.ts"
import type { Dice } from "../support/Dice.ts"
import { type Target, uuid } from "./Attack.ts"

export type Sample = Readonly<Record<string, unknown>>

const words = ["hi", "two\nlines", "👍", "👩‍👩‍👧‍👦 family", "\u2068سلام\u2069", '"\\</p>', "x".repeat(1000), "@bob #x"]

/** Fields whose rules a value by its kind alone would seldom keep. */
const byName: Readonly<Record<string, (dice: Dice, target: Target) => unknown>> = {
  roomId: (dice, { rooms }) => dice.pick(rooms),
  userId: (dice, { users }) => dice.pick(users),
  to: (dice, { users }) => dice.pick(users),
  invite: (dice, { users }) => [dice.pick(users)],
  content: (dice) => dice.pick(words),
  messageId: uuid,
  replyTo: uuid,
  emoji: (dice) => dice.pick(["👍", "+1", "🇩🇪"]),
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

export const sampleTypes: ReadonlyArray<string> = Object.keys(clientFrames)

/** A frame of this type that keeps its rules; fields that may be left out are there by chance, `ref` always. */
export const sample = (type: string, dice: Dice, target: Target): Sample => {
  const found = Object.entries(clientFrames).find(([name]) => name === type)
  if (found === undefined) throw new Error(`clients have no frame ${type}`)
  const fields = Object.entries<{ readonly ast: SchemaAST.AST }>(found[1].fields).flatMap(([name, { ast }]) => {
    if (name === "ref") return [[name, uuid(dice)]]
    if (SchemaAST.isOptional(ast) && dice.roll() < 0.5) return []
    return [[name, byName[name]?.(dice, target) ?? valueOf(ast, dice)]]
  })
  return Object.fromEntries(fields)
}
