import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import type { Block, Inline } from "../../../src/web/content/Block.ts"
import { parse } from "../../../src/web/content/parse.ts"
import { plainText } from "../../../src/web/content/plainText.ts"
import { anyText, sentences } from "../../domain/texts.ts"
import "../../domain/seed.ts"

/** A part in short: `text`, `<strong>text</strong>`. */
const short = (part: Inline): string => {
  switch (part.type) {
    case "text":
      return part.text
    case "strong":
    case "emphasis":
    case "strike":
      return `<${part.type}>${part.children.map(short).join("")}</${part.type}>`
    case "link":
      return `<link ${part.url}${part.host === undefined ? "" : ` at ${part.host}`}>${part.text}</link>`
    case "mention":
      return `<mention ${part.userId}>${part.text}</mention>`
    default:
      return `<${part.type}>${part.text}</${part.type}>`
  }
}

const shortBlock = (block: Block): string => {
  switch (block.type) {
    case "paragraph":
      return block.children.map(short).join("")
    case "code":
      return `<pre ${block.language}>${block.text}</pre>`
    case "quote":
      return `<quote>${block.children.map(shortBlock).join("|")}</quote>`
    default:
      return block.items
        .map(({ children, value }) => `<item ${value ?? "-"}>${children.map(short).join("")}</item>`)
        .join("")
  }
}

const mentions = [
  { userId: "u-1", name: "Ada" },
  { userId: "u-2", name: "Ada Lovelace" },
  { userId: "bob@example.org", name: "Bob" }
]
const emojiOf = (name: string) => ({ tada: "🎉", "+1": "👍" })[name]

const read = (text: string) => parse(text, { mentions, emojiOf }).map(shortBlock).join("|")

const reads = (cases: ReadonlyArray<readonly [text: string, result: string]>) =>
  it.each(cases)("%j reads %s", (text, result) => assert.strictEqual(read(text), result))

/** The same text where nothing in it is markup. */
const stays = (texts: ReadonlyArray<string>) =>
  it.each(texts)("%j stays as it is", (text) => assert.strictEqual(read(text), text))

describe("emphasis", () => {
  reads([
    ["**bold** and __bold__", "<strong>bold</strong> and <strong>bold</strong>"],
    ["*italic* and _italic_", "<emphasis>italic</emphasis> and <emphasis>italic</emphasis>"],
    ["~~gone~~", "<strike>gone</strike>"],
    ["***both***", "<strong><emphasis>both</emphasis></strong>"],
    ["***a** b*", "<emphasis><strong>a</strong> b</emphasis>"],
    ["***a* b**", "<strong><emphasis>a</emphasis> b</strong>"],
    ["**a *b* c**", "<strong>a <emphasis>b</emphasis> c</strong>"],
    ["*a **b** c*", "<emphasis>a <strong>b</strong> c</emphasis>"],
    ["*a**b*", "<emphasis>a**b</emphasis>"],
    ["*a *b*", "*a <emphasis>b</emphasis>"],
    ["**a *b**", "<strong>a *b</strong>"],
    ["_**~~all~~**_", "<emphasis><strong><strike>all</strike></strong></emphasis>"],
    ["**over\ntwo lines**", "<strong>over\ntwo lines</strong>"],
    // of languages that put no space between words
    ["**こんにちは。**です", "<strong>こんにちは。</strong>です"],
    ["*(in brackets)*, then", "<emphasis>(in brackets)</emphasis>, then"]
  ])
  stays([
    "2*3*4 = 24",
    "a * b * c",
    "snake_case_name and __init__x",
    "**unclosed",
    "unopened**",
    "** blank **",
    "****",
    "*****five*****",
    "~one~ ~~~three~~~",
    "*not over\n\nan empty line*",
    "*a_b*c_".replace("*a_b*", "a_b")
  ])
})

describe("code in a line", () => {
  reads([
    ["`a *b* @Ada`", "<code>a *b* @Ada</code>"],
    ["``a ` b``", "<code>a ` b</code>"],
    ["`` `a` ``", "<code>`a`</code>"],
    ["*a `b* c`", "*a <code>b* c</code>"],
    ["`\\`", "<code>\\</code>"],
    ["`` `a`", "`` <code>a</code>"]
  ])
  stays(["`unclosed", "``of two lengths`", "```"])
})

describe("a backslash", () => {
  reads([
    ["\\*a\\*", "*a*"],
    ["\\`a\\`", "`a`"],
    ["\\@Ada \\#room \\:tada:", "@Ada #room :tada:"],
    ["\\[a](https://a.example)", "[a](<link https://a.example/>https://a.example</link>)"],
    ["\\\\", "\\"]
  ])
  stays(["C:\\Users\\ada", "¯\\_(ツ)_/¯", "at the end \\"])
})

describe("mentions", () => {
  reads([
    ["@Ada, hi", "<mention u-1>@Ada</mention>, hi"],
    ["@Ada Lovelace hi", "<mention u-2>@Ada Lovelace</mention> hi"],
    ["(@u-1)", "(<mention u-1>@Ada</mention>)"],
    ["@bob@example.org.", "<mention bob@example.org>@Bob</mention>."],
    ["**@Ada**'s", "<strong><mention u-1>@Ada</mention></strong>'s"]
  ])
  stays(["@Adalbert", "@ada", "@Eve", "ada@Ada", "@Bob@example.com", "@u-1-2", "@", "@@Ada"])
})

describe("rooms", () => {
  reads([
    ["see #general.", "see <room>#general</room>."],
    ["(#a.b_c:d-e)", "(<room>#a.b_c:d-e</room>)"],
    ["#general's", "<room>#general</room>'s"]
  ])
  stays(["# general", "#General", "we are #1", "a#b", "##b", "&#x41;", `#${"a".repeat(65)}`, "https #-a"])
})

describe("emoji by name", () => {
  reads([
    ["well done :tada:!", "well done <emoji>🎉</emoji>!"],
    [":+1::tada:", "<emoji>👍</emoji><emoji>🎉</emoji>"]
  ])
  stays([":unknown:", "a:tada:", "10:30:20", ":tada", "::"])
})

describe("blocks", () => {
  reads([
    ["one\ntwo\n\n\nfour  five", "one\ntwo\n\n\nfour  five"],
    ["```ts\na\n  *b*\n```\nc", "<pre ts>a\n  *b*</pre>|c"],
    ["```\na```", "<pre >a</pre>"],
    ["a\n```\nunclosed\n> b", "a|<pre >unclosed\n> b</pre>"],
    ["````\n```\n````", "<pre >```</pre>"],
    ["```one line```", "<code>one line</code>"],
    ["> a\n> b\nc", "<quote>a\nb</quote>|c"],
    [">a\n>> b\n> > > c\n>>>> d", "<quote>a|<quote>b|<quote>c\n> d</quote></quote></quote>"],
    ["> - a\n> ```\n> b", "<quote><item ->a</item>|<pre >b</pre></quote>"],
    ["- a\n* b\n  more\n\nc", "<item ->a</item><item ->b\nmore</item>|c"],
    ["3. a\n1) *b*", "<item 3>a</item><item 1><emphasis>b</emphasis></item>"],
    ["a\n- b", "a|<item ->b</item>"],
    ["\n\n  a\n\n", "  a"],
    ["> a\n\n\nb", "<quote>a</quote>|b"]
  ])
  stays(["-a", "-", "1.a", "007. Bond", "12345. many", "-- a", "a > b", "a - b"])
})

/** Every part of blocks, those within others too. */
const parts = (blocks: ReadonlyArray<Block>): ReadonlyArray<Inline> => {
  const within = (part: Inline): ReadonlyArray<Inline> =>
    "children" in part ? [part, ...part.children.flatMap(within)] : [part]
  return blocks.flatMap((block) => {
    if (block.type === "code") return []
    if (block.type === "quote") return parts(block.children)
    const lines = block.type === "list" ? block.items.map(({ children }) => children) : [block.children]
    return lines.flatMap((line) => line.flatMap(within))
  })
}

const depthOf = (part: Inline): number => ("children" in part ? 1 + Math.max(0, ...part.children.map(depthOf)) : 0)

const isWithin = (few: ReadonlyArray<string>, many: ReadonlyArray<string>): boolean => {
  let at = 0
  for (const one of many) if (one === few[at]) at++
  return at === few.length
}

const letters = (text: string) => text.match(/[\p{L}\p{N}]/gu) ?? []
const painted = (text: string) => text.match(/\S/g) ?? []

const MARKUP = [
  "*",
  "**",
  "***",
  "_",
  "__",
  "~~",
  "`",
  "``",
  "```",
  "\n```",
  "\n> ",
  "\n>",
  ">",
  "\n- ",
  "\n1. ",
  "\n  ",
  "\\",
  "@",
  "@Ada",
  "#",
  "#room",
  ":",
  ":tada:",
  "[",
  "]",
  "](",
  ")",
  "(",
  "[a](https://b.example)",
  "https://",
  "http://c.example/",
  "mailto:d@e.example",
  "javascript:",
  "data:text/html,",
  "https://a@b",
  "https://аpple.com",
  "a",
  "Z",
  "7",
  " ",
  "\n",
  "\n\n",
  ".",
  "é",
  "字",
  "👍",
  "مرحبا"
] as const

const markup = Arbitrary.map(Arbitrary.array(Arbitrary.schema(Schema.Literals(MARKUP)), { maxLength: 60 }), (all) =>
  all.join("")
)
const any = Arbitrary.map(Arbitrary.all({ before: markup, text: anyText, after: markup }), ({ after, before, text }) =>
  [before, text, after].join("")
)

describe("any text", () => {
  it.prop("loses no letter", { text: any }, ({ text }) => {
    assert.isTrue(isWithin(letters(text), letters(plainText(parse(text)))))
  })

  it.prop("has nothing added to it", { text: any }, ({ text }) => {
    const blocks = parse(text)
    // of links whose text is not their address, both are told
    if (parts(blocks).some((part) => part.type === "link" && part.text !== part.source)) return
    assert.isTrue(isWithin(painted(plainText(blocks)), painted(text)))
  })

  it.prop("has links to web pages and mail only, from what is in it", { text: any }, ({ text }) => {
    for (const part of parts(parse(text))) {
      if (part.type !== "link") continue
      assert.include(["http:", "https:", "mailto:"], new URL(part.url).protocol)
      assert.isTrue(text.includes(part.source))
      assert.strictEqual(new URL(part.source).href, part.url)
    }
  })

  it.prop("is never deep", { text: any }, ({ text }) => {
    for (const part of parts(parse(text))) assert.isAtMost(depthOf(part), 8)
  })

  it.each(Object.entries(sentences))("stays as it is in %s", (_language, text) => assert.strictEqual(read(text), text))
})

// each of these takes minutes where the time grows with the square of the length
it.each([
  "*",
  "**",
  "* ",
  "*a ",
  "**a ",
  "***a ",
  "a* ",
  "*a**b ",
  "*a _b ",
  "_a*",
  "~~a",
  "`",
  "`` ` ",
  "` `` ",
  "```\n",
  "> ",
  ">",
  ">\n",
  "- ",
  "- a\n",
  "1. a\n",
  "[",
  "[a](",
  "[a](https://",
  "[a](https://b (",
  "](",
  "(",
  "https://",
  "https://[",
  "https://a(",
  "https://a)",
  "http://a@",
  "mailto:",
  "mailto:a@",
  "mailto:a.",
  "@",
  "@A",
  "@Ada",
  "#",
  "#a",
  "#a.",
  ":",
  ":a",
  ":tada",
  "\\",
  "\\*",
  "\n",
  " ",
  " \n",
  "\n ",
  "¯",
  "\\_",
  "\ud800",
  "\u0301"
])("takes no long time for a hostile text of %j", (piece) => {
  const text = piece.repeat(Math.ceil((128 * 1024) / piece.length))
  for (const hostile of [text, `*a ${text}`]) {
    const begin = performance.now()
    parse(hostile, { mentions, emojiOf })
    assert.isBelow(performance.now() - begin, 3000)
  }
})
