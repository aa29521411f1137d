import { assert, describe, it } from "@effect/vitest"
import { DatabaseSync } from "node:sqlite"
import { isFound, matches, searchProblem, soughtIn, wordsOf } from "../../src/domain/searching.ts"

const finds = (query: string, text: string) => matches(soughtIn(query), text)

describe("what a search finds", () => {
  it("are words of a text no longer than a message may be, though some characters are a whole sentence", () => {
    assert.isTrue(finds("صلى", "ﷺ"))
    const words = wordsOf(`first ${"ﷺ".repeat(994)}`)
    assert.strictEqual(words[0], "first")
    assert.isAtMost(words.join("").length, 4096)
    assert.isTrue(finds("last", `${"x".repeat(995)} last`))
  })

  it.each([
    ["her", "A Heron, early"],
    ["EARLY heron", "a heron - early!"],
    ["heron heron", "heron"],
    ["strasse", "Große STRASSE"],
    ["straße", "strasse"],
    ["hérons", "herons"],
    ["herons", "he\u0301rons"],
    ["οδος", "ΟΔΟΣ"],
    ["istanbul", "İstanbul"],
    ["isi", "ısı"],
    ["full 12", "ｆｕｌｌ ①②"],
    ["ffi", "ﬃ"],
    ["softhyphen", "soft\u00adhyphen"],
    ["t don", "don't"],
    ["y", "x_y"],
    ["example", "https://example.com/a"],
    ["हिन्दी", "यह हिन्दी है"],
    ["한국", "한국어를"],
    ["好", "手机很好"],
    ["机很", "手机很好"],
    ["iphone 手机", "我的iPhone手机"],
    ["เป็น", "ไม่เป็นไร"],
    ["ぎ", "がぎぐ"],
    ["𠮷", "中𠮷中"],
    ["3", "3️⃣"]
  ])("%s in %s", (query, text) => assert.isTrue(finds(query, text)))

  it.each([
    ["eron", "a heron"],
    ["herons", "a heron"],
    ["heron stork", "a heron"],
    ["机手", "手机 手机"],
    ["phone", "iPhone手机"],
    ["かき", "がぎ"],
    ["ab", "a b"]
  ])("%s not in %s", (query, text) => assert.isFalse(finds(query, text)))

  it("is what users said and did not delete", () => {
    const message = { type: "chat", content: "a heron" }
    const found = (more: object) => isFound(["heron"], JSON.stringify({ ...message, ...more }))
    assert.isTrue(found({}))
    assert.isTrue(found({ deleted: false }))
    assert.isFalse(found({ deleted: true }))
    assert.isFalse(found({ type: "system" }))
    assert.isFalse(found({ username: "heron", content: "stork" }))
  })

  it("takes together whatever characters an index of SQLite's would", () => {
    const db = new DatabaseSync(":memory:")
    db.exec(`CREATE VIRTUAL TABLE letters USING fts5(letter, tokenize = 'unicode61 remove_diacritics 2');
      CREATE VIRTUAL TABLE terms USING fts5vocab(letters, 'instance'); BEGIN`)
    const insert = db.prepare("INSERT INTO letters (rowid, letter) VALUES (?, ?)")
    for (let point = 1; point < 0x1_f000; point++) {
      const letter = String.fromCodePoint(point)
      if (/[\p{L}\p{N}]/u.test(letter)) insert.run(point, letter)
    }
    db.exec("COMMIT")
    for (const { doc, term } of db.prepare("SELECT doc, term FROM terms").all()) {
      const letter = String.fromCodePoint(Number(doc))
      assert.deepStrictEqual(wordsOf(String(term)), wordsOf(letter), letter)
    }
    db.close()
  })
})

describe("what may be searched for", () => {
  it("is one to ten words of at most two hundred code points", () => {
    for (const text of ["a", "a b c d e f g h i j", "x".repeat(200), "𠮷".repeat(200), " - heron! - "]) {
      assert.isUndefined(searchProblem(text), text)
    }
    for (const text of ["", " ", "👍", "-- !!", '"*"', "\u200b", "\u0301"]) {
      assert.strictEqual(searchProblem(text), "must have a letter or a digit")
    }
    assert.strictEqual(searchProblem("a b c d e f g h i j k"), "must have at most 10 words")
    for (const text of ["x".repeat(201), "𠮷".repeat(201), "a ".repeat(8000), "\u0301".repeat(16_000)]) {
      assert.strictEqual(searchProblem(text), "must have at most 200 code points")
    }
    // one character that stands for many words
    assert.strictEqual(searchProblem("\ufdfa".repeat(4)), "must have at most 10 words")
  })

  // T31
  it("costs time in proportion to its length, whatever it is", () => {
    const texts = ["a", "ﷺ", "é", "語", "a ", "a\u0301", "ﬃ", "👨‍👩‍👧", "\ud800", "ไ", "a手"].map((one) =>
      one.repeat(1000 / one.length)
    )
    const queries = ["a".repeat(200), "語".repeat(200), "a b c d e f g h i j", "éa".repeat(100)]
    const since = performance.now()
    for (const text of texts) for (const query of queries) finds(query, text)
    // 44 of them; one alone may take 5 ms
    assert.isBelow(performance.now() - since, 44 * 5)
  })
})
