import { assert, describe, it } from "@effect/vitest"
import { Admission, type AdmissionOptions } from "../../src/ws/Admission.ts"

const defaults: AdmissionOptions = {
  upgradesPerSecond: 10,
  upgradeBurst: 30,
  connectionsPerIp: 200,
  limitLoopback: false
}
const admission = (options: Partial<AdmissionOptions> = {}) => new Admission({ ...defaults, ...options })

/** How many upgrades an address is granted before it is told to wait. */
const granted = (door: Admission, address: string, now: number): number => {
  let count = 0
  while (count < 1000 && door.ask(address, now) === 0) count++
  return count
}

describe("Admission", () => {
  // T4
  it("takes a burst of upgrades from an address and then so many a second", () => {
    const door = admission()
    assert.strictEqual(granted(door, "192.0.2.7", 0), 30)
    assert.strictEqual(door.ask("192.0.2.7", 0), 100)
    assert.strictEqual(granted(door, "192.0.2.7", 100), 1)
    assert.strictEqual(granted(door, "192.0.2.8", 100), 30)
  })

  it("counts a /64 of IPv6 as one, and an IPv4 address the same inside IPv6", () => {
    const door = admission()
    assert.strictEqual(granted(door, "2001:db8:1:2::1", 0), 30)
    assert.strictEqual(granted(door, "2001:db8:1:2:ffff::9", 0), 0)
    assert.strictEqual(granted(door, "2001:db8:1:3::1", 0), 30)
    assert.strictEqual(granted(door, "192.0.2.7", 0), 30)
    assert.strictEqual(granted(door, "::ffff:192.0.2.7", 0), 0)
  })

  it("takes so many connections at a time from an address, and one more for each that leaves", () => {
    const door = admission({ connectionsPerIp: 3, upgradesPerSecond: 0 })
    for (let i = 0; i < 3; i++) {
      assert.strictEqual(door.ask("2001:db8::1", 0), 0)
      door.enter("2001:db8::1", 0)
    }
    assert.isAbove(door.ask("2001:db8::2", 0), 0)
    assert.strictEqual(door.ask("2001:db9::1", 0), 0)
    door.leave("2001:db8::2")
    assert.strictEqual(door.ask("2001:db8::1", 0), 0)
    door.enter("2001:db8::1", 0)
    assert.isAbove(door.ask("2001:db8::1", 3_600_000), 0)
  })

  it("charges no upgrade for a refusal that is about connections", () => {
    const door = admission({ connectionsPerIp: 1 })
    door.enter("192.0.2.7", 0)
    for (let i = 0; i < 100; i++) assert.strictEqual(door.ask("192.0.2.7", 0), 1000)
    door.leave("192.0.2.7")
    assert.strictEqual(granted(door, "192.0.2.7", 0), 30)
  })

  it("has no limit where the limit is 0", () => {
    const door = admission({ connectionsPerIp: 0, upgradesPerSecond: 0 })
    for (let i = 0; i < 1000; i++) {
      assert.strictEqual(door.ask("192.0.2.7", 0), 0)
      door.enter("192.0.2.7", 0)
    }
  })

  it.each([["127.0.0.1"], ["127.8.9.10"], ["::1"], ["::ffff:127.0.0.1"]])(
    "holds for %s only where it is told to",
    (address) => {
      const strict = admission({ limitLoopback: true })
      assert.strictEqual(granted(strict, address, 0), 30)
      const lenient = admission({ connectionsPerIp: 1 })
      for (let i = 0; i < 100; i++) {
        assert.strictEqual(lenient.ask(address, 0), 0)
        lenient.enter(address, 0)
      }
      lenient.leave(address)
      assert.strictEqual(lenient.ask(address, 0), 0)
    }
  )

  it.each([["128.0.0.1"], ["12.7.0.1"], ["::2"], ["::127.0.0.1"], ["1270::1"]])("takes %s for no loopback", (address) =>
    assert.strictEqual(granted(admission(), address, 0), 30)
  )

  it("forgets an address only once it has its allowance back", () => {
    const door = admission()
    assert.strictEqual(granted(door, "192.0.2.7", 0), 30)
    door.sweep(2000)
    assert.strictEqual(granted(door, "192.0.2.7", 2000), 20)
    door.sweep(5000)
    assert.strictEqual(granted(door, "192.0.2.7", 5000), 30)
  })

  it("forgets no address that is connected", () => {
    const door = admission({ connectionsPerIp: 2 })
    door.enter("192.0.2.7", 0)
    door.sweep(60_000)
    door.enter("192.0.2.7", 60_000)
    assert.isAbove(door.ask("192.0.2.7", 60_000), 0)
    door.leave("192.0.2.7")
    door.leave("192.0.2.7")
    door.sweep(60_000)
    assert.strictEqual(granted(door, "192.0.2.7", 60_000), 30)
  })

  it("survives the leaving of one that it has forgotten", () => {
    const door = admission({ connectionsPerIp: 1 })
    door.leave("192.0.2.7")
    door.enter("192.0.2.7", 0)
    assert.isAbove(door.ask("192.0.2.7", 0), 0)
  })
})
