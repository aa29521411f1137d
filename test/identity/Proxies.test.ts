import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect } from "effect"
import type { IncomingHttpHeaders } from "node:http"
import { loadConfig } from "../../src/AppConfig.ts"
import { contains, parseAddress, parseBlock } from "../../src/identity/Address.ts"
import { originAllowed } from "../../src/identity/Origins.ts"
import { Proxies } from "../../src/identity/Proxies.ts"

const hop = (remoteAddress: string | undefined, headers: IncomingHttpHeaders = {}) => ({
  socket: { remoteAddress },
  headers
})
const ours = new Proxies(["10.0.0.0/8", "192.0.2.1", "fd00::/8"])
const from = (peer: string, forwarded: string) => ours.addressOf(hop(peer, { "x-forwarded-for": forwarded }))

describe("blocks of addresses", () => {
  it.each([
    ["10.0.0.0/8", "10.255.0.1", true],
    ["10.0.0.0/8", "11.0.0.1", false],
    ["10.0.0.0/8", "::ffff:10.1.2.3", true],
    ["10.0.0.0/8", "::ffff:a01:203", true],
    ["::ffff:10.0.0.0/104", "10.1.2.3", true],
    ["192.0.2.1", "192.0.2.1", true],
    ["192.0.2.1", "192.0.2.2", false],
    ["192.0.2.0/31", "192.0.2.2", false],
    ["0.0.0.0/0", "203.0.113.9", true],
    ["0.0.0.0/0", "2001:db8::1", false],
    ["::/0", "203.0.113.9", true],
    ["2001:db8::/32", "2001:db8:ffff::1", true],
    ["2001:db8::/32", "2001:db9::1", false],
    ["2001:0DB8::1", "2001:db8:0:0:0:0:0:1", true],
    ["fe80::/10", "febf::1", true]
  ])("%s and %s: %s", (block, address, inside) =>
    assert.strictEqual(contains(parseBlock(block)!, parseAddress(address)!), inside)
  )

  it.effect.each([
    "10.0.0.1/8",
    "10.0.0.0/33",
    "10.0.0.0/-1",
    "10.0.0.0/",
    "10.0.0.0/08",
    "10.0.0.0/8/8",
    "10.0.0",
    "010.0.0.0/8",
    "fd00::/129",
    "fd00::1/8",
    "fe80::1%eth0",
    "proxy.example",
    "*",
    "10.0.0.0/8,",
    "10.0.0.0/8 fd00::/8"
  ])("do not begin a server with %o among them", (entry) =>
    Effect.gen(function* () {
      const { message } = yield* loadConfig.pipe(
        Effect.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord({ TRUSTED_PROXIES: entry }))),
        Effect.flip
      )
      assert.isTrue(message.startsWith("TRUSTED_PROXIES="), message)
    })
  )
})

describe("the address of a client", () => {
  // T24, H2
  it("is that of the socket, whatever it writes, where nobody is trusted", () => {
    const nobody = new Proxies([])
    assert.strictEqual(nobody.addressOf(hop("203.0.113.9", { "x-forwarded-for": "1.1.1.1" })), "203.0.113.9")
    assert.strictEqual(from("203.0.113.9", "1.1.1.1"), "203.0.113.9")
    assert.strictEqual(nobody.addressOf(hop(undefined)), "")
  })

  it.each([
    // T24: whatever stands on the left is the client's own invention
    ["10.0.0.1", "1.1.1.1, 2.2.2.2, 203.0.113.9", "203.0.113.9"],
    ["10.0.0.1", "203.0.113.9, 10.9.9.9, fd00::7", "203.0.113.9"],
    ["::ffff:10.0.0.1", "203.0.113.9", "203.0.113.9"],
    ["10.0.0.1", "203.0.113.9:4711", "203.0.113.9"],
    ["10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"],
    ["10.0.0.1", "[2001:db8::1]", "2001:db8::1"],
    ["10.0.0.1", "10.0.0.3,10.0.0.2", "10.0.0.3"],
    // unparsable: as far as it could be read
    ["10.0.0.1", "203.0.113.9, unknown", "10.0.0.1"],
    ["10.0.0.1", "203.0.113.9, unknown, 10.0.0.2", "10.0.0.2"],
    ["10.0.0.1", "203.0.113.9,", "10.0.0.1"],
    ["10.0.0.1", "", "10.0.0.1"],
    ["10.0.0.1", "203.0.113.9, 1.2.3.4\u0000", "10.0.0.1"]
  ])("seen from %s with %o is %s", (peer, forwarded, address) => assert.strictEqual(from(peer, forwarded), address))

  it("is that of a trusted proxy which says nothing", () =>
    assert.strictEqual(ours.addressOf(hop("10.0.0.1")), "10.0.0.1"))
})

describe("the site that a page may be of", () => {
  const headers = { host: "inner:8080", "x-forwarded-host": "chat.example", "x-forwarded-proto": "https" }
  const allowed = (peer: string, origin: string, more: IncomingHttpHeaders = {}) => {
    const { host, scheme } = ours.siteOf(hop(peer, { ...headers, ...more }))
    return originAllowed([], origin, host, scheme)
  }

  it("is what a trusted proxy says", () => {
    assert.isTrue(allowed("10.0.0.1", "https://chat.example"))
    assert.isFalse(allowed("10.0.0.1", "http://chat.example"))
    assert.isFalse(allowed("10.0.0.1", "https://inner:8080"))
  })

  // T23
  it("is what the request itself says where the peer is anyone else", () => {
    assert.isFalse(allowed("203.0.113.9", "https://chat.example"))
    assert.isTrue(allowed("203.0.113.9", "https://inner:8080"))
  })

  it("is what the nearest proxy wrote, if that can be a host", () => {
    assert.isTrue(allowed("10.0.0.1", "https://near.example", { "x-forwarded-host": "evil.example, near.example" }))
    assert.isTrue(allowed("10.0.0.1", "https://inner:8080", { "x-forwarded-host": "a b" }))
  })
})
