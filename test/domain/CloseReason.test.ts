import { assert, describe, it } from "@effect/vitest"
import { closeReasons, peerLeft } from "../../src/domain/CloseReason.ts"

const all = Object.values(closeReasons)

describe("CloseReason", () => {
  it("gives every reason a code and a name of its own", () => {
    assert.strictEqual(new Set(all.map(({ code }) => code)).size, all.length)
    assert.strictEqual(new Set(all.map(({ name }) => name)).size, all.length)
  })

  it("lists the codes of the protocol", () =>
    assert.deepStrictEqual(
      all.map(({ code }) => code),
      [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1011, 1012, 4000, 4001, 4002, 4003, 4004, 4500, 4501, 4502, 4503]
    ))

  it.each(all.filter(({ code }) => code >= 4000).map((reason) => [reason.message, reason] as const))(
    "tells by its hundreds whether to come back after %s",
    (_name, { code, reconnect }) => {
      assert.isBelow(code, 5000)
      assert.strictEqual(reconnect, code < 4500)
    }
  )

  it("keeps names short enough for a close frame", () => {
    for (const { name } of all) assert.isAtMost(Buffer.byteLength(name), 123)
  })

  it("keeps the code of a peer that left", () => {
    assert.strictEqual(peerLeft(1006).code, 1006)
    assert.isFalse(peerLeft(1006).reconnect)
  })
})
