import { assert, describe, it } from "@effect/vitest"
import { parse } from "../../../src/web/content/parse.ts"
import { plainText, previewOf } from "../../../src/web/content/plainText.ts"
import { family } from "../../domain/texts.ts"

describe("plain text", () => {
  it.each([
    ["**a** _b_ ~~c~~ `d`", "a b c d"],
    ["> a\n> > b\n\nc", "a b c"],
    ["- a\n- b", "a b"],
    ["1. a\n2. b", "1. a 2. b"],
    ["```ts\na\n  b\n```", "ts a b"],
    ["[a](https://b.example/c)", "a (https://b.example/c)"],
    ["https://b.example/c", "https://b.example/c"],
    ["a\n\n\n  b\t c", "a b c"]
  ])("of %j is one line without markup: %s", (text, plain) => assert.strictEqual(plainText(parse(text)), plain))

  it("has names for those who are spoken to by their id", () =>
    assert.strictEqual(plainText(parse("hi @u-1!", { mentions: [{ userId: "u-1", name: "Ada" }] })), "hi @Ada!"))
})

describe("a preview", () => {
  it("is the whole text where that is short", () => assert.strictEqual(previewOf("**a** b", 3), "a b"))
  it("is cut between what readers take for characters", () => {
    assert.strictEqual(previewOf(family.repeat(4), 3), `${family.repeat(3)}…`)
    assert.strictEqual(previewOf("one two three", 8), "one two…")
  })
  it("counts as readers do", () => assert.strictEqual(previewOf(family.repeat(3), 3), family.repeat(3)))
})
