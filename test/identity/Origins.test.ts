import { assert, describe, it } from "@effect/vitest"
import { originAllowed, parseOrigin } from "../../src/identity/Origins.ts"
import { anyText } from "../domain/texts.ts"
import "../domain/seed.ts"

describe("an entry of the list of origins", () => {
  it.each([
    ["https://chat.example"],
    ["http://chat.example:8080"],
    ["http://localhost:5173"],
    ["http://127.0.0.1:8080"],
    ["http://[::1]:8080"],
    ["https://xn--bcher-kva.example"],
    ["https://a_b-c.example"]
  ])("may be %s", (entry) => assert.deepStrictEqual(parseOrigin(entry), { origin: entry }))

  // T21: what is not understood allows nothing
  it.each([
    ["nothing", ""],
    ["a host alone", "chat.example"],
    ["a trailing slash", "https://chat.example/"],
    ["a path", "https://chat.example/app"],
    ["a query", "https://chat.example?x"],
    ["a fragment", "https://chat.example#x"],
    ["a user", "https://me@chat.example"],
    ["capitals in the host", "https://Chat.example"],
    ["capitals in the scheme", "HTTPS://chat.example"],
    ["the port that goes without saying", "https://chat.example:443"],
    ["a letter outside ASCII", "https://bücher.example"],
    ["a wildcard", "*"],
    ["a wildcard for a host", "https://*"],
    ["a wildcard in a host", "https://*.chat.example"],
    ["a wildcard for a port", "https://chat.example:*"],
    ["an address with its bracket dropped", "http://[::1"],
    ["an address with its other bracket dropped", "http://::1]"],
    ["a list in brackets", "[https://chat.example]"],
    ["a pattern", "https://(chat|app).example"],
    ["two entries in one", "https://a.example,https://b.example"],
    ["two hosts in one", "http://a,b"],
    ["an address written short", "http://127.1"],
    ["spaces around it", " https://chat.example "],
    ["a line feed", "https://chat.example\n"],
    ["null", "null"],
    ["another scheme", "ws://chat.example"],
    ["a file", "file://"],
    ["a script", "javascript:alert(1)"]
  ])("may not be %s", (_name, entry) => {
    const parsed = parseOrigin(entry)
    assert.property(parsed, "problem")
    assert.notProperty(parsed, "origin")
  })

  it("is corrected where the mistake is plain", () =>
    assert.deepStrictEqual(parseOrigin("https://Chat.example/"), {
      problem: "https://Chat.example/ must be written as https://chat.example"
    }))

  it.prop("is taken as it stands or not at all", { text: anyText }, ({ text }) => {
    for (const entry of [text, `https://${text}`, `https://chat.example${text}`]) {
      const parsed = parseOrigin(entry)
      if ("origin" in parsed) assert.strictEqual(parsed.origin, entry)
    }
  })
})

// H9, T21
describe("a request", () => {
  const listed = ["https://app.example", "http://localhost:5173"]

  it.each([
    ["its own page", "https://chat.example", "chat.example", true],
    ["its own page on a port", "http://chat.example:8080", "chat.example:8080", true],
    ["its own page behind a proxy that ends TLS", "https://chat.example", "chat.example", true],
    ["a page on the list", "https://app.example", "chat.example", true],
    ["a page on the list, though no host is named", "https://app.example", undefined, true],
    ["no page", undefined, "chat.example", true],
    ["a strange page", "https://evil.example", "chat.example", false],
    ["a page of the same host on another port", "https://chat.example:8443", "chat.example", false],
    ["a page of a host that ends alike", "https://evilchat.example", "chat.example", false],
    ["a page of a host that begins alike", "https://chat.example.evil.example", "chat.example", false],
    ["a page of a host below", "https://x.app.example", "chat.example", false],
    ["a page on the list by another scheme", "http://app.example", "chat.example", false],
    ["a page on the list in capitals", "https://APP.example", "chat.example", false],
    ["a page without an origin to show", "null", "chat.example", false],
    ["a page without an origin, of a host so called", "null", "null", false],
    ["an empty origin", "", "chat.example", false],
    ["an empty origin of an empty host", "", "", false],
    ["a strange page, and no host", "https://evil.example", undefined, false],
    ["another scheme of the same host", "chrome-extension://chat.example", "chat.example", false],
    ["an origin with a path", "https://chat.example/", "chat.example", false]
  ])("from %s is judged by its origin", (_name, origin, host, fine) =>
    assert.strictEqual(originAllowed(listed, origin, host), fine)
  )

  it("comes only from its own pages when the list is empty", () => {
    assert.isTrue(originAllowed([], "https://chat.example", "chat.example"))
    assert.isTrue(originAllowed([], undefined, "chat.example"))
    assert.isFalse(originAllowed([], "https://app.example", "chat.example"))
    assert.isFalse(originAllowed([], "null", "chat.example"))
  })

  it("comes from any page when the list says so", () => {
    for (const origin of ["https://evil.example", "null", undefined]) assert.isTrue(originAllowed("*", origin, "a"))
  })
})
