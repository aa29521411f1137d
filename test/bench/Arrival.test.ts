import { assert, describe, it } from "@effect/vitest"
import { jwtVerify } from "jose"
import { addressOf, anyhow, tokenOf } from "./Arrival.ts"

const secret = "a secret of at least thirty-two bytes"

describe("Arrival", () => {
  it("leaves the address to the system where one is enough, and takes turns where there are several", () => {
    assert.strictEqual(addressOf(anyhow, 7), undefined)
    const turns = [0, 1, 2, 3].map((user) => addressOf({ ...anyhow, addresses: 3 }, user))
    assert.deepStrictEqual(turns, ["127.0.1.1", "127.0.1.2", "127.0.1.3", "127.0.1.1"])
  })

  it("signs tokens that a library takes, for their user and with their claims", async () => {
    const { payload, protectedHeader } = await jwtVerify(
      tokenOf(secret, "ann", { name: "Ann" }),
      new TextEncoder().encode(secret)
    )
    assert.strictEqual(protectedHeader.alg, "HS256")
    assert.strictEqual(payload.sub, "ann")
    assert.strictEqual(payload["name"], "Ann")
  })
})
