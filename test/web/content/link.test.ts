import { assert, describe, it } from "@effect/vitest"
import type { Link } from "../../../src/web/content/Block.ts"
import { parse } from "../../../src/web/content/parse.ts"
import { plainText } from "../../../src/web/content/plainText.ts"

const linksIn = (text: string): ReadonlyArray<Link> =>
  parse(text).flatMap((block) =>
    block.type === "paragraph" ? block.children.filter((part) => part.type === "link") : []
  )

describe("an address in a text", () => {
  it.each([
    ["See https://a.example.", "https://a.example"],
    ["See https://a.example/b?c=d&e=f#g!", "https://a.example/b?c=d&e=f#g"],
    ["(https://a.example/b)", "https://a.example/b"],
    ["https://a.example/wiki/B_(c)", "https://a.example/wiki/B_(c)"],
    ["(see https://a.example/wiki/B_(c)).", "https://a.example/wiki/B_(c)"],
    ["[https://a.example]", "https://a.example"],
    ["<https://a.example>", "https://a.example"],
    ['"https://a.example"', "https://a.example"],
    ["https://a.example, https", "https://a.example"],
    ["HTTPS://A.EXAMPLE/B", "HTTPS://A.EXAMPLE/B"],
    ["https://a.example:8443/b", "https://a.example:8443/b"],
    ["http://localhost:8080", "http://localhost:8080"],
    ["見てhttps://a.example。", "https://a.example"],
    ["https://a.example/字", "https://a.example/字"],
    ["mailto:ada@a.example.", "mailto:ada@a.example"],
    ["mailto:ada+b@a.example?subject=c", "mailto:ada+b@a.example"],
    ["https://a.example/b_c_.", "https://a.example/b_c"]
  ])("%j is a link to %s", (text, source) =>
    assert.deepStrictEqual(
      linksIn(text).map((link) => link.source),
      [source]
    )
  )

  it.each([
    "https://",
    "https://.",
    "http:// a.example",
    "xhttps://a.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,a",
    "vbscript:a",
    "file:///etc/passwd",
    "ftp://a.example",
    "//a.example",
    "mailto:",
    "mailto:ada",
    "https://[::1",
    "https://a%",
    "`https://a.example`",
    "\\https://a.example".replace("\\", "x")
  ])("%j is none", (text) => assert.isEmpty(linksIn(text)))

  it.each([
    ["https://good.example@evil.example/a", "https://good.example@evil.example/a", "evil.example"],
    ["https://good.example:pass@evil.example", "https://good.example:pass@evil.example", "evil.example"],
    ["https://good.example%2f@evil.example", "https://good.example%2f@evil.example", "evil.example"],
    // Cyrillic а, all Cyrillic before a Latin ending, and full-width letters
    ["https://аpple.com/b", "https://xn--pple-43d.com/b", undefined],
    ["https://аррӏе.com", "https://xn--80ak6aa92e.com", undefined],
    ["https://ａpple.com/b", "https://apple.com/b", undefined],
    ["http://0x7f.1/b", "http://127.0.0.1/b", undefined],
    ["https://münchen.example/b", "https://münchen.example/b", undefined],
    ["https://例え.jp", "https://例え.jp", undefined],
    ["https://xn--pple-43d.com", "https://xn--pple-43d.com", undefined]
  ])("%j shows %s, and %s beside it", (text, shown, host) => {
    const [link] = linksIn(text)
    assert.strictEqual(link?.text, shown)
    assert.strictEqual(link?.host, host)
  })

  it("ends at a backslash, which a browser takes for a slash", () =>
    assert.strictEqual(linksIn("https://good.example\\@evil.example")[0]?.url, "https://good.example/"))
})

describe("words with an address in brackets", () => {
  it("are a link with the host beside it", () => {
    const [link] = linksIn("see [the *plan*](https://a.example/b_(c)) now")
    assert.deepStrictEqual(link, {
      type: "link",
      url: "https://a.example/b_(c)",
      text: "the *plan*",
      host: "a.example",
      source: "https://a.example/b_(c)"
    })
  })

  it("tell whom a mail goes to", () =>
    assert.strictEqual(linksIn("[write](mailto:ada@a.example)")[0]?.host, "ada@a.example"))

  it("tell the host of an address with a name in front of it", () =>
    assert.strictEqual(linksIn("[a](https://good.example@evil.example)")[0]?.host, "evil.example"))

  it.each([
    "[https://good.example](https://evil.example)",
    "[good.example](https://evil.example)",
    "[ada@good.example](mailto:eve@evil.example)"
  ])("are plain where they pose as another address: %s", (text) => {
    const [link] = linksIn(text).slice(-1)
    assert.strictEqual(link?.text, link?.source)
    assert.strictEqual(plainText(parse(text)), text)
  })

  it.each([
    "[a](javascript:alert(1))",
    "[a](data:text/html,b)",
    "[a](/b)",
    "[a](https://)",
    "[a](https://b.example",
    "[ ](b)"
  ])("are plain where the address is no web page or mail: %s", (text) =>
    assert.isTrue(linksIn(text).every((link) => link.text === link.source))
  )
})
