/** Names that pass every rule about single characters and still are not what they seem. */
import { assert, describe, it } from "@effect/vitest"
import { normaliseUsername } from "../../src/domain/nameRule.ts"
import { usernameProblem } from "../../src/domain/Username.ts"
import { sentences } from "./texts.ts"

const problem = (name: string, options?: { readonly reserved: boolean }) =>
  usernameProblem(normaliseUsername(name), options)

const MARKS = "username must not have stacked combining marks, nor be mostly marks"
const SCRIPTS = "username must not mix scripts within a word"
const RESERVED = "username is reserved, or looks like one that is"

const people: ReadonlyArray<string> =
  "Zoë|Đặng Thị Hương|Nguyễn Văn Ánh|Siân|Ångström|O’Brien|d'Artagnan|Jean-Luc|Ольга|Їжак|Мар\u02bcяна|Ελένη|Ὀδυσσεύς|李雷|さくら|サクラ|김철수|علي|مُحَمَّد|עִבְרִית|שָׁלוֹם|नेहा|अर्जुन|श्री|கமலா|శ్రీ|ಕೃಷ್ಣ|ക്രിസ്|ලක්ෂ්මී|น้ำฝน|ปิ่น|ကျော်|မြို့|ខ្មែរ|བསྟན་འཛིན|སྒྲུབ|Արամ|გიორგი|ሰላም|ᏣᎳᎩ|ߒߞߏ|ⵣⵉⵔⵉ|ᠮᠣᠩᠭᠣᠯ|Ọlábísí|Kǫ́ǫ́|X Æ A-12|user_42|Team 7|𝔍𝔬𝔥𝔫|Ｊｏｈｎ|★ Star ★|🦊 Fox|Анна Smith|李Lee|KポップFan|T셔츠|iPhoneユーザー|日本語abc|Bobजी|x٣".split(
    "|"
  )

describe("a name people have", () => {
  it.each(people)("is fine: %s", (name) => assert.isUndefined(problem(name)))

  it("may be written in any language", () => {
    for (const text of Object.values(sentences)) {
      for (const word of text.replace(/[\u200c\u200d]/g, "").split(" ")) {
        assert.oneOf(problem(word), [undefined], `${word} of ${text}`)
      }
    }
  })
})

// T33
describe("a name with stacked marks", () => {
  it.each([
    ["four marks on one letter", "Zorro\u0335\u0320\u0351\u0361 the fox", MARKS],
    ["the same mark twice", "q\u0303\u0303ueen", MARKS],
    ["a Thai tone mark twice", "ก\u0e49\u0e49", MARKS],
    ["more than half marks", "q\u0303\u0320x\u0303\u0320", MARKS],
    ["a mark alone", "\u0301", MARKS],
    ["enclosing marks", "q\u20dd\u20de\u0488\u0489", MARKS],
    ["three marks on one letter", "Zorro\u0335\u0320\u0351 the fox", undefined],
    ["exactly half marks", "q\u0303x\u0303", undefined]
  ])("is judged: %s", (_name, name, answer) => assert.strictEqual(problem(name), answer))
})

// T34
describe("a word of several scripts", () => {
  it.each([
    ["Latin with a Cyrillic a", "\u0430lice"],
    ["Latin with a Greek o", "b\u03bfris"],
    ["Cyrillic with a Latin a", "Ольгa"],
    ["Greek with Cyrillic", "Ελ\u0435νη"],
    ["Latin with Cherokee", "\u13aalice"],
    ["Latin with Armenian", "j\u0585hn"],
    ["Latin with Georgian", "v\u10e7i"],
    ["Latin with Lisu", "\ua4d0ob"],
    ["Latin with Coptic", "b\u2c9fris"],
    ["mathematical Latin with Cyrillic", "\u{1d41a}\u0434\u043c"],
    ["full-width Latin with Cyrillic", "\uff41\u0434\u043c"],
    ["Latin with a Gothic letter", "b\u{10330}b"],
    ["Arabic with Devanagari", "عने"],
    ["Chinese with Cyrillic", "李ж"],
    ["one such word among others", "my name is b\u043eris"],
    ["one such word before a sign", "b\u043eris★"]
  ])("is refused: %s", (_name, name) => assert.strictEqual(problem(name), SCRIPTS))
})

// T34
describe("a reserved name", () => {
  const reserved =
    "admin administrator moderator mod system server hubbub support root everyone here channel bot".split(" ")

  it.each(reserved)("is nobody's, however it is dressed: %s", (name) => {
    const capital = name[0]!.toUpperCase() + name.slice(1)
    for (const dressed of [
      name,
      capital,
      name.toUpperCase(),
      `  ${name} `,
      `[${name}]`,
      `✔ ${name}`,
      `${name} 🛡`,
      `.${name}.`,
      Array.from(name).join(" "),
      Array.from(name).join("."),
      Array.from(name).join("-"),
      name.replace(/[aeo]/, "$&\u0301"),
      Array.from(name, (letter) => String.fromCodePoint(letter.charCodeAt(0) - 0x61 + 0x1d41a)).join(""),
      Array.from(name, (letter) => String.fromCodePoint(letter.charCodeAt(0) - 0x61 + 0xff41)).join("")
    ])
      assert.strictEqual(problem(dressed), RESERVED, dressed)
    assert.isUndefined(problem(name, { reserved: true }))
    assert.isUndefined(problem(`${name}ette`))
    assert.isUndefined(problem(`Not ${name}`))
  })

  it.each([
    ["a dotless i", "adm\u0131n"],
    ["a small L for a capital I", "ADMlN"],
    ["a capital I for a small L", "channeI"],
    ["a bar for an l", "channe|"],
    ["an r and an n for an m", "adrnin"],
    ["all Cyrillic", "\u0430\u0501\u043c\u0456\u043f"],
    ["all Cyrillic, in capitals", "\u0412\u041e\u0422"],
    ["all Greek, in capitals", "\u0392\u039f\u03a4"],
    ["all Greek, in small letters", "\u03b2\u03bf\u03c4"],
    ["all Lisu", "\ua4d0\ua4f3\ua4d4"],
    ["a stroke", "m\u00f8d"],
    ["small capitals", "\u0280\u1d0f\u1d0f\u1d1b"],
    ["black squares", "\u{1f170}\u{1f173}\u{1f17c}\u{1f178}\u{1f17d}"],
    ["two reserved words", "Hubbub Support"],
    ["a reserved word and signs between", "« Server » • Admin"]
  ])("is seen through %s", (_name, name) => assert.strictEqual(problem(name), RESERVED))

  it.each([
    "Adam",
    "Modesty",
    "Bo T",
    "Boris",
    "Robot",
    "Sam Admin",
    "Админ Иван",
    "Serverin",
    "heretic",
    "m0d",
    "!!!",
    "1"
  ])("is not meant: %s", (name) => assert.isUndefined(problem(name)))
})
