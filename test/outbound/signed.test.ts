import { assert, describe, it } from "@effect/vitest"
import { Redacted } from "effect"
import { secretText, signed } from "../../src/outbound/signed.ts"

describe("signed", () => {
  it("signs timestamp and body as anyone can compute it", () => {
    // printf '1767323045.{"a":1}' | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef
    assert.deepStrictEqual(
      signed("7", '{"a":1}', 1_767_323_045_999, Redacted.make("0123456789abcdef0123456789abcdef")),
      {
        "Hubbub-Id": "7",
        "Hubbub-Timestamp": "1767323045",
        "Hubbub-Signature": "v1=2d008615188c6f47e7dfa18dbd151ae2b7aae64dbda6542650d43e0b98ad0a95"
      }
    )
  })

  it("leaves the signature out where there is no secret", () => {
    assert.deepStrictEqual(signed("7", "{}", 0, Redacted.make("")), { "Hubbub-Id": "7", "Hubbub-Timestamp": "0" })
  })
})

describe("secretText", () => {
  it("takes 32 bytes or more, or none", () => {
    assert.strictEqual(Redacted.value(secretText("é".repeat(16))!), "é".repeat(16))
    assert.strictEqual(Redacted.value(secretText("")!), "")
    assert.isUndefined(secretText("x".repeat(31)))
    assert.isUndefined(secretText("é".repeat(15)))
  })
})
