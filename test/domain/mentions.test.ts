import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import { MENTIONS_MAX, mentionsOf } from "../../src/domain/mentions.ts"
import { UserId, userIdProblem } from "../../src/domain/UserId.ts"
import { anyText, family, thumb } from "./texts.ts"
import "./seed.ts"

const ids = (...names: ReadonlyArray<string>) => names.map((name) => UserId.make(name))

describe("whom a text speaks to", () => {
  const texts: ReadonlyArray<readonly [text: string, ...ids: ReadonlyArray<string>]> = [
    ["@bob", "bob"],
    ["hi @bob, @alice: look!", "bob", "alice"],
    ["(@bob) [@alice] <@carol>", "bob", "alice", "carol"],
    ['"@bob", said @alice\'s cat; and @carol’s', "bob", "alice", "carol"],
    ["@bob? @alice! @carol… @dave...", "bob", "alice", "carol", "dave"],
    ["@bob,@alice", "bob", "alice"],
    ["line\n@bob\n@alice", "bob", "alice"],
    ["@bob @bob @bob", "bob"],
    // ids that have marks in them
    ["@user-1 @user_2 @a.b.c. @sub:42", "user-1", "user_2", "a.b.c", "sub:42"],
    ["ask @bob@example.org, or @alice@example.com.", "bob@example.org", "alice@example.com"],
    // other scripts, some without a space behind
    ["@李雷，你好", "李雷"],
    ["@李雷。@韩梅梅！", "李雷", "韩梅梅"],
    ["مرحبا @سلام، كيف", "سلام"],
    ["\u2068@bob\u2069 \u200f@سلام\u200f", "bob", "سلام"],
    ["@Jose\u0301", "José"],
    [`@${thumb}`, thumb],
    ["@🦊, @🦊\ufe0f!", "🦊"],
    // none of these
    ["mail bob@example.org"],
    ["https://example.org/@bob and x/@bob and a.@bob -@bob"],
    ["@ @, @. @@ @@@bob @\u200b @'s"],
    [`@${family}`],
    ["@bo\u200bb"],
    [`@${"a".repeat(65)} @${"a".repeat(300)} @${"é".repeat(64)}.${"!".repeat(200)}`],
    ["no one"]
  ]
  for (const [text, ...right] of texts) {
    it(`is ${right.length === 0 ? "nobody" : right.join(", ")} in ${JSON.stringify(text.slice(0, 60))}`, () => {
      assert.deepStrictEqual(mentionsOf(text), ids(...right))
    })
  }

  it("is first who is given beside it, each once, and no more than twenty", () => {
    assert.deepStrictEqual(mentionsOf("@bob @carol", ids("alice", "bob", "alice")), ids("alice", "bob", "carol"))
    assert.deepStrictEqual(mentionsOf("nobody", ids("ghost")), ids("ghost"))
    const many = Array.from({ length: 30 }, (_, i) => `u${i}`)
    assert.deepStrictEqual(mentionsOf(many.map((id) => `@${id}`).join(" ")), ids(...many.slice(0, MENTIONS_MAX)))
    assert.deepStrictEqual(mentionsOf("@late", ids(...many.slice(0, 20))), ids(...many.slice(0, 20)))
  })

  const letter = Arbitrary.schema(Schema.Literals(["a", "Z", "7", "_", "é", "ß", "李", "س", "🦊"]))
  const inner = Arbitrary.schema(Schema.Literals(["a", "7", "-", ".", "+", ":", "·", "李", "a@example"]))
  const userId = Arbitrary.map(
    Arbitrary.all({ first: letter, middle: Arbitrary.array(inner, { maxLength: 7 }), last: letter }),
    ({ first, last, middle }) => UserId.make([first, ...middle, last].join(""))
  )
  const around = {
    before: Arbitrary.schema(Schema.Literals(["", " ", "\n", "(", '"', "，", "\u2067", "@bob, "])),
    after: Arbitrary.schema(Schema.Literals(["", " ", ", ", ") ", "! ", "… ", "。", "\u2069", "'s ", "’s ", "\n@bob"]))
  }

  it.prop("has an id whatever stands around it", { userId, ...around }, ({ after, before, userId }) => {
    const others = ids("bob").filter(() => before.includes("bob") || after.includes("bob"))
    assert.sameMembers([...mentionsOf(`${before}@${userId}${after}`)], [...new Set([userId, ...others])])
  })

  it.prop("is only ids that someone may have, each once, whatever the text", { text: anyText }, ({ text }) => {
    const found = mentionsOf(`@${text} @${text}`)
    assert.isAtMost(found.length, MENTIONS_MAX)
    assert.strictEqual(new Set(found).size, found.length)
    for (const id of found) assert.isUndefined(userIdProblem(id))
  })
})
