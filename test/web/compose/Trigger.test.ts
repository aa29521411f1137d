import { assert, describe, it } from "@effect/vitest"
import { triggerAt } from "../../../src/web/compose/completion/Trigger.ts"

const picked = [{ userId: "u-1", name: "Ada" }]

/** The caret is where the bar stands. */
const at = (text: string) => {
  const caret = text.indexOf("|")
  return triggerAt(text.replace("|", ""), caret, picked)
}

describe("what is being written", () => {
  it.each([
    ["@|", "@", ""],
    ["hi @gr|", "@", "gr"],
    ["(@Grace Ho|", "@", "Grace Ho"],
    ["one\n@g| more", "@", "g"],
    ["@علي|", "@", "علي"],
    ["#|", "#", ""],
    ["see #Ran|dom", "#", "Ran"],
    [":ta|", ":", "ta"],
    ["well :+1|", ":", "+1"],
    ["@Adam|", "@", "Adam"]
  ])("in %j is %s and %j", (text, sign, query) => {
    const from = text.lastIndexOf(sign, text.indexOf("|"))
    assert.deepStrictEqual(at(text), { sign, query, from })
  })

  it.each([
    "|@gr",
    "gr|",
    "ada@example|",
    "@ |",
    "@one two three four|",
    "@gr\n|",
    "a#b|",
    "##b|",
    "https://a.example/#b|",
    ":|",
    ":t|",
    ":-D|",
    "10:30|",
    "https:ab|",
    ":ta da|",
    // picked already
    "@Ada |",
    "@Ada and|"
  ])("is nothing to help with in %j", (text) => assert.isUndefined(at(text)))
})
