/** An object as JSON, good or with something wrong about it. */
import type { Dice } from "../support/Dice.ts"
import { weighted } from "./Attack.ts"
import { damaged, oddJson } from "./oddities.ts"
import type { Sample } from "./sample.ts"

/** Its members as they are written, so that one can be there twice, or be no JSON at all. */
type Members = ReadonlyArray<readonly [name: string, json: string]>
type Change = (members: Members, dice: Dice, another: () => Sample) => Members

const NAMES = ["__proto__", "constructor", "prototype", "toString", "", "role", "timestamp", "username", "from"]

const replaced = (members: Members, index: number, json: string): Members =>
  members.map(([name, old], i) => [name, i === index ? json : old])

const dropped: Change = (members, dice) => members.toSpliced(dice.below(members.length), 1)

const doubled: Change = (members, dice) => {
  const one = dice.pick(members)
  return [...members, dice.roll() < 0.5 ? one : [one[0], oddJson(dice)]]
}

const retyped: Change = (members, dice) => replaced(members, dice.below(members.length), oddJson(dice))

const renamed: Change = (members, dice) => {
  const index = dice.below(members.length)
  return members.map(([name, json], i) => [
    i === index ? dice.pick([...NAMES, `${name} `, name.toUpperCase()]) : name,
    json
  ])
}

const added: Change = (members, dice) =>
  members.toSpliced(dice.below(members.length), 0, [dice.pick(NAMES), oddJson(dice)])

const ofAnotherType: Change = (members, dice, another) => {
  const other = written(Object.entries(another()))
  return [...members.filter(([name]) => name === "type" || dice.roll() < 0.5), ...other].filter(
    ([name], i, all) => all.findIndex((one) => one[0] === name) === i
  )
}

const wrapped: Change = (members, dice) => {
  const index = dice.below(members.length)
  const depth = dice.pick([1, 5, 31, 40, 500])
  return replaced(members, index, `${"[".repeat(depth)}${members[index]![1]}${"]".repeat(depth)}`)
}

const written = (entries: ReadonlyArray<readonly [string, unknown]>): Members =>
  entries.map(([name, value]) => [name, JSON.stringify(value)])

const changes = [
  [3, dropped],
  [2, doubled],
  [5, retyped],
  [2, renamed],
  [2, added],
  [2, ofAnotherType],
  [1, wrapped]
] as const

const texted = (members: Members, dice: Dice): string => {
  const gap = dice.roll() < 0.1 ? " ".repeat(dice.pick([1, 100, 15_000])) : ""
  return `{${members.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(`,${gap}`)}}`
}

/** What `draw` draws; one in four as it should be, few longer than `most` bytes. Well-formed, as it could not go over the wire otherwise. */
export const bentText = (dice: Dice, draw: () => Sample, most: number): string => {
  let members = written(Object.entries(draw()))
  const wrongs = weighted(dice, [
    [2, 0],
    [4, 1],
    [2, 2],
    [1, 5]
  ] as const)
  for (let i = 0; i < wrongs && members.length > 0; i++) members = weighted(dice, changes)(members, dice, draw)
  const text = texted(members, dice)
  if (dice.roll() < 0.1) return damaged(dice, text).toWellFormed()
  if (dice.roll() < 0.03) return oddJson(dice)
  return dice.roll() < 0.01 ? text.padEnd(most + 1000, " ") : text
}
