import { assert, describe, it } from "@effect/vitest"
import { otlpHeaders } from "../../src/observability/otlpHeaders.ts"

describe("headers for a collector", () => {
  it("are pairs, percent-decoded and trimmed, by name in lower case", () => {
    assert.deepEqual(otlpHeaders(""), {})
    assert.deepEqual(otlpHeaders("Api-Key=abc=="), { "api-key": "abc==" })
    assert.deepEqual(otlpHeaders("authorization=Basic%20dTpw , x-scope = a%2Cb"), {
      authorization: "Basic dTpw",
      "x-scope": "a,b"
    })
  })

  it.for(["no such thing!", "=x", "a b=x", "a=%", "a=%ff", "a=%0d%0ainjected: x", "a=1,,b=2", "a=1,", "ä=1"])(
    "%j is refused",
    (text) => {
      assert.isUndefined(otlpHeaders(text))
    }
  )
})
