/** Keys of programs: how they are written down, and how they are known again. */
import { assert, describe, it } from "@effect/vitest"
import { Redacted, Result } from "effect"
import { ApiKeys, checkApiKeys, parseApiKeys } from "../../src/identity/ApiKeys.ts"

const CI = "c".repeat(32)
const OPS = "o".repeat(40)

const checked = (text: string) => checkApiKeys(Redacted.make(parseApiKeys(text) ?? []))

/** What a server says that does not begin with these keys. */
const refusal = (text: string): string => {
  const result = checked(text)
  if (Result.isSuccess(result)) throw new Error("they are taken")
  return `${result.failure.variable}=${result.failure.value}: ${result.failure.allowed}`
}

describe("API_KEYS", () => {
  it("are pairs of names and keys", () => {
    assert.deepStrictEqual(parseApiKeys(""), [])
    assert.deepStrictEqual(parseApiKeys(`ci:${CI}, ops-2_b:${OPS} `), [
      { name: "ci", key: CI },
      { name: "ops-2_b", key: OPS }
    ])
    // only the first colon parts
    assert.deepStrictEqual(parseApiKeys(`ci:${CI}:x`), [{ name: "ci", key: `${CI}:x` }])
    assert.isTrue(Result.isSuccess(checked(`ci:${CI},ops:${OPS}`)))
  })

  it.each([[CI], [`:${CI}`], [`CI:${CI}`], [`ci:${CI},`], [`-ci:${CI}`], [`ci ci:${CI}`], [`${"n".repeat(33)}:${CI}`]])(
    "%s is none of which anything could be said without showing it",
    (text) => assert.isUndefined(parseApiKeys(text))
  )

  it.each([
    ["too short", `ops:${OPS},ci:${CI.slice(1)}`, "ci", CI.slice(1)],
    ["empty", "ci:", "ci", undefined],
    ["of other characters", `ci:${CI} ${CI}`, "ci", CI],
    ["of letters that a header cannot carry", `ci:${"é".repeat(40)}`, "ci", "é"],
    ["named twice", `ci:${CI},ci:${OPS}`, "ci", OPS],
    ["two names of one", `ops:${CI},ci:${CI}`, "ci", CI]
  ])("that are %s are told by name and never shown", (_, text, name, secret) => {
    const said = refusal(text)
    assert.include(said, `named ${name} `)
    if (secret !== undefined) assert.notInclude(said, secret)
  })
})

describe("a key", () => {
  const keys = new ApiKeys(
    Redacted.make([
      { name: "ci", key: CI },
      { name: "ops", key: OPS }
    ])
  )

  it("is known by its whole text and no other", () => {
    assert.strictEqual(keys.nameOf(CI), "ci")
    assert.strictEqual(keys.nameOf(OPS), "ops")
    for (const other of [
      "",
      CI.slice(1),
      `${CI}c`,
      CI.toUpperCase(),
      ` ${CI}`,
      "ci",
      `ci:${CI}`,
      "x".repeat(100_000)
    ]) {
      assert.isUndefined(keys.nameOf(other))
    }
  })

  it("is none where there are none", () => {
    const none = new ApiKeys(Redacted.make([]))
    assert.isFalse(none.on)
    assert.isUndefined(none.nameOf(""))
  })

  it("is not shown by what holds it", () => {
    assert.notInclude(JSON.stringify(keys), CI)
    assert.notInclude(JSON.stringify(Redacted.make(parseApiKeys(`ci:${CI}`))), CI)
  })
})
