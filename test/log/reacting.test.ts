import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import { UserId } from "../../src/domain/UserId.ts"
import { EMOJI_MAX, reacting, REACTIONS_MAX, REACTORS_BYTES } from "../../src/log/reacting.ts"
import "../domain/seed.ts"

type Reactions = Readonly<Record<string, ReadonlyArray<UserId>>>

const user = (id: string | number) => UserId.make(`user${id}`)
const flags = Array.from({ length: 26 }, (_, i) => String.fromCodePoint(0x1f1e6, 0x1f1e6 + i))

const add = (reactions: Reactions, emoji: string, by: UserId) => reacting(reactions, { emoji, removed: false }, by)
const remove = (reactions: Reactions, emoji: string, by: UserId) => reacting(reactions, { emoji, removed: true }, by)

/** One of the longest there can be. */
const id = (i: number, letter: string) => UserId.make(`${letter.repeat(61)}${String(i).padStart(3, "0")}`)

/** A message that many have reacted to. */
const many = (emoji: string, ids: ReadonlyArray<UserId>): Reactions => ({ [emoji]: ids })
const users = (count: number) => Array.from({ length: count }, (_, i) => user(i))

describe("the reactions of a message", () => {
  it("name each user once under each emoji, in the order in which they came", () => {
    const one = add({}, "👍", user(1))
    assert.deepStrictEqual(one, { "👍": [user(1)] })
    const all = [user(2), user(3)].reduce<Reactions>((now, by) => add(now, "👍", by) as Reactions, one as Reactions)
    assert.deepStrictEqual(all, { "👍": [user(1), user(2), user(3)] })
    assert.strictEqual(add(all, "👍", user(2)), "unchanged")
    const two = add(all, "🎉", user(2)) as Reactions
    assert.deepStrictEqual(Object.entries(two), [
      ["👍", [user(1), user(2), user(3)]],
      ["🎉", [user(2)]]
    ])
    assert.deepStrictEqual(Object.keys(add(two, "👍", user(4)) as Reactions), ["👍", "🎉"])
  })

  it("lose one that is taken back, and with the last one the emoji, and with the last emoji all of it", () => {
    const before = { "👍": [user(1), user(2)], "🎉": [user(2)] }
    assert.deepStrictEqual(remove(before, "👍", user(1)), { "👍": [user(2)], "🎉": [user(2)] })
    assert.deepStrictEqual(remove(before, "🎉", user(2)), { "👍": [user(1), user(2)] })
    assert.isUndefined(remove({ "🎉": [user(2)] }, "🎉", user(2)))
    for (const [emoji, by] of [
      ["👍", user(3)],
      ["🎉", user(1)],
      ["❤️", user(1)]
    ] as const) {
      assert.strictEqual(remove(before, emoji, by), "unchanged")
    }
  })

  it("are of twenty different emoji at the most, and of one of them there may be more", () => {
    const full = Object.fromEntries(flags.slice(0, EMOJI_MAX).map((emoji) => [emoji, [user(1)]]))
    assert.strictEqual(add(full, flags[20]!, user(2)), "full")
    assert.isObject(add(full, flags[19]!, user(2)))
    const fewer = remove(full, flags[3]!, user(1)) as Reactions
    assert.isObject(add(fewer, flags[20]!, user(2)))
  })

  it("are no more than 256, of which each can be taken back, and seen to be there", () => {
    const full = many("👍", users(REACTIONS_MAX))
    assert.strictEqual(add(full, "👍", user(999)), "full")
    assert.strictEqual(add(full, "🎉", user(1)), "full")
    assert.strictEqual(add(full, "👍", user(7)), "unchanged")
    assert.isObject(add(remove(full, "👍", user(7)) as Reactions, "🎉", user(7)))
  })

  it("are of 256 users whatever ASCII ids they have, and of fewer whose ids take more", () => {
    const ascii = many(
      "👍",
      Array.from({ length: REACTIONS_MAX - 1 }, (_, i) => id(i, "a"))
    )
    assert.isObject(add(ascii, "👍", id(999, "a")))
    let wide: Reactions = {}
    let count = 0
    for (let next: ReturnType<typeof add> = {}; next !== "full"; count++) {
      wide = next as Reactions
      next = add(wide, "👍", id(count, "🦊"))
    }
    assert.strictEqual(count - 1, Math.floor(REACTORS_BYTES / (61 * 4 + 3)))
    assert.strictEqual(add(wide, "🎉", id(999, "🦊")), "full")
  })

  const step = Arbitrary.all({
    emoji: Arbitrary.schema(Schema.Literals(["👍", "🎉", "❤️"])),
    removed: Arbitrary.schema(Schema.Boolean),
    by: Arbitrary.map(Arbitrary.schema(Schema.Literals([1, 2, 3, 4])), user)
  })

  it.prop("are who gave and did not take back, whatever they do", { steps: Arbitrary.array(step) }, ({ steps }) => {
    let now: Reactions | undefined
    const right = new Set<string>()
    for (const { by, emoji, removed } of steps) {
      const name = `${emoji} ${by}`
      const was = right.has(name)
      if (removed) right.delete(name)
      else right.add(name)
      const next = reacting(now ?? {}, { emoji, removed }, by)
      assert.strictEqual(next === "unchanged", was !== removed)
      if (next !== "unchanged" && next !== "full") now = next
      const all = Object.entries(now ?? {}).flatMap(([one, ids]) => ids.map((id) => `${one} ${id}`))
      assert.sameMembers(all, [...right])
      for (const ids of Object.values(now ?? {})) assert.isNotEmpty(ids)
      assert.strictEqual(now === undefined, right.size === 0)
    }
  })
})
