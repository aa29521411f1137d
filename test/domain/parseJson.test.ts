import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { parseJson } from "../../src/domain/parseJson.ts"
import { anyText, loneHigh } from "./texts.ts"
import "./seed.ts"

const read = (text: string): unknown => {
  const result = parseJson(text)
  if (Result.isFailure(result)) assert.fail(`${result.failure}: ${text.slice(0, 200)}`)
  return result.success
}

const refused = (text: string): string => {
  const result = parseJson(text)
  if (Result.isSuccess(result)) assert.fail(`accepted ${text.slice(0, 200)}`)
  return result.failure
}

const arrays = (depth: number, inside = "") => "[".repeat(depth) + inside + "]".repeat(depth)
const objects = (depth: number) => '{"a":'.repeat(depth) + "1" + "}".repeat(depth)

const Values = Schema.Record(Schema.Literals(["a", "b", "", "[", '"', "\\", '\\"', '{"a":1', "type", "ё"]), Schema.Json)

const isHarmless = (value: unknown): boolean =>
  typeof value !== "object" ||
  value === null ||
  Object.entries(value).every(
    ([key, part]) => !["__proto__", "constructor", "prototype"].includes(key) && isHarmless(part)
  )

describe("JSON from outside", () => {
  it.prop("is read as it always is, unless it has a road to a prototype", { value: Values }, ({ value }) => {
    for (const text of [
      JSON.stringify(value),
      JSON.stringify(value, undefined, 2),
      ` \n${JSON.stringify([value])}\t`
    ]) {
      if (isHarmless(value)) assert.deepStrictEqual(read(text), JSON.parse(text))
      else assert.match(refused(text), /^has the key "(__proto__|constructor|prototype)"$/)
    }
  })

  it.prop("never throws, and takes nothing that is no JSON", { text: anyText }, ({ text }) => {
    for (const hostile of [
      text,
      `{"${text}":1}`,
      `{"a":"${text}`,
      `[${text}]`,
      `${text}"`,
      `${JSON.stringify(text)}:`
    ]) {
      if (Result.isSuccess(parseJson(hostile))) assert.doesNotThrow(() => JSON.parse(hostile))
    }
    assert.strictEqual(read(JSON.stringify(text)), JSON.parse(JSON.stringify(text)))
  })

  it.each([
    "",
    "{",
    "}",
    '"',
    '"\\',
    '{"a":1,}',
    "{a:1}",
    "NaN",
    "undefined",
    "]".repeat(100),
    '{"a" "b"}',
    ":::",
    "{:}"
  ])("is not %j", (text) => assert.strictEqual(refused(text), "is not JSON"))

  // T28
  it("may be 32 levels deep and no deeper, whatever it is made of", () => {
    for (const text of [arrays(32), objects(32), `{"a":${arrays(31)}}`, `[${objects(31)}]`]) {
      assert.deepStrictEqual(read(text), JSON.parse(text))
    }
    const deep = "is nested more than 32 levels deep"
    for (const text of [arrays(33), objects(33), `{"a":${arrays(32)}}`, `[1,${objects(32)}]`, "[".repeat(16_384)]) {
      assert.strictEqual(refused(text), deep)
    }
    assert.strictEqual(refused(`[${arrays(10)},${arrays(32)}]`), deep)
  })

  it("is deep by its brackets, not by those in its strings", () => {
    for (const content of ["[".repeat(100), '"['.repeat(100), '\\"{'.repeat(100), "\\".repeat(99) + "[".repeat(100)]) {
      assert.deepStrictEqual(read(JSON.stringify({ [content]: content })), { [content]: content })
    }
    assert.lengthOf(Object.keys(read(`[${Array(1000).fill("[]").join()}]`) ?? {}), 1000)
  })

  it.each([
    ["two types", '{"type":"chat","type":"system"}', "type"],
    ["the same value twice", '{"a":1,"b":2,"a":1}', "a"],
    ["a key that is spelled with an escape", '{"type":"chat","\\u0074ype":"system"}', "type"],
    ["keys around something nested", '{"a":{"b":[1,{"a":2}]},"c":"x:\\"a\\":","a":3}', "a"],
    ["keys with room around them", '{ "a" : 1 ,\n"a"\t:\r2 }', "a"],
    ["the empty key", '{"":1,"":2}', ""],
    ["__proto__", '{"__proto__":1,"__proto__":2}', "__proto__"]
  ])("does not have %s", (_name, text, key) =>
    assert.strictEqual(refused(text), `has the key ${JSON.stringify(key)} twice`)
  )

  it("may have a key in several places", () => {
    for (const text of [
      '{"a":{"a":1,"b":{"a":2}}}',
      '[{"a":1},{"a":1}]',
      '{"a":"a","b":"a","c":":"}',
      '{"ab":1,"a b":2}'
    ]) {
      assert.deepStrictEqual(read(text), JSON.parse(text))
    }
  })

  it("says no more of a key that is there twice than 32 characters", () => {
    const key = loneHigh.repeat(8000)
    assert.isBelow(refused(`{"${key}":1,"${key}":2}`).length, 300)
  })

  // T27
  it.each([
    ['{"__proto__":{"admin":true}}', "__proto__"],
    ['{"a":{"constructor":1}}', "constructor"],
    ['[[{"a":[{"prototype":null}]}]]', "prototype"],
    ['{"\\u005f_proto__":{"admin":true}}', "__proto__"],
    ['{"a":{"\\u0063\\u006Fnstructor":1}}', "constructor"]
  ])("has no road to a prototype: %s", (text, key) => assert.strictEqual(refused(text), `has the key "${key}"`))

  it("may speak of prototypes", () => {
    for (const text of [
      '{"content":"the __proto__ of a constructor is its prototype"}',
      '{"type":"__proto__","content":"\\u005f_proto__"}',
      '{"prototypes":1,"my constructor":2,"__proto":3}',
      '["__proto__","constructor",null,1]'
    ])
      assert.deepStrictEqual(read(text), JSON.parse(text))
  })

  // T30
  it("has numbers beyond a double as infinite, for the schema to refuse", () =>
    assert.deepStrictEqual(read("[1e400,-1e400,1e-400]"), [Infinity, -Infinity, 0]))
})
