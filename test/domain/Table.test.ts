/** Rows as files. */
import { assert, describe, it } from "@effect/vitest"
import { type Cell, csv, figuresOf, ndjson } from "../../src/domain/Table.ts"

const cell = (value: Cell) => csv({ columns: ["x"], rows: [[value]] }).slice(3, -2)

describe("CSV", () => {
  it("quotes commas, quotes and line breaks, and ends lines with CRLF", () => {
    assert.strictEqual(
      csv({
        columns: ["a", "b"],
        rows: [
          ['say "hi", Bob', "two\nlines"],
          [null, true]
        ]
      }),
      'a,b\r\n"say ""hi"", Bob","two\nlines"\r\n,true\r\n'
    )
  })

  it("begins with an apostrophe what a spreadsheet would run, and leaves numbers alone", () => {
    for (const text of ["=1+2", "+1+2", "-1+2", "@SUM(A1)", "\t=1", "-", "+", "-3x", "+49"]) {
      assert.strictEqual(cell(text), `'${text}`, text)
    }
    assert.strictEqual(cell("\r=1"), `"'\r=1"`)
    assert.strictEqual(cell('=HYPERLINK("x","y")'), `"'=HYPERLINK(""x"",""y"")"`)
    for (const value of [-3, "-3", "-3.5", 0, 1e-7, "a=b", "ü–世界🙂"]) assert.strictEqual(cell(value), String(value))
  })
})

describe("NDJSON", () => {
  it("has one object a line, with what CSV cannot say", () => {
    assert.strictEqual(ndjson({ columns: ["a", "b"], rows: [[null, "=1\n"]] }), '{"a":null,"b":"=1\\n"}\n')
    assert.strictEqual(ndjson({ columns: ["a"], rows: [] }), "")
  })
})

describe("an answer without a list", () => {
  it("has a row for each figure, named by its place", () => {
    assert.deepStrictEqual(figuresOf({ a: 1, b: { c: null, d: { e: "x" } } }).rows, [
      ["a", 1],
      ["b.c", null],
      ["b.d.e", "x"]
    ])
  })
})
