import { assert, describe, it } from "@effect/vitest"
import { AddressRules } from "../../src/outbound/AddressRules.ts"
import { addressRanges } from "../../src/outbound/addressRange.ts"

const rules = (allowed = "") => new AddressRules(addressRanges(allowed)!)

/** The last address of a range and the first behind it, say where it ends. */
const FORBIDDEN = [
  "0.0.0.0",
  "0.255.255.255",
  "10.0.0.1",
  "10.255.255.255",
  "100.64.0.1",
  "100.100.100.200",
  "100.127.255.255",
  "127.0.0.1",
  "127.255.255.254",
  "168.63.129.16",
  "169.254.0.1",
  "169.254.169.254",
  "172.16.0.1",
  "172.31.255.255",
  "192.0.0.192",
  "192.0.2.1",
  "192.88.99.1",
  "192.168.0.1",
  "198.18.0.1",
  "198.19.255.255",
  "198.51.100.7",
  "203.0.113.7",
  "224.0.0.1",
  "239.255.255.255",
  "240.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "::127.0.0.1",
  "::ffff:127.0.0.1",
  "::ffff:a9fe:a9fe",
  "::ffff:0:127.0.0.1",
  "0:0:0:0:0:ffff:0a00:1",
  "64:ff9b::7f00:1",
  "64:ff9b::10.0.0.1",
  "64:ff9b:1::808:808",
  "100::1",
  "2001::1",
  "2001:0:808:808::1",
  "2001:db8::1",
  "2002:7f00:1::1",
  "2002:a9fe:a9fe::",
  "3fff::1",
  "4000::1",
  "5f00::1",
  "fc00::1",
  "fd00:ec2::254",
  "fe80::1",
  "fe80::1%eth0",
  "fec0::1",
  "ff02::1",
  "FE80::1"
]

const PUBLIC = [
  "1.1.1.1",
  "8.8.8.8",
  "9.255.255.255",
  "11.0.0.0",
  "100.63.255.255",
  "100.128.0.0",
  "126.255.255.255",
  "128.0.0.0",
  "168.63.129.17",
  "169.253.255.255",
  "172.15.255.255",
  "172.32.0.0",
  "192.167.255.255",
  "198.17.255.255",
  "198.20.0.0",
  "223.255.255.255",
  "::ffff:8.8.8.8",
  "64:ff9b::8.8.8.8",
  "2001:4860:4860::8888",
  "2002:808:808::1",
  "2606:4700:4700::1111",
  "2a00:1450::1"
]

describe("AddressRules", () => {
  it.each(FORBIDDEN)("forbids %s", (address) => {
    assert.isFalse(rules().permits(address))
  })

  it.each(PUBLIC)("permits %s", (address) => {
    assert.isTrue(rules().permits(address))
  })

  it.each(["", "localhost", "127.1", "0x7f000001", "1.2.3", "[::1]", "8.8.8.8 ", "8.8.8.8/32"])(
    "forbids %j, which is no address",
    (text) => {
      assert.isFalse(rules().permits(text))
    }
  )

  it("permits what the operator lists, and nothing beside it", () => {
    const listed = rules("10.1.0.0/16,127.0.0.1,fd00:1::/32")
    for (const address of ["10.1.0.1", "10.1.255.255", "127.0.0.1", "fd00:1::9", "::ffff:10.1.2.3", "64:ff9b::a01:1"]) {
      assert.isTrue(listed.permits(address), address)
    }
    for (const address of ["10.2.0.1", "127.0.0.2", "fd00:2::9", "::1", "169.254.169.254"]) {
      assert.isFalse(listed.permits(address), address)
    }
  })

  it("keeps a listed IPv4 range from permitting IPv6, and the other way round", () => {
    assert.isFalse(rules("0.0.0.0/0").permits("::1"))
    assert.isTrue(rules("0.0.0.0/0").permits("127.0.0.1"))
    assert.isFalse(rules("::/0").permits("127.0.0.1"))
    assert.isTrue(rules("::/0").permits("::1"))
  })
})

describe("addressRanges", () => {
  it("reads ranges and single addresses", () => {
    assert.deepStrictEqual(addressRanges("10.0.0.0/8, ::1,fd00::/8"), [
      { address: "10.0.0.0", prefix: 8, family: "ipv4" },
      { address: "::1", prefix: 128, family: "ipv6" },
      { address: "fd00::", prefix: 8, family: "ipv6" }
    ])
    assert.deepStrictEqual(addressRanges(""), [])
  })

  it.each(["10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "10/8", "a.example", "10.0.0.0/8,", "10.0.0.0/8 ::1"])(
    "takes nothing of %j",
    (text) => {
      assert.isUndefined(addressRanges(text))
    }
  )
})
