/** Tokens that somebody pastes. */
import { assert, it } from "@effect/vitest"
import { tokenProblem } from "../../../src/web/session/tokenProblem.ts"

const tokenOf = (claims: unknown) =>
  ["e30", Buffer.from(JSON.stringify(claims)).toString("base64url"), "c2lnbmF0dXJl"].join(".")

it("finds nothing wrong with one that has not ended", () => {
  assert.isUndefined(tokenProblem(`  ${tokenOf({ sub: "ann", exp: Date.now() / 1000 + 60 })}\n`))
  assert.isUndefined(tokenProblem(tokenOf({ sub: "zoë" })))
})

it("says what is wrong with one that is none, or has ended", () => {
  assert.match(tokenProblem("") ?? "", /Paste/)
  assert.match(tokenProblem("hello") ?? "", /no token/)
  assert.match(tokenProblem(tokenOf({ exp: 1 })) ?? "", /expired/)
})

it("leaves one that it cannot read to the server", () => {
  assert.isUndefined(tokenProblem("a.b.c"))
})
