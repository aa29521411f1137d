/** Addresses as limits see them, and what is remembered of each. */
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { addressKey, PerAddress } from "../../src/identity/PerAddress.ts"
import "../domain/seed.ts"

const hex = (groups: ReadonlyArray<number>) => groups.map((group) => group.toString(16)).join(":")

describe("addressKey", () => {
  it.each([
    ["192.0.2.7", "192.0.2.7"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["::FFFF:192.0.2.7", "192.0.2.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
    ["2001:db8:1:2::", "2001:db8:1:2"],
    ["2001:db8:1:2::9", "2001:db8:1:2"],
    ["2001:0DB8:0001:0002::9", "2001:db8:1:2"],
    ["2001:db8::1", "2001:db8:0:0"],
    ["2001:db8::3:0:0:0:1", "2001:db8:0:3"],
    ["2001::2:3:4:5:6:7", "2001:0:2:3"],
    ["1:2:3:4:5:6:7::", "1:2:3:4"],
    ["fe80::1%eth0", "fe80:0:0:0"],
    ["::1", "0:0:0:0"],
    ["::", "0:0:0:0"],
    ["64:ff9b::192.0.2.7", "64:ff9b:0:0"],
    ["", ""]
  ])("groups %s as %s", (address, key) => assert.strictEqual(addressKey(address), key))

  const Group = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 0xffff }))
  it.prop(
    "sees one subscriber in all addresses of a /64, however they are written",
    { a: Group, b: Group, c: Group, d: Group, host: Schema.Tuple([Group, Group, Group, Group]) },
    ({ a, b, c, d, host }) => {
      const key = hex([a, b, c, d])
      const long = [a, b, c, d, ...host]
      assert.strictEqual(addressKey(hex(long)), key)
      assert.strictEqual(
        addressKey(
          long
            .map((group) => group.toString(16).padStart(4, "0"))
            .join(":")
            .toUpperCase()
        ),
        key
      )
      // as the network stack writes it, with its longest run of zeros left out
      const { hostname } = new URL(`http://[${hex(long)}]`)
      const written = hostname.slice(1, -1)
      if (!written.startsWith("::ffff:")) assert.strictEqual(addressKey(written), key)
    }
  )
})

const counted = (most?: number) =>
  new PerAddress({
    limitLoopback: false,
    make: () => ({ count: 0 }),
    idle: ({ count }) => count === 0,
    ...(most === undefined ? {} : { most })
  })

describe("PerAddress", () => {
  it("remembers one thing of each subscriber, until it is the same as nothing", () => {
    const known = counted()
    known.of("2001:db8::1", 0).count = 2
    known.of("192.0.2.7", 0)
    assert.strictEqual(known.of("2001:db8::ffff", 0).count, 2)
    assert.isUndefined(known.find("192.0.2.8"))
    known.sweep(0)
    assert.strictEqual(known.size, 1)
    assert.strictEqual(known.find("2001:db8::7")?.count, 2)
    assert.isUndefined(known.find("192.0.2.7"))
  })

  it("forgets the one it has known longest where there are too many", () => {
    const known = counted(1000)
    for (let i = 0; i < 5000; i++)
      known.of(`2001:db8:${(i >> 8).toString(16)}:${(i & 255).toString(16)}::1`, 0).count = i
    assert.strictEqual(known.size, 1000)
    assert.isUndefined(known.find("2001:db8:f:9f::1"))
    assert.strictEqual(known.find("2001:db8:f:a0::1")?.count, 4000)
    assert.strictEqual(known.find("2001:db8:13:87::1")?.count, 4999)
  })

  it("exempts this machine unless told otherwise", () => {
    for (const address of ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"])
      assert.isTrue(counted().exempt(address))
    for (const address of ["128.0.0.1", "::2", "", "1270::1"]) assert.isFalse(counted().exempt(address))
  })
})
