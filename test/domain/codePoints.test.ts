import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { codePoints } from "../../src/domain/codePoints.ts"
import { anyText, family, loneHigh, loneLow, thumb } from "./texts.ts"
import "./seed.ts"

/** The first and last of each kind of surrogate, and their neighbours. */
const Units = Schema.Array(Schema.Literals(["\ud7ff", "\ud800", "\udbff", "\udc00", "\udfff", "\ue000"]))

describe("codePoints", () => {
  it.prop("counts what iterating a string counts, whatever the string", { text: anyText }, ({ text }) =>
    assert.strictEqual(codePoints(text), Array.from(text).length)
  )

  it.prop("counts surrogates in any order as iterating does", { units: Units }, ({ units }) => {
    const text = units.join("")
    assert.strictEqual(codePoints(text), Array.from(text).length)
  })

  // G1
  it.each([
    ["nothing", "", 0],
    ["ASCII", "hello", 5],
    ["an emoji outside the basic plane", thumb, 1],
    ["a family joined by zero-width joiners", family, 7],
    ["an emoji with a variation selector", "❤️", 2],
    ["a flag of two regional indicators", "🇩🇪", 2],
    ["a letter with two combining marks", "a\u0323\u0302", 3],
    ["a composed letter", "é", 1],
    ["a lone high surrogate", loneHigh, 1],
    ["a lone low surrogate", loneLow, 1],
    ["surrogates in the wrong order", loneLow + loneHigh, 2],
    ["two low surrogates", loneLow + loneLow, 2],
    ["two high surrogates before a low one", loneHigh + loneHigh + loneLow, 2],
    ["a high surrogate at the end", "a" + loneHigh, 2]
  ])("counts %s", (_name, text, count) => assert.strictEqual(codePoints(text), count))
})
