import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { Problem, problem } from "../../src/domain/Problem.ts"
import { refusal } from "../../src/domain/ProtocolError.ts"

describe("Problem", () => {
  it("is a document of RFC 9457 with the code and field of the refusal", () => {
    const { code, field, message } = refusal("invalid_username", "too long", "username")
    const document = problem(400, { code, detail: message, ...(field === undefined ? {} : { field }) })
    assert.deepStrictEqual(document, {
      type: "about:blank",
      title: "Bad request",
      status: 400,
      code: "invalid_username",
      detail: "too long",
      field: "username"
    })
    assert.isTrue(Schema.is(Problem)(document))
  })

  it("has a title for a status it has no name for", () =>
    assert.strictEqual(problem(418, { code: "teapot", detail: "short and stout" }).title, "Error"))
})
