import { assert, describe, it } from "@effect/vitest"
import { draftOf, emptyDraft, forgetDrafts, openDrafts } from "../../../src/web/compose/Draft.ts"
import { isBlank } from "../../../src/domain/isBlank.ts"
import { mentionsIn, unknownIn } from "../../../src/web/compose/mentionsIn.ts"
import { remaining, remainingWords } from "../../../src/web/compose/remaining.ts"
import { stored } from "../../../src/web/Stored.ts"
import { contentProblem } from "../../../src/domain/Content.ts"
import { anyText } from "../../domain/texts.ts"
import "../../domain/seed.ts"

describe("whom a text speaks to", () => {
  const picked = [
    { userId: "u-1", name: "Ada" },
    { userId: "u-2", name: "Ada Lovelace" },
    { userId: "u-3", name: "Bob" }
  ]

  it("are those picked whose names are still there, in their order", () => {
    assert.deepStrictEqual(mentionsIn("@Bob and @Ada Lovelace: hi", picked), ["u-3", "u-2"])
    assert.deepStrictEqual(mentionsIn("@Ada, @Ada", picked), ["u-1"])
    assert.isEmpty(mentionsIn("Bob, @Adalbert, @Eve", picked))
  })

  it("stay those whose names are not known here, which cannot be looked for", () => {
    const row = { content: "@Ada, @Gone and @u-9: hi", mentions: ["u-1", "u-7", "u-9"] }
    assert.deepStrictEqual(unknownIn(row, [{ userId: "u-1" }]), ["u-7"])
  })

  it("are at most as many as the server takes", () => {
    const many = Array.from({ length: 30 }, (_, index) => ({ userId: `u-${index}`, name: `N${index}` }))
    assert.lengthOf(mentionsIn(many.map(({ name }) => `@${name}`).join(" "), many), 20)
  })
})

describe("a text with nothing to see in it", () => {
  it.each(["", " ", "\n\t", "\u200b\u200d", "\u2800", "\u00a0\u3000"])("is blank: %j", (text) =>
    assert.isTrue(isBlank(text))
  )

  it.prop("is blank here where the server finds it so", { text: anyText }, ({ text }) => {
    if (isBlank(text)) assert.strictEqual(contentProblem(text)?.code, "empty_content")
    else assert.notStrictEqual(contentProblem(text)?.code, "empty_content")
  })
})

describe("a time to wait", () => {
  it.each([
    [1, "1 s", "1 second"],
    [12_000, "12 s", "12 seconds"],
    [65_000, "1:05", "1 minute 5 seconds"],
    [120_000, "2:00", "2 minutes"],
    [7_209_000, "2:00:09", "2 hours"],
    [-5, "0 s", "0 seconds"]
  ])("of %i ms is shown as %s and said as %s", (ms, shown, said) => {
    assert.strictEqual(remaining(ms), shown)
    assert.strictEqual(remainingWords(ms), said)
  })
})

describe("a draft", () => {
  it("is kept for its room, and gone once it is empty", () => {
    openDrafts("ann")
    const draft = draftOf("kept")
    assert.strictEqual(draftOf("kept"), draft)
    draft.set({ text: "hi @Ada", picked: [{ userId: "u-1", name: "Ada" }] })
    assert.strictEqual(stored.get("draft:ann kept"), '{"text":"hi @Ada","picked":[{"userId":"u-1","name":"Ada"}]}')
    assert.deepStrictEqual(draftOf("other").getSnapshot(), emptyDraft)
    draft.set(emptyDraft)
    assert.isUndefined(stored.get("draft:ann kept"))
  })

  it("goes on from what was kept, and from that only which makes sense", () => {
    openDrafts("ann")
    stored.set("draft:ann begun", '{"text":"hi","picked":[{"userId":"u-1","name":"Ada"},{"userId":1},null,"a"]}')
    assert.deepStrictEqual(draftOf("begun").getSnapshot(), { text: "hi", picked: [{ userId: "u-1", name: "Ada" }] })
    for (const [index, broken] of ["{", "null", "[]", '{"text":1}'].entries()) {
      stored.set(`draft:ann broken-${index}`, broken)
      assert.deepStrictEqual(draftOf(`broken-${index}`).getSnapshot(), emptyDraft)
    }
  })

  it("is its writer's alone, who may be known later than it was begun", () => {
    openDrafts("ann")
    draftOf("hers").set({ text: "between us", picked: [] })
    openDrafts("bob")
    assert.deepStrictEqual(draftOf("hers").getSnapshot(), emptyDraft)
    draftOf("hers").set({ text: "of Bob", picked: [] })
    openDrafts("ann")
    assert.strictEqual(draftOf("hers").getSnapshot().text, "between us")
  })

  it("is nobody's once its writer has left, whether it was looked at or not", () => {
    openDrafts("ann")
    stored.set("draft:bob left", '{"text":"of another"}')
    const draft = draftOf("left")
    draft.set({ text: "hi @Ada", picked: [{ userId: "u-1", name: "Ada" }] })
    stored.set("draft:ann unseen", '{"text":"secret"}')
    stored.set("theme", "dark")
    forgetDrafts()
    assert.deepStrictEqual(draft.getSnapshot(), emptyDraft)
    assert.isUndefined(stored.get("draft:ann left"))
    assert.isDefined(stored.get("draft:bob left"))
    assert.deepStrictEqual(draftOf("unseen").getSnapshot(), emptyDraft)
    assert.strictEqual(stored.get("theme"), "dark")
  })
})
